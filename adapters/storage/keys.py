"""Semantic keys: what was already acted upon, whatever delivery told of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.storage.clock import clock
from adapters.storage.rows import Rows
from adapters.storage.tables import keys


class KeyRows(Rows):
    """The `Keys` port."""

    async def take(self, key: str, delivery_id: int) -> bool:
        """True: nobody had it."""
        taken = (
            self._insert(keys)
            .values(key=key, delivery_id=delivery_id, taken_at=clock())
            .on_conflict_do_nothing()
        )
        return await self._count(taken) > 0

    async def holder(self, key: str) -> int | None:
        """The delivery that took it."""
        row = await self._first(select(keys.c.delivery_id).where(keys.c.key == key))
        return None if row is None else int(row["delivery_id"])


async def prune_keys(connection: AsyncConnection, older_than: datetime, limit: int) -> int:
    """Delete the oldest taken before `older_than`, `limit` at most. Returns how many went."""
    old = (
        select(keys.c.key).where(keys.c.taken_at < older_than).order_by(keys.c.taken_at).limit(max(limit, 0))
    )
    return (await connection.execute(delete(keys).where(keys.c.key.in_(old.scalar_subquery())))).rowcount
