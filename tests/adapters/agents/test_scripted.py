"""The scripted agent's command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.agents import scripted
from bot.settings import Settings
from models.agent import AgentTask

TASK = AgentTask(prompt="", workspace=Path("tree"), home=Path("home"))


@pytest.mark.parametrize(("is_read_only", "mode"), [(True, "plan"), (False, "acceptEdits")])
def test_a_question_is_asked_in_the_mode_that_changes_nothing(is_read_only: bool, mode: str) -> None:
    argv = scripted.make(Settings()).argv(TASK.model_copy(update={"is_read_only": is_read_only}))
    assert argv[argv.index("--permission-mode") + 1] == mode


def test_folders_it_may_read_besides_are_named_one_by_one() -> None:
    folders = (Path("/data/work/1/attachments"), Path("/b"))
    argv = scripted.make(Settings()).argv(TASK.model_copy(update={"readable": folders}))
    named = [argv[number + 1] for number, word in enumerate(argv) if word == "--add-dir"]
    assert named == ["/data/work/1/attachments", "/b"]
    assert "--add-dir" not in scripted.make(Settings()).argv(TASK)
