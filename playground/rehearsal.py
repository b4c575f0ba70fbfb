"""Writes the scripted agent's scripts for a seed's bugs: what a good agent would do with exactly these repositories."""

import re
from pathlib import Path
from typing import Any

import yaml

from playground.seeds.catalog import Bug, draw_bugs, draw_cast

SLOW_SECONDS = 90
# How people speak of what is broken without naming an issue.
BROKEN = r"\b(fail(s|ed|ing|ures?)?|broken?|bugs?|wrong|red|tests?)\b"
# The same, where an issue is at hand: there a test may be part of what is wished.
FAILING = r"\b(fail(s|ed|ing|ures?)?|broken?|bugs?|red)\b"
FOLLOW_UP = "NOTES.md"
CHANGING = "acceptEdits"
MENDED = (
    "Nothing to do: {paths} is mended here already, and `{command}` passes.\n\nI am a script, no real agent, "
    "and this is all I know of this repository."
)
NOTED = (
    "Added `{file}`, which says why {paths} changed. I am a script, no real agent: whatever I am asked for after "
    "mending, I do this."
)
UNREHEARSED = "I am a script, no real agent: I only play scripted parts, and this request is in none of them."
UNREHEARSED_QUESTION = (
    "I looked around and changed nothing. I am a script, no real agent: I only know scripted answers, and none fits "
    "this question."
)


def write_scripts(seed: int, folder: Path) -> Path:
    """For each bug and wish by its issue's title, then for each repository; the folder, for the agent's `--scripts`.

    Before all: who asks for the failing test to be fixed means the bug, whatever issue and conversation are about.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yaml"):
        old.unlink()
    for number, bug in enumerate(draw_bugs(seed, draw_cast(seed))):
        _write(folder / f"{number}-answer-bug.yaml", _telling(bug))
        _write(folder / f"{number}-answer-wish.yaml", _considering(bug))
        _write(folder / f"{number}-wish.yaml", _wish(bug))
        _write(
            folder / f"{number}-asked-mend.yaml", _mending(bug) | _asked(bug) | _there(bug, bug.fix[0].find)
        )
        _write(
            folder / f"{number}-asked-mended.yaml",
            _mended(bug) | _asked(bug) | _there(bug, bug.fix[0].replace),
        )
        _write(folder / f"{number}-bug.yaml", _mending(bug) | _there(bug, bug.fix[0].find))
        _write(folder / f"{number}-mended.yaml", _noting(bug) | _there(bug, bug.fix[0].replace))
        # After all titles: what is asked without an issue, as in a chat, is about the repository it is asked for.
        there = {"match": BROKEN, "where": bug.fix[0].path}
        _write(folder / f"8-answer-{number}.yaml", _telling(bug) | there)
        _write(folder / f"8-broken-{number}.yaml", _mending(bug) | there)
    _write(folder / "9-answer.yaml", _looking())
    _write(folder / "9-anything.yaml", _anything())
    return folder


def _mending(bug: Bug) -> dict[str, Any]:
    """Mends the bug; asked again in the same conversation, it writes down why."""
    edits = [{"tool": {"edit": edit.path, "find": edit.find, "replace": edit.replace}} for edit in bug.fix]
    paths = _paths(bug)
    mend = [
        {"say": f"Looking at {paths}"},
        {"run": bug.test_command},
        *edits,
        {"run": bug.test_command},
        {"usage": {"in": 5200, "out": 310, "cost": 0.021}},
        {"result": f"Mended {paths}: {bug.issues[0].title}. The tests pass again."},
    ]
    return {"match": re.escape(bug.issues[0].title), "parts": [{"steps": mend}, {"steps": _explaining(bug)}]}


def _explaining(bug: Bug) -> list[dict[str, Any]]:
    paths = _paths(bug)
    return [
        {"say": "Writing down what was asked for"},
        {"tool": {"write": FOLLOW_UP, "text": f"# Notes\n\n{bug.issues[0].title}: mended in {paths}.\n"}},
        {"usage": {"in": 1900, "out": 120, "cost": 0.008}},
        {"result": NOTED.format(file=FOLLOW_UP, paths=paths)},
    ]


def _noting(bug: Bug) -> dict[str, Any]:
    """About a bug that is mended there, in a new conversation."""
    return {"match": re.escape(bug.issues[0].title), "steps": _explaining(bug)}


def _mended(bug: Bug) -> dict[str, Any]:
    """Asked to mend what is mended."""
    told = MENDED.format(paths=_paths(bug), command=bug.test_command)
    return {"match": "(?s).*", "steps": [{"run": bug.test_command}, {"result": told}]}


def _asked(bug: Bug) -> dict[str, str]:
    """Only when the request speaks of what fails, and not of the wish; then before the conversation that goes on."""
    return {
        "match": "(?s).*",
        "asked": rf"(?s)^(?!.*{re.escape(bug.issues[1].title)}).*{FAILING}",
        "mode": CHANGING,
    }


def _there(bug: Bug, text: str) -> dict[str, str]:
    return {"where": bug.fix[0].path, "holds": text.strip()}


def _paths(bug: Bug) -> str:
    return ", ".join(f"`{edit.path}`" for edit in bug.fix)


def _telling(bug: Bug) -> dict[str, Any]:
    """A question about the bug: where it is, and what would mend it. Changes nothing."""
    first = bug.fix[0]
    told = f"It is in `{first.path}`, where it says\n\n```\n{first.find.strip()}\n```\n\n"
    would = f"That should be\n\n```\n{first.replace.strip()}\n```\n\n`{bug.test_command}` shows it."
    steps = [
        {"say": f"Reading `{first.path}`"},
        {"tool": {"read": first.path}},
        {"usage": {"in": 1400, "out": 90, "cost": 0.005}},
        {"result": f"{told}{would}"},
    ]
    return {"match": re.escape(bug.issues[0].title), "mode": "plan", "steps": steps}


def _considering(bug: Bug) -> dict[str, Any]:
    """A question about the wish: what it would take. Changes nothing."""
    paths = ", ".join(f"`{path}`" for path in sorted(bug.files)[:3])
    text = (
        f"Nothing of “{bug.issues[1].title}” is there yet. I would begin in {paths}, and with a test of it."
    )
    steps = [{"say": "Looking around"}, {"usage": {"in": 1100, "out": 60, "cost": 0.004}}, {"result": text}]
    return {"match": re.escape(bug.issues[1].title), "mode": "plan", "steps": steps}


def _looking() -> dict[str, Any]:
    """A question that nobody rehearsed."""
    return {"match": "(?s).*", "mode": "plan", "steps": [{"run": "ls"}, {"result": UNREHEARSED_QUESTION}]}


def _wish(bug: Bug) -> dict[str, Any]:
    """Slow on purpose, and hard of hearing: there is time to see a job run, and to stop it."""
    steps = [
        {"say": "Thinking about this for a while; stop me if you like"},
        {"ignore_signals": True},
        {"sleep": SLOW_SECONDS},
        {"tool": {"write": "WISHES.md", "text": f"# Wishes\n\n- {bug.issues[1].title}\n"}},
        {"result": f"Wrote down the wish: {bug.issues[1].title}"},
    ]
    return {"match": re.escape(bug.issues[1].title), "steps": steps}


def _anything() -> dict[str, Any]:
    """For whatever nobody rehearsed."""
    return {
        "match": "(?s).*",
        "steps": [{"result": UNREHEARSED}],
    }


def _write(path: Path, script: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(script, sort_keys=False, allow_unicode=True), encoding="utf-8")
