"""Every command and option of the command line, in one place; the reference is checked against it."""

from __future__ import annotations

import argparse
from typing import Any

from bot.release import VERSION
from models.delivery import Disposition

DESCRIPTION = "Ring it from anywhere; it does the job and answers where you asked."
LIMIT = 50
LARGEST = 2**63 - 1  # of the databases' integers


class WholeWords(argparse.ArgumentParser):
    """Options are written out: what abbreviates one today may abbreviate two in the next release.

    `usual` is the action when none is named.
    """

    usual = ""

    def __init__(self, **given: Any) -> None:
        super().__init__(allow_abbrev=False, **given)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As it is; before options without an action, the usual one is put."""
        if self.usual and (not args or (args[0].startswith("-") and args[0] not in {"-h", "--help"})):
            args = [self.usual, *args]
        return super().parse_known_args(args, namespace)


def build() -> argparse.ArgumentParser:
    """The parser. `command` and, for some, `action` say what is to be done."""
    parser = WholeWords(prog="bellhop", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"bellhop {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("all", help="serve everything on this host: app, workers, embedded Redis")
    serve.add_argument(
        "--playground", action="store_true", help="also serve the pretend platforms, and use them"
    )
    serve.add_argument("--seed", type=int, default=1, help="which pretend world the playground has")
    commands.add_parser("web", help="serve the app: receive, dispatch, answer")
    worker = commands.add_parser("worker", help="run jobs")
    worker.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input ends")
    worker.add_argument("--concurrency", type=count, help="jobs at once (default: BELLHOP_WORKERS)")
    commands.add_parser("migrate", help="bring the database to this release's schema")
    commands.add_parser("check", help="check the settings; exits 2 and names the first thing wrong")
    _deliveries(
        commands.add_parser("deliveries", help="what arrived, what became of it, and what could not be sent")
    )
    _jobs(commands.add_parser("jobs", help="what was asked for, and how it stands"))
    return parser


def _deliveries(parser: WholeWords) -> None:
    parser.usual = "list"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="newest first")
    _listing(listing)
    listing.add_argument("--before", type=row, help="only those with a smaller id (the next page)")
    listing.add_argument("--platform", help="only of this platform")
    listing.add_argument(
        "--disposition", type=disposition, help="only with this disposition, or kind of it (`ignored`)"
    )
    show = actions.add_parser("show", help="one, with its headers and body")
    show.add_argument("id", type=row)
    show.add_argument("--json", action="store_true", help="as JSON")
    replay = actions.add_parser("replay", help="work on it again; what was done already is not done twice")
    replay.add_argument("id", type=row)
    replay.add_argument("--dry-run", action="store_true", help="only say what would be done; calls nobody")
    replay.add_argument("--json", action="store_true", help="as JSON")
    _listing(actions.add_parser("unsent", help="answers, cards and reactions no platform shows yet, and why"))
    resend = actions.add_parser("resend", help="try unsent ones again at once; none is posted twice")
    which = resend.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", type=row, nargs="*", default=[], metavar="ID", help="as `unsent` lists them")
    which.add_argument("--all", action="store_true", help="all that failed")
    resend.add_argument("--json", action="store_true", help="as JSON")


def _jobs(parser: WholeWords) -> None:
    parser.usual = "list"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="newest first")
    _listing(listing)
    listing.add_argument("--repository", help="only of this repository")
    show = actions.add_parser("show", help="one, with its events")
    show.add_argument("id", help="handle or its beginning, or UUID")
    show.add_argument("--json", action="store_true", help="as JSON")
    cancel = actions.add_parser("cancel", help="stop one")
    cancel.add_argument("id", help="whole handle, or UUID")


def _listing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="a JSON array")
    parser.add_argument("--limit", type=count, default=LIMIT, help=f"rows at most (default {LIMIT})")


def disposition(text: str) -> str:
    """A disposition, or the kind of some."""
    known = list(dict.fromkeys(name for each in Disposition for name in (each.kind, each.value)))
    if text not in known:
        raise argparse.ArgumentTypeError(f"there is no {text!r}; there are {', '.join(known)}")
    return text


def count(text: str) -> int:
    """How many: 1 or more. Its name is what argparse calls it to people."""
    if (number := _whole(text, "no number")) < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return min(number, LARGEST)


def row(text: str) -> int:
    """The number of a row."""
    if not 0 <= (number := _whole(text, "no number of a row; the list shows them")) <= LARGEST:
        raise argparse.ArgumentTypeError("no row has such a number")
    return number


def _whole(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is {what}") from None
