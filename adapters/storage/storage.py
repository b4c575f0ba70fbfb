"""The database behind the `Storage` port: opened, migrated, kept, written to and read from.

On SQLite everything this process writes takes its turn, group commits and units of work alike, in order, and so do
all processes: one writer is all SQLite has, and waiting in line is fair and costs nothing while waiting in the file is
neither.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.storage.checkpoints import Checkpointer
from adapters.storage.engine import Options, reader_of, writer_of
from adapters.storage.failures import translated
from adapters.storage.migrations.migrate import is_current, migrate
from adapters.storage.packing import Packed
from adapters.storage.postgres_inbox import PostgresInbox
from adapters.storage.sqlite_inbox import SQLiteInbox
from adapters.storage.turns import Turns
from adapters.storage.unit_of_work import SQLUnitOfWork
from adapters.storage.urls import parse
from adapters.storage.warmth import warm_up
from adapters.storage.writer import GroupCommit
from bot.errors import StorageUnavailable
from bot.ports import Storage, UnitOfWork
from models.delivery import Delivery, Receipt

NESTED = "beginning a transaction inside another would wait for itself for ever"
OPENING = "opening the database"
WRITING = "writing to the database"
READING = "reading from the database"
UNIT_OF_WORK_BYTES = 64 * 1024  # what one leaves in the write-ahead log, roughly
ROW_BYTES = (
    4096  # what a delivery leaves in it beside its body: pages with the row, its index entries, and room
)


def open_storage(
    url: str, *, owner: str = "", busy_seconds: float = 10.0, is_short_lived: bool = False
) -> SQLStorage:
    """The database at `url` (`sqlite:///path`, `postgresql://...`); nothing is opened before `initialize`.

    `owner` names this process in transitions nobody else claims. `busy_seconds`: how long to wait for another process's
    write, or for an answer. `is_short_lived`: keep no connection open between units of work. Raises ConfigurationError.
    """
    return SQLStorage(Options(parse(url), busy_seconds, is_short_lived), owner)


class SQLStorage(Storage):
    """The `Storage` port on SQLAlchemy."""

    def __init__(self, options: Options, owner: str) -> None:
        self._options = options
        self._owner = owner
        self._writer = writer_of(options)
        self._reader = reader_of(options)
        self._lock = asyncio.Lock()
        self._turns = Turns(options.path)
        self._is_in_line = options.is_sqlite
        self._writing: set[asyncio.Task[Any] | None] = set()
        self._inode = (0, 0)
        self._inbox = SQLiteInbox(options) if options.is_sqlite else PostgresInbox(self._writer)
        self._group = GroupCommit(self._commit, self._turn)
        has_checkpointer = options.is_sqlite and not options.is_short_lived
        self._checkpointer = Checkpointer(options, self._turn) if has_checkpointer else None

    async def initialize(self) -> None:
        """Open, and migrate to this release's schema. Raises ConfigurationError for a newer schema than it knows."""
        if not await self._is_current():
            await migrate(self._options)
        await self._in_place()
        if self._options.is_short_lived:
            await self._warm_up()
        elif self._checkpointer is not None:
            self._checkpointer.start()

    async def _warm_up(self) -> None:
        """Out of turn: who warms up forks next, and no child shall inherit a place in the line, or a thread's wait."""
        self._is_in_line = False
        try:
            await warm_up(self, self._options)
        finally:
            self._is_in_line = self._options.is_sqlite

    async def _is_current(self) -> bool:
        """Whether there is nothing to prepare and to migrate: then nobody needs to wait for the writer."""
        try:
            async with self._transaction(self._reader, OPENING) as connection:
                return await is_current(connection)
        except (StorageUnavailable, DBAPIError):
            return False

    async def close(self) -> None:
        """Commit what waits, then close everything."""
        await self._group.close()
        await self._inbox.close()
        await self._reader.dispose()
        await self._writer.dispose()
        if self._checkpointer is not None:
            await self._checkpointer.close()
        self._turns.close()

    async def ping(self) -> None:
        """Raises StorageUnavailable."""
        async with self._transaction(self._reader, READING) as connection:
            await connection.execute(text("SELECT 1 FROM deliveries LIMIT 1"))

    async def keep(self, delivery: Delivery) -> Receipt:
        """Return once `delivery` is on disk, committed together with whatever arrived meanwhile.

        A known key adds to `receipts`. Raises StorageUnavailable: it is not. A cancelled caller cancels nothing.
        """
        return await self._group.keep(delivery)

    def begin(self, *, is_urgent: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """A write transaction: committed when the block ends, rolled back when it raises."""
        return self._begin(is_urgent=is_urgent or not self._options.is_short_lived)

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """For reading only; never waits for a writer."""
        return self._read()

    async def pragmas(self) -> dict[str, dict[str, Any]]:
        """What the live writing connections to SQLite are set to: `inbox` keeps deliveries, `work` does all else."""
        if not isinstance(self._inbox, SQLiteInbox):
            return {}
        inbox = await self._inbox.pragmas()
        async with self._turn(), self._transaction(self._writer, WRITING) as connection:
            work = {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one() for name in inbox}
        return {"inbox": inbox, "work": work}

    @asynccontextmanager
    async def _begin(self, *, is_urgent: bool) -> AsyncIterator[UnitOfWork]:
        # Connecting takes a while on a busy machine: not while everybody waits for us to write.
        async with (
            self._alone(),
            self._connected(self._writer, WRITING) as connection,
            self._turn_of_all(is_urgent=is_urgent),
            connection.begin(),
        ):
            yield SQLUnitOfWork(connection, self._owner)
        self._wrote(UNIT_OF_WORK_BYTES)

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[UnitOfWork]:
        async with self._transaction(self._reader, READING) as connection:
            yield SQLUnitOfWork(connection, self._owner)

    async def _commit(self, group: Sequence[Packed]) -> list[bool | StorageUnavailable]:
        results = await self._inbox.commit(group)
        if isinstance(self._inbox, SQLiteInbox):
            self._wrote(self._inbox.body_bytes + ROW_BYTES * len(group))
        return results

    def _wrote(self, size_bytes: int) -> None:
        if self._checkpointer is not None:
            self._checkpointer.wrote(size_bytes)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with self._alone(), self._turn_of_all(is_urgent=True):
            yield

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        task = asyncio.current_task()
        if task in self._writing:
            raise RuntimeError(NESTED)
        self._writing.add(task)
        try:
            # PostgreSQL has as many writers as connections: there each turn comes at once.
            async with self._lock if self._options.is_sqlite else nullcontext():
                yield
        finally:
            self._writing.discard(task)

    def _turn_of_all(self, *, is_urgent: bool) -> AbstractAsyncContextManager[None]:
        return self._turns.taken(is_urgent=is_urgent) if self._is_in_line else nullcontext()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine, doing: str) -> AsyncIterator[AsyncConnection]:
        async with self._connected(engine, doing) as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine, doing: str) -> AsyncIterator[AsyncConnection]:
        with translated(doing):
            await self._in_place()
            async with engine.connect() as connection:
                yield connection

    async def _in_place(self) -> None:
        """On SQLite: drop connections to a file that is no longer the one at its place; writes to it would be lost."""
        if not self._options.is_sqlite:
            return
        status = os.stat(self._options.path)
        inode = (status.st_dev, status.st_ino)
        if inode != self._inode:
            self._inode = inode
            await self._writer.dispose()
            await self._reader.dispose()
