"""A bounded number of things under way at once, beside a loop that starts them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Failed = Callable[[BaseException], None]


class Flights:
    """Start coroutines while there is room. A failure is handed to `failed`, never lost and never anybody else's."""

    def __init__(self, most: int, failed: Failed | None = None) -> None:
        self.most = most
        self.failed = failed
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def free(self) -> int:
        """How many more may start now."""
        return max(self.most - len(self._tasks), 0)

    async def room(self) -> None:
        """Return when at least one more may start."""
        while not self.free:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` beside the caller. The task is kept until it ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def land(self, within_seconds: float) -> None:
        """Wait for all that is under way; cancel what takes longer."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=within_seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and self.failed is not None:
            self.failed(error)
