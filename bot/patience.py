"""Asking a platform again in the middle of a job: minutes of an agent's work are not thrown away for one bad answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import IntegrationError, RateLimitError
from bot.run import Run

PAUSES_SECONDS = (1.0, 3.0, 9.0)
LONGEST_PAUSE_SECONDS = (
    120.0  # a platform that wants to be left alone for longer ends the job, with its reason
)

T = TypeVar("T")


async def patiently(run: Run, ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` returns; it is called again after a failure that may pass, so its effect must be the same twice.

    Raises its last IntegrationError, JobCancelled or LeaseLost.
    """
    for pause_seconds in PAUSES_SECONDS:
        try:
            return await ask()
        except IntegrationError as error:
            wait_seconds = max(pause_seconds, _told(error))
            if not error.retryable or wait_seconds > LONGEST_PAUSE_SECONDS:
                raise
        await _pause(run, wait_seconds)
    return await ask()


def _told(error: IntegrationError) -> float:
    return error.retry_after_seconds if isinstance(error, RateLimitError) else 0.0


async def _pause(run: Run, seconds: float) -> None:
    """A cancel, or a lost lease, ends it at once."""
    ends = [asyncio.create_task(event.wait()) for event in (run.cancelled, run.lost)]
    try:
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await end
    await run.check()
