"""One registry: each command is one file, has a test, and is in the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands import COMMANDS

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_file_and_its_test(name: str) -> None:
    assert (ROOT / "bot" / "commands" / f"{name}.py").exists()
    assert (HERE / f"test_{name}.py").exists()


def test_each_is_registered_by_its_own_name() -> None:
    assert {name: spec.name for name, spec in COMMANDS.items()} == {name: name for name in COMMANDS}


def test_no_word_has_two_meanings() -> None:
    words = [word for spec in COMMANDS.values() for word in (spec.verb.name, *spec.verb.aliases)]
    assert len(words) == len(set(words))
