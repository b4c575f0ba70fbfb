"""Loops that die come back, ever later; those that get nowhere are told of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import vigil
from bot.loops import Loop, Report
from bot.vigil import LoopEnded, Vigil


class Clock:
    """Moved by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ignore(name: str, seconds: float, error: BaseException | None) -> None:
    """A report."""


def loop(step: Callable[[], Awaitable[bool]], every_seconds: float = 0.001) -> Loop:
    return Loop("courier", step, every_seconds)


async def keep_until(kept: Loop, vigil_: Vigil, is_so: Callable[[], bool], report: Report = ignore) -> None:
    keeping = asyncio.create_task(vigil.keep(kept, report, vigil_))
    try:
        async with asyncio.timeout(5):
            while not is_so():  # noqa: ASYNC110 - a loop tells nobody
                await asyncio.sleep(0.002)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def test_a_loop_that_keeps_dying_waits_longer_each_time_and_is_told_of() -> None:
    clock = Clock()
    watching = Vigil(clock)
    pauses = []
    for _ in range(9):
        pauses.append(watching.died("courier"))
        clock.now += pauses[-1]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert watching.failing() == ["courier"]
    clock.now += vigil.STEADY_SECONDS
    assert watching.failing() == [], "it lives again"
    assert watching.died("courier") == 0.5


def test_a_loop_that_died_once_is_not_failing() -> None:
    watching = Vigil()
    watching.died("courier")
    assert watching.failing() == []


async def test_a_loop_whose_every_look_fails_is_told_of_until_one_succeeds() -> None:
    watching, is_well = Vigil(), asyncio.Event()

    async def step() -> bool:
        if not is_well.is_set():
            raise ValueError("a defect")
        return False

    quick = loop(step, 0.0001)
    await keep_until(quick, watching, lambda: watching.failing() == ["courier"])
    is_well.set()
    await keep_until(quick, watching, lambda: watching.failing() == [])


async def test_a_look_that_never_ends_is_told_of() -> None:
    clock, looking = Clock(), asyncio.Event()
    watching = Vigil(clock)

    async def step() -> bool:
        looking.set()
        await asyncio.Event().wait()
        return False

    keeping = asyncio.create_task(vigil.keep(loop(step), ignore, watching))
    await looking.wait()
    assert watching.failing() == []
    clock.now += vigil.STALLED_SECONDS + 1
    assert watching.failing() == ["courier"]
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert watching.failing() == []


async def test_a_report_that_raises_ends_the_loop_and_not_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vigil, "FIRST_PAUSE_SECONDS", 0.001)
    looks: list[str] = []
    watching = Vigil()

    async def step() -> bool:
        looks.append("look")
        return False

    def report(name: str, seconds: float, error: BaseException | None) -> None:
        raise ZeroDivisionError

    await keep_until(
        loop(step), watching, lambda: len(looks) >= 4 and watching.failing() == ["courier"], report
    )


async def test_what_ended_it_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vigil, "FIRST_PAUSE_SECONDS", 0.001)
    told: list[BaseException] = []

    async def step() -> bool:
        return False

    def report(name: str, seconds: float, error: BaseException | None) -> None:
        if not isinstance(error, LoopEnded):
            raise ZeroDivisionError
        told.append(error)

    await keep_until(loop(step), Vigil(), lambda: len(told) >= 2, report)
    assert isinstance(told[0], LoopEnded)
    assert isinstance(told[0].__cause__, ZeroDivisionError)
