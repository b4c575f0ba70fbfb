"""What was rehearsed for a seed's repositories: mending for requests, answers for questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.agent import Script, choose, played_in, read_scripts
from playground.rehearsal import write_scripts
from playground.seeds.catalog import Bug, draw_bugs, draw_cast


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


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_what_is_asked_without_an_issue_is_about_the_repository_it_is_asked_for(
    tmp_path: Path, seed: int
) -> None:
    scripts = read_scripts(write_scripts(seed, tmp_path / "scripts"))
    for bug in draw_bugs(seed, draw_cast(seed)):
        tree = plant(tmp_path / bug.repository, bug)
        for asked in ("fix the failing test", "a test is red", "something is broken here"):
            assert f"`{bug.fix[0].path}`" in words(rehearsed(scripts, tree, asked, "acceptEdits").parts[0])
        telling = rehearsed(scripts, tree, "Why does the test fail?", "plan")
        assert bug.fix[0].replace.strip() in words(telling.parts[0])
        assert not [step for step in telling.parts[0] if set(step.get("tool", {})) & {"edit", "write"}]
        wish = rehearsed(scripts, tree, f"the tests say: {bug.issues[1].title}", "acceptEdits")
        assert "wish" in words(wish.parts[0]), "who names an issue means that one"
        assert "scripted" in words(rehearsed(scripts, tree, "paint it blue", "acceptEdits").parts[0])


def rehearsed(scripts: list[Script], tree: Path, asked: str, mode: str) -> Script:
    """What is played there."""
    _, script = choose(played_in(tree, scripts), asked, None, mode)
    assert script is not None
    return script


def plant(tree: Path, bug: Bug) -> Path:
    """A folder with the repository's files."""
    for path, text in bug.files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    return tree


PROMPT = "--- 1a2b request ---\n{asked}\n--- 1a2b end ---\n\n--- 1a2b issue ---\n#{number}: {title}\n--- 1a2b end ---"


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("issue", [0, 1])
def test_who_asks_for_the_failing_test_gets_it_fixed_while_the_bug_is_there(
    tmp_path: Path, seed: int, issue: int
) -> None:
    scripts = read_scripts(write_scripts(seed, tmp_path / "scripts"))
    for bug in draw_bugs(seed, draw_cast(seed)):
        tree = plant(tmp_path / bug.repository, bug)
        prompt = PROMPT.format(asked="fix the failing test", number=issue + 1, title=bug.issues[issue].title)
        other = PROMPT.format(asked="say why", number=issue + 1, title=bug.issues[issue].title)
        earlier, _ = choose(played_in(tree, scripts), other, None, "acceptEdits")
        session, script = choose(played_in(tree, scripts), prompt, earlier.id, "acceptEdits", known=scripts)
        assert script is not None
        assert words(script.parts[session.part]).startswith("Mended"), "also in the middle of a conversation"
        mend(tree, bug)
        again, script = choose(played_in(tree, scripts), prompt, session.id, "acceptEdits", known=scripts)
        assert (again, script and "mended here already" in words(script.parts[0])) == (session, True)
        after, script = choose(played_in(tree, scripts), other, again.id, "acceptEdits", known=scripts)
        assert (script and "I am a script" in words(script.parts[after.part])) is True


def test_a_mended_bug_is_not_mended_again_in_a_new_conversation(tmp_path: Path) -> None:
    scripts = read_scripts(write_scripts(1, tmp_path / "scripts"))
    bug = draw_bugs(1, draw_cast(1))[0]
    tree = mend(plant(tmp_path / "tree", bug), bug)
    assert words(rehearsed(scripts, tree, bug.issues[0].title, "acceptEdits").parts[0]).startswith("Added")


def mend(tree: Path, bug: Bug) -> Path:
    """What the script does to the folder."""
    for edit in bug.fix:
        path = tree / edit.path
        path.write_text(path.read_text().replace(edit.find, edit.replace))
    return tree
