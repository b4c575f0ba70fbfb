"""Group commits on PostgreSQL: a whole group in one statement, its columns as arrays.

The bodies arrive compressed and lie EXTERNAL, so the server does not try to compress them again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    LargeBinary,
    Text,
    bindparam,
    case,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.types import TypeEngine

from adapters.storage.clock import clock
from adapters.storage.failures import is_away, unavailable
from adapters.storage.packing import GIVEN, NEW, Packed, compress
from adapters.storage.tables import bodies, deliveries
from bot.errors import StorageUnavailable

KEEPING = "keeping deliveries"
DEADLOCK = "40P01"  # two processes brought the same keys in another order; one by one they cannot

_MOMENTS = {"received_at", "due_at"}
_TYPES: dict[str, TypeEngine[Any]] = {name: BigInteger() if name in _MOMENTS else Text() for name in GIVEN}
_TYPES |= {"headers": LargeBinary(), "body": LargeBinary()}
_given = (
    func.unnest(*(bindparam(f"all_{name}", type_=ARRAY(type_)) for name, type_ in _TYPES.items()))
    .table_valued(*(column(name, type_) for name, type_ in _TYPES.items()), with_ordinality="place")
    .render_derived(name="given")
)
_g = _given.c
# Due at once means by the database's clock, whatever this host's says.
_due_at = case((_g.due_at <= _g.received_at, func.least(_g.due_at, clock())), else_=_g.due_at)
_new = (
    upsert(deliveries)
    .from_select(
        [*GIVEN, *NEW],
        select(*(_due_at if name == "due_at" else _g[name] for name in GIVEN), *NEW.values()).order_by(
            _g.place
        ),
    )
    .on_conflict_do_nothing()
    .returning(deliveries.c.id, deliveries.c.platform, deliveries.c.integration, deliveries.c.key)
    .cte("new")
)
_is_same = (_g.platform == _new.c.platform) & (_g.integration == _new.c.integration) & (_g.key == _new.c.key)
_bodies = insert(bodies).from_select(
    ["delivery_id", "headers", "body"],
    select(_new.c.id, _g.headers, _g.body).select_from(_new.join(_given, _is_same)),
)
_INSERT = select(_new.c.platform, _new.c.integration, _new.c.key).add_cte(_bodies.cte("stored"))
_d = deliveries.c
_COUNT = (
    update(deliveries)
    .where(_d.platform == bindparam("p"), _d.integration == bindparam("i"), _d.key == bindparam("k"))
    .values(receipts=_d.receipts + bindparam("more"))
)


class PostgresInbox:
    """Called by the group commit, one group at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def commit(self, group: Sequence[Packed]) -> list[bool | StorageUnavailable]:
        """Keep `group`. For each: True new, False known, or why it was not kept."""
        try:
            return list(await self._insert(group))
        except Exception as error:  # noqa: BLE001 - a value the driver cannot even encode is found one by one
            if is_away(error) and getattr(getattr(error, "orig", None), "sqlstate", None) != DEADLOCK:
                return [unavailable(KEEPING, error) for _ in group]
        return [await self._commit_one(packed) for packed in group]

    async def close(self) -> None:
        """Nothing of its own to close: the engine is the storage's."""

    async def _commit_one(self, packed: Packed) -> bool | StorageUnavailable:
        try:
            return (await self._insert([packed]))[0]
        except Exception as error:  # noqa: BLE001 - this row's caller hears it, the others go on
            return unavailable(KEEPING, error)

    async def _insert(self, group: Sequence[Packed]) -> list[bool]:
        first: dict[tuple[str | int, ...], Packed] = {}
        for packed in group:
            first.setdefault(packed.identity, packed)
        unique = list(first.values())
        frames = await asyncio.to_thread(lambda: [compress(packed.body) for packed in unique])
        async with self._engine.begin() as connection:
            new = await _insert_new(connection, unique, frames)
            is_new = [packed.identity in new and first[packed.identity] is packed for packed in group]
            await _count_known(
                connection, [packed for packed, fresh in zip(group, is_new, strict=True) if not fresh]
            )
        return is_new


async def _insert_new(
    connection: AsyncConnection, group: list[Packed], frames: list[bytes]
) -> set[tuple[str | int, ...]]:
    arrays: dict[str, list[Any]] = {
        f"all_{name}": [packed.values[place] for packed in group] for place, name in enumerate(GIVEN)
    }
    arrays |= {
        "all_headers": [packed.headers for packed in group],
        "all_body": frames,
    }
    rows = await connection.execute(_INSERT, arrays)
    return {(row.platform, row.integration, row.key) for row in rows}


async def _count_known(connection: AsyncConnection, known: list[Packed]) -> None:
    for packed in known:
        platform, integration, key = packed.identity
        await connection.execute(_COUNT, {"p": platform, "i": integration, "k": key, "more": 1})
