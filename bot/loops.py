"""Level-triggered loops: each looks at what is due, does it, and looks again.

A bell wakes a loop early; without it the loop looks anyway. Killing a process at any moment therefore leaves only work
that is due again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import BellhopError

LONGEST_PAUSE_SECONDS = 30.0

Report = Callable[[str, float, BaseException | None], None]


@dataclass(frozen=True)
class Loop:
    """`step` says True when there may be more to do right now.

    `every_seconds` is the longest time between two looks.
    """

    name: str
    step: Callable[[], Awaitable[bool]]
    every_seconds: float
    bell: asyncio.Event | None = None


async def run(loop: Loop, report: Report) -> None:
    """Until cancelled. An error never ends a loop: it is reported, and the next look comes a little later each time."""
    errors = 0
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        is_more = False
        if loop.bell is not None:
            loop.bell.clear()
        try:
            is_more = await loop.step()
            errors = 0
            report(loop.name, clock() - began, None)
        except BellhopError as error:
            errors += 1
            report(loop.name, clock() - began, error)
        except Exception as error:  # noqa: BLE001 - a loop outlives any defect in a step; the report carries it
            errors += 1
            report(loop.name, clock() - began, error)
        if errors:
            await asyncio.sleep(min(loop.every_seconds * 2**errors, LONGEST_PAUSE_SECONDS))
        elif not is_more:
            await _rest(loop)


async def _rest(loop: Loop) -> None:
    if loop.bell is None:
        await asyncio.sleep(loop.every_seconds)
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(loop.every_seconds):
            await loop.bell.wait()
