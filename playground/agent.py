"""The scripted agent: a program of its own that takes an agent's command line, speaks its stream, and plays a script.

    bellhop-scripted-agent -p --output-format stream-json --verbose [--resume SESSION] [--model NAME] < prompt

A script is a YAML file. The first, by file name, whose `match` is found in the prompt is played: its `steps`, or its
`parts` one after the other, a further one each time the session is resumed. `{name}` stands for the match's group.
One with a `where` is for folders that hold that path: a request need not say which repository it is about; with
`holds`, only while that file holds that text. `asked` is looked for in the request alone, not in what surrounds it.
One with a `mode` is for that permission mode only, and comes before the conversation that goes on: a single part (an
answer) leaves that where it was, several begin one of their own.
"""

from __future__ import annotations

import argparse
import re
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from playground.acting import Actor
from playground.stream import Stream

PACKAGED = Path(str(files("playground") / "scripts"))
SESSIONS = uuid.UUID("6d2a1c52-30f5-4a1c-9f0f-2f0c5a3f7b11")
MOST_RESUMES = 200
NO_SCRIPT = "I am a script, no real agent: I only play scripted parts, and this request is in none of them."
# As the product marks the sections of its prompts; a prompt without one is a request as a whole.
REQUEST = re.compile(
    r"^--- (?P<mark>\w+) request ---\n(?P<text>.*?)\n--- (?P=mark) end ---$", re.MULTILINE | re.DOTALL
)
NO_SESSION = "No conversation found with session ID: {session}"
BAD_SCRIPT = "reading the script {name}: {why}"


@dataclass(frozen=True)
class Script:
    """One file: when it is played, and its parts."""

    name: str
    match: re.Pattern[str]
    mode: str
    where: str
    parts: tuple[tuple[dict[str, Any], ...], ...]
    asked: re.Pattern[str] | None = None
    holds: str = ""

    def is_for(self, folder: Path) -> bool:
        """Whether the folder is one that it can be played in."""
        path = folder / self.where
        return path.exists() and (not self.holds or self.holds in path.read_text(encoding="utf-8"))

    @property
    def is_aside(self) -> bool:
        """Whether it answers once and leaves the conversation where it was."""
        return bool(self.mode) and len(self.parts) == 1

    def fits(self, prompt: str) -> bool:
        """Whether this is what it is for."""
        return bool(self.match.search(prompt)) and (
            not self.asked or bool(self.asked.search(request(prompt)))
        )


@dataclass(frozen=True)
class Session:
    """A conversation: which script, and which of its parts comes next. Its id says both, and nothing else is stored."""

    script: str
    part: int

    @property
    def id(self) -> str:
        """The same for the same script and part, everywhere."""
        return str(uuid.uuid5(SESSIONS, f"{self.script}/{self.part}"))


def main() -> int:
    """Play. The exit code is an agent's: 0 for a result, 1 for an error."""
    args = read_arguments(sys.argv[1:])
    prompt = args.prompt or sys.stdin.read()
    stream = Stream(args.model or "scripted-1", args.permission_mode)
    scripts = read_scripts(args.scripts)
    try:
        played = played_in(Path.cwd(), scripts)
        session, script = choose(played, prompt, args.resume, args.permission_mode, known=scripts)
    except LookupError:
        stream.begin(args.resume)
        stream.fail(NO_SESSION.format(session=args.resume), "error_during_execution")
        return 1
    stream.begin(session.id)
    if script is None:
        stream.finish(NO_SCRIPT)
        return 0
    groups = _groups(script, prompt)
    steps = script.parts[min(session.part, len(script.parts) - 1)]
    return Actor(stream, (Path.cwd(), *args.add_dir), groups).play(steps)


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """An agent's command line; what is of no use here is taken and ignored."""
    parser = argparse.ArgumentParser(prog="bellhop-scripted-agent", description=__doc__, allow_abbrev=False)
    parser.add_argument("-p", "--print", action="store_true", help="answer and end (the only way there is)")
    parser.add_argument("--output-format", choices=["stream-json"], default="stream-json")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--resume", metavar="SESSION", help="continue this conversation")
    parser.add_argument("--model")
    parser.add_argument(
        "--add-dir", action="append", type=Path, default=[], help="its tools may go there too"
    )
    parser.add_argument("--permission-mode", default="acceptEdits", help="`plan`: change nothing")
    parser.add_argument("--allowedTools")
    parser.add_argument("--max-budget-usd", type=float)
    parser.add_argument("--scripts", type=Path, default=PACKAGED, help="folder of scripts")
    parser.add_argument("prompt", nargs="?", help="default: standard input")
    return parser.parse_args(arguments)


def read_scripts(folder: Path) -> list[Script]:
    """All scripts, in order of their names. A broken one ends the program with a line that names it."""
    return [_read(path) for path in sorted(folder.glob("*.yaml"))]


def _read(path: Path) -> Script:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts = data.get("parts") or [{"steps": data["steps"]}]
        steps = tuple(tuple(part["steps"]) for part in parts)
        match = re.compile(data["match"], re.IGNORECASE)
        asked = re.compile(data["asked"], re.IGNORECASE) if "asked" in data else None
        mode, where, holds = (str(data.get(key, "")) for key in ("mode", "where", "holds"))
        return Script(path.stem, match, mode, where, steps, asked, holds)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, re.error) as error:
        raise SystemExit(BAD_SCRIPT.format(name=path.name, why=error)) from error


def played_in(folder: Path, scripts: list[Script]) -> list[Script]:
    """Those for a folder like this one, in order."""
    return [script for script in scripts if script.is_for(folder)]


def request(prompt: str) -> str:
    """What is asked for in it, without what surrounds it."""
    found = REQUEST.search(prompt)
    return found["text"] if found else prompt


def choose(
    scripts: list[Script], prompt: str, resume: str | None, mode: str, known: Sequence[Script] = ()
) -> tuple[Session, Script | None]:
    """The session and its script; those of all that are `known` go on. Raises LookupError for one nobody had."""
    earlier, goes_on = _resumed(known or scripts, resume)
    fitting = next((script for script in scripts if script.mode in {"", mode} and script.fits(prompt)), None)
    if fitting and fitting.mode:
        return (earlier if earlier and fitting.is_aside else Session(fitting.name, 0)), fitting
    if earlier and goes_on and goes_on.mode in {"", mode} and not goes_on.is_aside:
        return Session(earlier.script, earlier.part + 1), goes_on
    return Session(fitting.name if fitting else "none", 0), fitting


def _resumed(scripts: Sequence[Script], resume: str | None) -> tuple[Session | None, Script | None]:
    if resume is None:
        return None, None
    for earlier, script in _known(scripts):
        if earlier.id == resume:
            return earlier, script
    raise LookupError(resume)


def _known(scripts: Sequence[Script]) -> Iterator[tuple[Session, Script]]:
    for script in scripts:
        for part in range(MOST_RESUMES):
            yield Session(script.name, part), script


def _groups(script: Script, prompt: str) -> dict[str, str]:
    found = script.match.search(prompt)
    return {name: value or "" for name, value in found.groupdict().items()} if found else {}


if __name__ == "__main__":
    sys.exit(main())
