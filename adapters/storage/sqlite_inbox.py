"""Group commits on SQLite: one connection, used by one thread, with plain Core statements.

Three ways, each slower and surer than the one before: all rows at once when all are new; one by one in one transaction
when some are known; each in a transaction of its own when one of them cannot be stored, so that it sinks nobody else.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Connection, Engine, Insert, Integer, bindparam, literal_column
from sqlalchemy.dialects import sqlite

from adapters.storage.engine import Options, open_sync
from adapters.storage.failures import is_away, unavailable
from adapters.storage.packing import GIVEN, NEW, Packed, compress, compress_all
from adapters.storage.row_batches import STATEMENTS, insert_rows
from adapters.storage.tables import bodies, deliveries
from bot.errors import StorageUnavailable

KEEPING = "keeping deliveries"
PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "wal_autocheckpoint", "page_size")


def _sql(statement: Insert) -> str:
    """The text of a statement whose values are given in the order it names them.

    Written out once: going through parameters by name, with their types, costs more than the insert itself.
    """
    return str(statement.compile(dialect=sqlite.dialect()))


_KEY = ["platform", "integration", "key"]
_NEW = sqlite.insert(deliveries).values({name: bindparam(name) for name in ("id", *GIVEN)} | dict(NEW))
_INSERT = _sql(_NEW.on_conflict_do_nothing(index_elements=_KEY))
_COUNTED = {"receipts": deliveries.c.receipts + literal_column("1", Integer)}
_UPSERT = _sql(_NEW.on_conflict_do_update(index_elements=_KEY, set_=_COUNTED).returning(deliveries.c.id))
_INSERT_BODY = _sql(sqlite.insert(bodies))
# Ids never repeat: SQLite remembers the greatest it ever gave. https://www.sqlite.org/autoinc.html
_LAST_ID = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'deliveries'"


class SQLiteInbox:
    """Called by the group commit, one group at a time."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._connection: Connection | None = None
        self._inode: tuple[int, int] | None = None
        self.body_bytes = 0  # of the last group, packed
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")

    async def commit(self, group: Sequence[Packed]) -> list[bool | StorageUnavailable]:
        """Keep `group`. For each: True new, False known, or why it was not kept."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, group)

    async def pragmas(self) -> dict[str, Any]:
        """What the live writing connection is set to."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read_pragmas)

    async def close(self) -> None:
        """Close the connection and end the thread, if there are any."""
        if self._connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    @cached_property
    def _engine(self) -> Engine:
        return open_sync(self._options, STATEMENTS)

    def _commit(self, group: Sequence[Packed]) -> list[bool | StorageUnavailable]:
        try:
            return list(self._insert(group))
        except Exception as error:  # noqa: BLE001 - also a value the driver cannot even bind: it is found one by one
            if is_away(error):
                self._disconnect()
                return [unavailable(KEEPING, error) for _ in group]
        return [self._commit_one(packed) for packed in group]

    def _commit_one(self, packed: Packed) -> bool | StorageUnavailable:
        try:
            return self._insert_each([packed])[0]
        except Exception as error:  # noqa: BLE001 - this row's caller hears it, the others go on
            return unavailable(KEEPING, error)

    def _insert(self, group: Sequence[Packed]) -> list[bool]:
        frames = compress_all([packed.body for packed in group])
        self.body_bytes = sum(map(len, frames))
        # The driver itself: by way of the library the statements around the rows cost as much as four rows.
        driver = cast(sqlite3.Connection, self._open().connection.driver_connection)
        cursor = driver.execute("BEGIN IMMEDIATE")
        with driver:  # commits, or rolls back
            first = cursor.execute(_LAST_ID).fetchone()[0] + 1
            rows = [(place, *packed.values) for place, packed in enumerate(group, first)]
            if insert_rows(cursor, _INSERT, rows) == len(group):
                headers = (packed.headers for packed in group)
                texts = list(zip(range(first, first + len(group)), headers, frames, strict=True))
                insert_rows(cursor, _INSERT_BODY, texts)
                return [True] * len(group)
            driver.rollback()
        return self._insert_each(group)

    def _insert_each(self, group: Sequence[Packed]) -> list[bool]:
        with self._open().begin() as transaction:
            connection = transaction.connection
            return [_insert_one(connection, packed) for packed in group]

    def _open(self) -> Connection:
        """The connection; a new one when the file at its place is another, or none, than the one it was opened on."""
        status = os.stat(self._options.path)
        if (status.st_dev, status.st_ino) != self._inode:
            self._disconnect()
        if self._connection is None:
            self._connection = self._engine.connect()
            self._inode = (status.st_dev, status.st_ino)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _read_pragmas(self) -> dict[str, Any]:
        with self._open().begin() as transaction:
            connection = transaction.connection
            return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}


def _next_id(connection: Connection) -> int:
    return int(connection.exec_driver_sql(_LAST_ID).scalar_one()) + 1


def _insert_one(connection: Connection, packed: Packed) -> bool:
    expected = _next_id(connection)
    found = connection.exec_driver_sql(_UPSERT, (expected, *packed.values)).scalar_one()
    if found != expected:
        return False
    connection.exec_driver_sql(_INSERT_BODY, (found, packed.headers, compress(packed.body)))
    return True
