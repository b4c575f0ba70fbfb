"""Writes the scripted agent's scripts for a seed's bugs: what a good agent would do with exactly these repositories."""

import re
from pathlib import Path
from typing import Any

import yaml

from playground.seeds.catalog import Bug, draw_bugs, draw_cast

SLOW_SECONDS = 90
# How people speak of what is broken without naming an issue.
BROKEN = r"\b(fail(s|ed|ing|ures?)?|broken?|bugs?|wrong|red|tests?)\b"
FOLLOW_UP = "NOTES.md"


def write_scripts(seed: int, folder: Path) -> Path:
    """For each bug and wish by its issue's title, then for each repository; the folder, for the agent's `--scripts`."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yaml"):
        old.unlink()
    for number, bug in enumerate(draw_bugs(seed, draw_cast(seed))):
        _write(folder / f"{number}-answer-bug.yaml", _telling(bug))
        _write(folder / f"{number}-answer-wish.yaml", _considering(bug))
        _write(folder / f"{number}-wish.yaml", _wish(bug))
        _write(folder / f"{number}-bug.yaml", _mending(bug))
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
    paths = ", ".join(f"`{edit.path}`" for edit in bug.fix)
    mend = [
        {"say": f"Looking at {paths}"},
        {"run": bug.test_command},
        *edits,
        {"run": bug.test_command},
        {"usage": {"in": 5200, "out": 310, "cost": 0.021}},
        {"result": f"Mended {paths}: {bug.issues[0].title}. The tests pass again."},
    ]
    explain = [
        {"say": "Writing down what was asked for"},
        {"tool": {"write": FOLLOW_UP, "text": f"# Notes\n\n{bug.issues[0].title}: mended in {paths}.\n"}},
        {"usage": {"in": 1900, "out": 120, "cost": 0.008}},
        {"result": f"Added `{FOLLOW_UP}`, which says why {paths} changed."},
    ]
    return {"match": re.escape(bug.issues[0].title), "parts": [{"steps": mend}, {"steps": explain}]}


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
    text = "I looked around and changed nothing. I only know scripted answers, and none fits this question."
    return {"match": "(?s).*", "mode": "plan", "steps": [{"run": "ls"}, {"result": text}]}


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
        "steps": [{"result": "I only play scripted parts, and this request is in none of them."}],
    }


def _write(path: Path, script: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(script, sort_keys=False, allow_unicode=True), encoding="utf-8")
