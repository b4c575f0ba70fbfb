"""The scripted agent: a program of its own that takes an agent's command line, speaks its stream, and plays a script.

    bellhop-scripted-agent -p --output-format stream-json --verbose [--resume SESSION] [--model NAME] < prompt

A script is a YAML file. The first, by file name, whose `match` is found in the prompt is played: its `steps`, or its
`parts` one after the other, a further one each time the session is resumed. `{name}` stands for the match's group.
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
    stream = Stream(args.model or "scripted-1")
    scripts = read_scripts(args.scripts)
    try:
        session, script = choose(scripts, prompt, args.resume)
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
    parser.add_argument("--permission-mode")
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
        return Script(path.stem, re.compile(data["match"], re.IGNORECASE), steps)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, re.error) as error:
        raise SystemExit(BAD_SCRIPT.format(name=path.name, why=error)) from error


def choose(scripts: list[Script], prompt: str, resume: str | None) -> tuple[Session, Script | None]:
    """The session and its script. Raises LookupError for a session nobody had."""
    if resume is not None:
        for earlier, script in _known(scripts):
            if earlier.id == resume:
                return Session(script.name, earlier.part + 1), script
        raise LookupError(resume)
    for script in scripts:
        if script.match.search(prompt):
            return Session(script.name, 0), script
    return Session("none", 0), None


def _known(scripts: list[Script]) -> Iterator[tuple[Session, Script]]:
    for script in scripts:
        for part in range(MOST_RESUMES):
            yield Session(script.name, part), script


def _groups(script: Script, prompt: str) -> dict[str, str]:
    found = script.match.search(prompt)
    return {name: value or "" for name, value in found.groupdict().items()} if found else {}


if __name__ == "__main__":
    sys.exit(main())
