"""What every repository shares: the transaction's connection, and the two databases' own INSERT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from sqlalchemy import Executable, RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


class Rows:
    """Base of the repositories: each works inside the unit of work that made it."""

    def __init__(self, connection: AsyncConnection, owner: str = "") -> None:
        self._connection = connection
        self._owner = owner

    async def _all(self, statement: Executable, **given: Any) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement, given)).mappings().all()

    async def _first(self, statement: Executable, **given: Any) -> RowMapping | None:
        return (await self._connection.execute(statement, given)).mappings().first()

    async def _count(self, statement: Executable) -> int:
        """How many rows a changing statement changed."""
        return (await self._connection.execute(statement)).rowcount

    async def _many(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            await self._connection.execute(statement, list(rows))

    def _guarded(self) -> AbstractAsyncContextManager[object]:
        """Around a statement that may violate an index without ending the transaction."""
        # SQLite undoes that one statement by itself. https://www.sqlite.org/lang_conflict.html
        return nullcontext() if self._is_sqlite else self._connection.begin_nested()

    def _insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)

    @property
    def _is_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"
