"""The group commit: a commit is always in flight, and whatever arrives meanwhile forms the next one.

No timer: a lone delivery is committed at once, a flood in large groups. Each caller is answered when the commit that
holds its delivery has returned. A caller who goes away cancels nothing: its delivery is committed with its group.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from adapters.storage.packing import Packed, pack
from bot.errors import StorageUnavailable
from models.delivery import Delivery, Receipt

# One group's largest size, so that a unit of work waiting for its turn, and memory, never wait for a whole flood.
LARGEST_GROUP = 256
LARGEST_GROUP_BYTES = 16 * 1024 * 1024
KEEPING = "keeping delivery {key}: {why}"
CLOSED = "the storage is closed"
TOO_SLOW = "no commit within {seconds:g} s"
# GitHub hangs up after 10 s, and then nobody would hear the 503 (docs.github.com/webhooks: "Handling deliveries").
PATIENCE_SECONDS = 8.0

# Commits a group. For each: True it is new, False its key was known, or why it was not kept.
Commit = Callable[[Sequence[Packed]], Awaitable[list[bool | StorageUnavailable]]]
Turn = Callable[[], AbstractAsyncContextManager[object]]


class GroupCommit:
    """What waits, and the one task that commits it."""

    def __init__(self, commit: Commit, turn: Turn, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._commit = commit
        self._turn = turn
        self._patience_seconds = patience_seconds
        self._unanswered: deque[tuple[float, str, asyncio.Future[bool]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: list[tuple[Packed, asyncio.Future[bool]]] = []
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    async def keep(self, delivery: Delivery) -> Receipt:
        """Return when it is on disk. Raises StorageUnavailable."""
        if self._is_closed:
            raise StorageUnavailable(KEEPING.format(key=delivery.key, why=CLOSED))
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((pack(delivery), future))
        self._expect(delivery.key, future)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="group-commit")
        return Receipt(key=delivery.key, is_new=await future)

    async def close(self) -> None:
        """Commit what waits, and take no more."""
        self._is_closed = True
        if self._task is not None:
            await self._task
        if self._timer is not None:
            self._timer.cancel()

    def _expect(self, key: str, future: asyncio.Future[bool]) -> None:
        loop = future.get_loop()
        self._unanswered.append((loop.time() + self._patience_seconds, key, future))
        if self._timer is None:
            self._timer = loop.call_later(self._patience_seconds, self._lose_patience)

    def _forget_answered(self) -> None:
        while self._unanswered and self._unanswered[0][2].done():
            self._unanswered.popleft()

    def _lose_patience(self) -> None:
        """One timer for all who wait: one a request would cost more than the request's row."""
        self._timer = None
        self._forget_answered()
        if not self._unanswered:
            return
        loop = self._unanswered[0][2].get_loop()
        while self._unanswered and self._unanswered[0][0] <= loop.time():
            _, key, future = self._unanswered.popleft()
            why = TOO_SLOW.format(seconds=self._patience_seconds)
            _answer(future, StorageUnavailable(KEEPING.format(key=key, why=why)))
        if self._unanswered:
            self._timer = loop.call_at(self._unanswered[0][0], self._lose_patience)

    async def _run(self) -> None:
        try:
            while self._waiting:
                # What has arrived but was not read yet joins: a commit costs the same for one as for many.
                await asyncio.sleep(0)
                async with self._turn():
                    group = self._take()
                    results = await self._results([packed for packed, _ in group])
                for (_, future), result in zip(group, results, strict=True):
                    _answer(future, result)
                self._forget_answered()
        finally:
            self._task = None

    def _take(self) -> list[tuple[Packed, asyncio.Future[bool]]]:
        size = weight = 0
        for packed, _ in self._waiting[:LARGEST_GROUP]:
            weight += len(packed.body)
            if size and weight > LARGEST_GROUP_BYTES:
                break
            size += 1
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        return group

    async def _results(self, group: list[Packed]) -> list[bool | StorageUnavailable]:
        try:
            return await self._commit(group)
        except Exception as error:  # noqa: BLE001 - whatever it was, each caller must hear that nothing was kept
            return [StorageUnavailable(f"keeping deliveries: {type(error).__name__}") for _ in group]


def _answer(future: asyncio.Future[bool], result: bool | StorageUnavailable) -> None:
    if future.done():  # its caller went away
        return
    if isinstance(result, StorageUnavailable):
        future.set_exception(result)
    else:
        future.set_result(result)
