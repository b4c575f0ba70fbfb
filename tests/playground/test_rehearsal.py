"""What was rehearsed for a seed's repositories: mending for requests, answers for questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.agent import choose, read_scripts
from playground.rehearsal import write_scripts
from playground.seeds.catalog import draw_bugs, draw_cast


def words(steps: tuple[dict[str, Any], ...]) -> str:
    """All that is said in the end."""
    return " ".join(str(step["result"]) for step in steps if "result" in step)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_questions_get_answers_and_requests_get_changes(tmp_path: Path, seed: int) -> None:
    scripts = read_scripts(write_scripts(seed, tmp_path))
    for bug in draw_bugs(seed, draw_cast(seed)):
        for issue in bug.issues:
            _, script = choose(scripts, f"Answer.\n{issue.title}", None, "plan")
            assert script is not None
            [steps] = script.parts
            assert not [step for step in steps if set(step) & {"ignore_signals", "sleep"}], (
                "answers are quick"
            )
            assert not [step for step in steps if set(step.get("tool", {})) & {"edit", "write", "delete"}]
            assert "Mended" not in words(steps)
        _, telling = choose(scripts, bug.issues[0].title, None, "plan")
        _, mending = choose(scripts, bug.issues[0].title, None, "acceptEdits")
        assert telling is not None
        assert mending is not None
        assert f"`{bug.fix[0].path}`" in words(telling.parts[0])
        assert bug.fix[0].replace.strip() in words(telling.parts[0])
        assert words(mending.parts[0]).startswith("Mended")


def test_a_question_nobody_rehearsed_is_answered_too(tmp_path: Path) -> None:
    _, script = choose(read_scripts(write_scripts(1, tmp_path)), "What is the meaning of it?", None, "plan")
    assert script is not None
    assert "changed nothing" in words(script.parts[0])
