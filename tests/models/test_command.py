"""Verbs are found by name and alias."""

from __future__ import annotations

import dataclasses

import pytest

from models.command import Names, VerbSpec, Vocabulary
from models.identity import Role

FIX = VerbSpec("fix", aliases=("solve",))
WORDS = Vocabulary((FIX, VerbSpec("help")))


@pytest.mark.parametrize("word", ["fix", "FIX", "Solve"])
def test_a_verb_is_found_by_any_of_its_words_in_any_case(word: str) -> None:
    assert WORDS.find(word) is FIX


def test_another_word_is_no_verb() -> None:
    assert WORDS.find("fixx") is None


def test_the_vocabulary_knows_all_its_words() -> None:
    assert WORDS.words == ("fix", "solve", "help")


@pytest.mark.parametrize("value", [FIX, WORDS, Names(frozenset({"bellhop"}), "bellhop")])
def test_what_describes_commands_is_frozen(value: object) -> None:
    field = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


def test_roles_are_ordered_as_platforms_order_them() -> None:
    assert sorted(Role, key=int) == [Role.NONE, Role.READ, Role.TRIAGE, Role.WRITE, Role.MAINTAIN, Role.ADMIN]
    assert Role.MAINTAIN.label == "maintain"
