"""A database in memory that behaves as the real ones do, proved by the same cases (tests/adapters/storage)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from bot.errors import StorageUnavailable
from bot.ports import Storage, UnitOfWork
from models.base import now
from models.delivery import Delivery, Receipt
from tests.fakes.memory import Memory, with_
from tests.fakes.memory_archive import AccountRows, RetentionRows
from tests.fakes.memory_inbox import DeliveryRows, KeyRows
from tests.fakes.memory_jobs import JobRows
from tests.fakes.memory_outbox import OutboxRows
from tests.fakes.memory_people import PendingRows, PeopleRows, RoomRows, VisitRows
from tests.fakes.memory_rest import AuditRows, ChangeRows, WorkerRows

AWAY = "using the database in memory: it is away"
NESTED = "beginning a transaction inside another would wait for itself for ever"


class MemoryUnitOfWork:
    """The `UnitOfWork` port over a snapshot."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        self.deliveries = DeliveryRows(memory, clock)
        self.keys = KeyRows(memory, clock)
        self.jobs = JobRows(memory, clock)
        self.outbox = OutboxRows(memory, clock)
        self.changes = ChangeRows(memory, clock)
        self.workers = WorkerRows(memory, clock)
        self.audit = AuditRows(memory, clock)
        self.accounts = AccountRows(memory, clock)
        self.retention = RetentionRows(memory, clock)
        self.people = PeopleRows(memory, clock)
        self.visits = VisitRows(memory, clock)
        self.pending = PendingRows(memory, clock)
        self.rooms = RoomRows(memory, clock)


class MemoryStorage(Storage):
    """The `Storage` port. `clock` is its clock; with `is_away` set it answers like a database that is gone."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self.clock = clock
        self.is_away = False
        self._memory = Memory()
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    async def initialize(self) -> None: ...

    async def close(self) -> None: ...

    async def ping(self) -> None:
        self._be_there()

    async def keep(self, delivery: Delivery) -> Receipt:
        async with self._turn() as memory:
            rows = DeliveryRows(memory, self.clock)
            known = await rows.find(delivery.platform, delivery.integration, delivery.key)
            if known is None:
                number = memory.number()
                memory.deliveries[number] = with_(delivery, id=number)
            else:
                memory.deliveries[known.id] = with_(known, receipts=known.receipts + 1)
        return Receipt(key=delivery.key, is_new=known is None)

    def begin(self, *, is_urgent: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._begin()

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._read()

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[UnitOfWork]:
        async with self._turn() as memory:
            yield MemoryUnitOfWork(memory, self.clock)

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[UnitOfWork]:
        self._be_there()
        # What is written through a reading unit of work goes nowhere.
        yield MemoryUnitOfWork(self._memory.snapshot(), self.clock)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Memory]:
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError(NESTED)
        async with self._lock:
            self._be_there()
            self._holder = asyncio.current_task()
            memory = self._memory.snapshot()
            try:
                yield memory
                self._memory = memory
            finally:
                self._holder = None

    def _be_there(self) -> None:
        if self.is_away:
            raise StorageUnavailable(AWAY)
