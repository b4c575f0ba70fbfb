"""Watching over the loops: one that ended, however, is started again; one that gets nowhere is told of.

`loops.run` outlives what a step raises. This is for what nobody thought of: a loop that is cancelled, whose report
raises, or whose step never returns.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import monotonic

from bot import loops
from bot.loops import Loop, Report

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # a loop that lived so long did not die of its start
MOST_DEATHS = 3
MOST_ERRORS = 5
STALLED_SECONDS = 120.0  # every call has a limit of its own, far below this

ENDED = "the loop ended; it is started again"


class LoopEnded(Exception):
    """Reported when a loop was gone; its cause is what ended it, if that is known."""


@dataclass
class Pulse:
    """Of one loop."""

    deaths: int = 0
    died_at: float = 0.0
    errors: int = 0
    step_began_at: float | None = None


class Vigil:
    """Knows which loops get nowhere. Filled by `keep`, read by whoever answers for this process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._pulses: dict[str, Pulse] = {}

    def failing(self) -> list[str]:
        """Names of the loops that keep dying, keep failing, or are stuck in a step."""
        return sorted(name for name, pulse in self._pulses.items() if self._is_failing(pulse))

    def watched(self, loop: Loop) -> Loop:
        """The loop, its steps noted."""
        pulse = self._pulses.setdefault(loop.name, Pulse())
        return replace(loop, step=lambda: self._noted(pulse, loop.step))

    def died(self, name: str) -> float:
        """Note a death; how long to wait before the loop is started again, in seconds."""
        pulse, moment = self._pulses.setdefault(name, Pulse()), self._clock()
        pulse.deaths = pulse.deaths + 1 if moment - pulse.died_at < STEADY_SECONDS else 1
        pulse.died_at, pulse.step_began_at = moment, None
        return min(FIRST_PAUSE_SECONDS * 2.0 ** (pulse.deaths - 1), LONGEST_PAUSE_SECONDS)

    async def _noted(self, pulse: Pulse, step: Callable[[], Awaitable[bool]]) -> bool:
        pulse.step_began_at = self._clock()
        try:
            is_more = await step()
        except Exception:
            pulse.errors += 1
            raise
        else:
            pulse.errors = 0
            return is_more
        finally:
            pulse.step_began_at = None

    def _is_failing(self, pulse: Pulse) -> bool:
        moment = self._clock()
        is_dying = pulse.deaths >= MOST_DEATHS and moment - pulse.died_at < STEADY_SECONDS
        is_stuck = pulse.step_began_at is not None and moment - pulse.step_began_at > STALLED_SECONDS
        return is_dying or is_stuck or pulse.errors >= MOST_ERRORS


async def keep(loop: Loop, report: Report, vigil: Vigil) -> None:
    """Until cancelled: run the loop, and run it again a little later each time it ended."""
    watched = vigil.watched(loop)
    while True:
        task = asyncio.create_task(loops.run(watched, report), name=loop.name)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        pause = vigil.died(loop.name)
        # The report may be what ended it: then it cannot tell, and `failing` will.
        with contextlib.suppress(Exception):
            report(loop.name, 0.0, _ended(task))
        await asyncio.sleep(pause)


def _ended(task: asyncio.Task[None]) -> LoopEnded:
    ended = LoopEnded(ENDED)
    ended.__cause__ = None if task.cancelled() else task.exception()
    return ended
