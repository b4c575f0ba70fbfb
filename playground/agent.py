"""The scripted agent: a program of its own that takes an agent's command line, speaks its stream, and plays a script.

    bellhop-scripted-agent -p --output-format stream-json --verbose [--resume SESSION] [--model NAME] < prompt

A script is a YAML file. The first, by file name, whose `match` is found in the prompt is played: its `steps`, or its
`parts` one after the other, a further one each time the session is resumed. `{name}` stands for the match's group.
One with a `mode` is for that permission mode only; an answer in the mode `plan` leaves its conversation where it was.
One with a `where` is for folders that hold that path: a request need not say which repository it is about.
"""

from __future__ import annotations

import argparse
import re
import sys
import uuid
from collections.abc import Iterator
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
NO_SCRIPT = "I only play scripted parts, and this request is in none of them."
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
        session, script = choose(played, prompt, args.resume, args.permission_mode)
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
    return Actor(stream, Path.cwd(), groups).play(steps)


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """An agent's command line; what is of no use here is taken and ignored."""
    parser = argparse.ArgumentParser(prog="bellhop-scripted-agent", description=__doc__, allow_abbrev=False)
    parser.add_argument("-p", "--print", action="store_true", help="answer and end (the only way there is)")
    parser.add_argument("--output-format", choices=["stream-json"], default="stream-json")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--resume", metavar="SESSION", help="continue this conversation")
    parser.add_argument("--model")
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
        return Script(path.stem, match, str(data.get("mode", "")), str(data.get("where", "")), steps)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, re.error) as error:
        raise SystemExit(BAD_SCRIPT.format(name=path.name, why=error)) from error


def played_in(folder: Path, scripts: list[Script]) -> list[Script]:
    """Those for a folder like this one, in order."""
    return [script for script in scripts if not script.where or (folder / script.where).exists()]


def choose(
    scripts: list[Script], prompt: str, resume: str | None, mode: str
) -> tuple[Session, Script | None]:
    """The session and its script. Raises LookupError for a session nobody had."""
    earlier, goes_on = _resumed(scripts, resume)
    playable = [script for script in scripts if script.mode in {"", mode}]
    fitting = next((script for script in playable if script.match.search(prompt)), None)
    if earlier and goes_on and fitting and fitting.mode:
        return earlier, fitting
    if earlier and goes_on in playable:
        return Session(earlier.script, earlier.part + 1), goes_on
    return Session(fitting.name if fitting else "none", 0), fitting


def _resumed(scripts: list[Script], resume: str | None) -> tuple[Session | None, Script | None]:
    if resume is None:
        return None, None
    for earlier, script in _known(scripts):
        if earlier.id == resume:
            return earlier, script
    raise LookupError(resume)


def _known(scripts: list[Script]) -> Iterator[tuple[Session, Script]]:
    for script in scripts:
        for part in range(MOST_RESUMES):
            yield Session(script.name, part), script


def _groups(script: Script, prompt: str) -> dict[str, str]:
    found = script.match.search(prompt)
    return {name: value or "" for name, value in found.groupdict().items()} if found else {}


if __name__ == "__main__":
    sys.exit(main())
