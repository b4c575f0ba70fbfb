"""`version` names the release."""

from __future__ import annotations

from bot.release import VERSION
from tests.fakes.services import Bench


async def test_the_release_is_named() -> None:
    bench = Bench()
    await bench.hear("@bellhop version")
    assert bench.answers[0].startswith(f"Bellhop {VERSION}.")
