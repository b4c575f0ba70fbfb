"""Deliveries that were claimed and are addressed: one line a thread, in order, of which only the first is worked on.

Who waits in a line takes no place among those at work, so a talkative thread holds nobody else back. How much waits is
bounded; the database keeps the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Collection, Coroutine
from functools import partial
from typing import Any

from bot.flights import Failed, Flights
from bot.triage import Addressed

MOST_HELD = 1000
MOST_HELD_BYTES = 64 * 1024 * 1024

Work = Callable[[Addressed], Coroutine[Any, Any, None]]


class Lines:
    """At most `most` at work at once, never two of one thread."""

    def __init__(self, most: int, work: Work, failed: Failed | None = None) -> None:
        self._work = work
        self._flights = Flights(most, failed)
        self._waiting: dict[
            str, deque[Addressed]
        ] = {}  # by thread, also of those at work; without the one at work
        self._ready: deque[str] = deque()  # threads whose first may begin
        self._sizes: dict[int, int] = {}  # in bytes, of all that are held, by the delivery's id
        self._left = asyncio.Event()

    @property
    def held(self) -> frozenset[int]:
        """The ids of all deliveries in line and at work."""
        return frozenset(self._sizes)

    @property
    def has_room(self) -> bool:
        """Whether one more could begin at once, and there is memory for more to wait."""
        is_bounded = len(self._sizes) < MOST_HELD and sum(self._sizes.values()) < MOST_HELD_BYTES
        return is_bounded and self._flights.free > 0

    async def room(self, within_seconds: float) -> bool:
        """Wait for room, but no longer than that."""
        await self._until(lambda: self.has_room, within_seconds)
        return self.has_room

    def join(self, found: Addressed, size_bytes: int) -> None:
        """At the end of its thread's line. Whoever is held already stays where it is."""
        id_, key = found.delivery.id, found.message.thread.key
        if id_ in self._sizes:
            return
        self._sizes[id_] = size_bytes
        if key not in self._waiting:
            self._waiting[key] = deque()
            self._ready.append(key)
        self._waiting[key].append(found)
        self._go()

    def drop(self, ids: Collection[int]) -> None:
        """Let go of those that were not begun."""
        for line in self._waiting.values():
            for gone in [found for found in line if found.delivery.id in ids]:
                line.remove(gone)
                del self._sizes[gone.delivery.id]

    async def land(self, within_seconds: float) -> frozenset[int]:
        """Let all be worked on; end what takes longer. Returns the ids of those that were never begun."""
        await self._until(lambda: not self._sizes, within_seconds)
        waiting = frozenset(found.delivery.id for line in self._waiting.values() for found in line)
        self.drop(waiting)
        await self._flights.land(0)
        return waiting

    async def _until(self, is_so: Callable[[], bool], within_seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                while not is_so():
                    self._left.clear()
                    await self._left.wait()

    def _go(self) -> None:
        while self._ready and self._flights.free:
            key = self._ready.popleft()
            if not self._waiting[key]:
                del self._waiting[key]
                continue
            found = self._waiting[key].popleft()
            task = self._flights.start(self._work(found))
            task.add_done_callback(partial(self._ended, key, found.delivery.id))

    def _ended(self, key: str, id_: int, _: asyncio.Task[None]) -> None:
        del self._sizes[id_]
        self._ready.append(key)
        self._left.set()
        self._go()
