"""Handles are short, unlike each other, and grow when they must."""

from __future__ import annotations

import re
from typing import Any

from bot import handles
from models.job import HANDLE_ALPHABET


class Crowd:
    """As much of `Jobs` as handles ask: knows which prefixes are taken."""

    def __init__(self, crowded_length: int = 0) -> None:
        self.crowded_length = crowded_length
        self.asked: list[str] = []

    async def by_handle(self, prefix: str) -> list[str]:
        self.asked.append(prefix)
        return [prefix] if len(prefix) - len(handles.PREFIX) <= self.crowded_length else []


async def new(crowd: Any) -> str:
    return await handles.new(crowd)


async def test_four_letters_nobody_misreads() -> None:
    assert not set("ILOU") & set(HANDLE_ALPHABET)
    for _ in range(50):
        assert re.fullmatch(rf"J-[{HANDLE_ALPHABET}]{{4}}", await new(Crowd()))


async def test_a_crowded_length_grows_by_a_letter() -> None:
    crowd = Crowd(crowded_length=5)
    assert len(await new(crowd)) == len("J-") + 6
    assert len(crowd.asked) == 2 * handles.TRIES_A_LENGTH + 1


async def test_two_are_hardly_the_same() -> None:
    assert len({await new(Crowd()) for _ in range(200)}) > 190
