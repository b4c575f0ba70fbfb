"""Level-triggered loops: they look by themselves, a bell wakes them early, and no error ends them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bot import loops
from bot.errors import StorageUnavailable
from bot.loops import Loop

Reports = list[tuple[str, BaseException | None]]


async def run_for(loop: Loop, until: Callable[[], bool]) -> Reports:
    """Run the loop until something is so, 5 s at most."""
    reports: Reports = []
    task = asyncio.create_task(loops.run(loop, lambda name, seconds, error: reports.append((name, error))))
    async with asyncio.timeout(5):
        while not until():  # noqa: ASYNC110 - a loop tells nobody
            await asyncio.sleep(0.005)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return reports


def step(done: list[str], *endings: bool | BaseException) -> Callable[[], Awaitable[bool]]:
    """A step that ends so, the last way for ever."""

    async def look() -> bool:
        ending = endings[min(len(done), len(endings) - 1)]
        done.append("look")
        if isinstance(ending, BaseException):
            raise ending
        return ending

    return look


async def test_more_to_do_is_done_at_once() -> None:
    done: list[str] = []
    await run_for(Loop("x", step(done, True, True, True, False), 3600), lambda: len(done) == 4)


async def test_without_a_bell_it_looks_again_by_itself() -> None:
    done: list[str] = []
    await run_for(Loop("x", step(done, False), 0.01), lambda: len(done) >= 3)


async def test_a_bell_wakes_it_early() -> None:
    done: list[str] = []
    bell = asyncio.Event()

    def ring() -> bool:
        bell.set()
        return len(done) >= 3

    await run_for(Loop("x", step(done, False), 3600, bell), ring)


async def test_a_bell_that_rings_during_a_step_is_not_lost() -> None:
    done: list[str] = []
    bell = asyncio.Event()

    async def look() -> bool:
        done.append("look")
        if len(done) == 1:
            bell.set()
        return False

    await run_for(Loop("x", look, 3600, bell), lambda: len(done) == 2)


async def test_errors_are_reported_and_end_nothing() -> None:
    done: list[str] = []
    errors = (StorageUnavailable("away"), ZeroDivisionError("a defect"), False)
    reports = await run_for(Loop("recover", step(done, *errors), 0.01), lambda: len(done) >= 4)
    assert [type(error).__name__ for _, error in reports[:3]] == [
        "StorageUnavailable", "ZeroDivisionError", "NoneType",
    ]  # fmt: skip
    assert {name for name, _ in reports} == {"recover"}
