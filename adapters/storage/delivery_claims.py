"""Who works on which delivery: taken in bounded portions, kept while it is worked on, given back, taken back.

A portion is bounded in rows and in the bytes its requests take once they are unpacked: two hundred deliveries of the
largest size are never in memory together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, or_, select, update

from adapters.storage.clock import LEASE_END, clock, micros
from adapters.storage.packing import LARGE_BYTES, unpack, unpacked_bytes
from adapters.storage.rows import Rows
from adapters.storage.tables import bodies, deliveries
from bot.ports import CLAIM_BYTES
from models.delivery import Delivery, WaitsFor

PACKED_PART = 4  # bodies shrink to a quarter at least, as a rule; what shrinks more is found when it was read
LARGE_UNPACKED_BYTES = 4 * 1024 * 1024  # opened in a thread, as `LARGE_BYTES` of packed ones are

_d = deliveries.c
_b = bodies.c
_IS_OPEN = _d.finished_at.is_(None)
_IS_HERE = (_d.platform == bindparam("here"), _d.integration == bindparam("there"), _IS_OPEN)
_FREE: dict[str, Any] = {"due_at": clock(), "claimed_by": None, "lease_until": None}

# Both databases tell the length of a large value without reading it.
# https://www.sqlite.org/fileformat2.html#record_format, https://www.postgresql.org/docs/current/storage-toast.html
_SIZE = func.coalesce(func.length(_b.body) + func.length(_b.headers), 0).label("size")
_due = (
    select(_d.id, _d.due_at, _SIZE)
    .join_from(deliveries, bodies, isouter=True)
    .where(*_IS_HERE, _d.due_at <= clock())
    .order_by(_d.due_at, _d.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=deliveries)
    .subquery("due")
)
_UP_TO_HERE = func.sum(_due.c.size).over(order_by=(_due.c.due_at, _due.c.id)).label("up_to_here")
_line = select(_due.c.id, _due.c.size, _UP_TO_HERE).subquery("line")
_PORTION = (
    select(deliveries, _b.headers, _b.body)
    .select_from(_line.join(deliveries, _d.id == _line.c.id).outerjoin(bodies, _b.delivery_id == _line.c.id))
    .where(or_(_line.c.up_to_here <= bindparam("packed"), _line.c.up_to_here == _line.c.size))
)
_CLAIM = (
    update(deliveries)
    .where(_d.id.in_(bindparam("ids", expanding=True)), _IS_OPEN, _d.due_at <= clock())
    .values(claimed_by=bindparam("name"), lease_until=LEASE_END, due_at=LEASE_END, attempts=_d.attempts + 1)
    .returning(_d.id, _d.claimed_by, _d.lease_until, _d.attempts)
)
_HELD = (_d.id.in_(bindparam("ids", expanding=True)), _d.claimed_by == bindparam("name"), _IS_OPEN)
_RENEW = update(deliveries).where(*_HELD).values(lease_until=LEASE_END, due_at=LEASE_END).returning(_d.id)
_GIVE_BACK = update(deliveries).where(*_HELD).values(_FREE | {"attempts": _d.attempts - 1})
# What is claimed is due when its lease ends: of the index over the due only the stretch beyond now is read.
_IS_CLAIMED = (*_IS_HERE, _d.due_at > clock(), _d.claimed_by.is_not(None))
_HOLDERS = select(_d.claimed_by).where(*_IS_CLAIMED).distinct()
_TAKE_BACK = (
    update(deliveries)
    .where(
        *_IS_CLAIMED,
        _d.claimed_by.in_(bindparam("names", expanding=True)),
        _d.attempts <= bindparam("most"),
    )
    .values(_FREE)
)


_HASTEN = (
    update(deliveries)
    .where(*_IS_HERE, _d.due_at > clock(), _d.claimed_by.is_(None))
    .where(_d.waits_for.in_(bindparam("reasons", expanding=True)))
    .values(due_at=clock())
)

_WAITING = select(_d.id).where(*_IS_HERE, _d.waits_for == bindparam("reason")).limit(bindparam("most"))
_COUNT_WAITING = select(func.count().label("number")).select_from(_WAITING.subquery())


class DeliveryClaims(Rows):
    """The part of the `Deliveries` port that says who works."""

    async def claim(
        self,
        owner: str,
        limit: int,
        lease_seconds: float,
        *,
        platform: str,
        integration: str,
        most_bytes: int = CLAIM_BYTES,
    ) -> list[Delivery]:
        """Due and unfinished of one platform, oldest first; each gets a lease and one more attempt.

        `due_at` moves to the lease's end: when it may next be claimed. So the due are one stretch of one small index.
        """
        due = {"here": platform, "there": integration, "most": limit, "packed": most_bytes // PACKED_PART}
        portion = _first_of(await self._all(_PORTION, **due), most_bytes)
        if not portion:
            return []
        ids = [row["id"] for row in portion]
        # Nobody else can have changed them since: SQLite has one writer, elsewhere they are locked. Asked all the same.
        claimed = await self._all(_CLAIM, ids=ids, name=owner, lease=micros(lease_seconds))
        taken = {row["id"]: _as_claimed(row) for row in claimed}
        return await unpack_all([row for row in portion if row["id"] in taken], taken)

    async def renew(self, ids: Collection[int], owner: str, lease_seconds: float) -> set[int]:
        """Prolong the leases `owner` still holds; which they are."""
        rows = await self._all(_RENEW, ids=list(ids), name=owner, lease=micros(lease_seconds))
        return {row["id"] for row in rows}

    async def give_back(self, ids: Collection[int], owner: str) -> None:
        """Due again at once, as if `owner` had never claimed them."""
        await self._connection.execute(_GIVE_BACK, {"ids": list(ids), "name": owner})

    async def holders(self, *, platform: str, integration: str) -> list[str]:
        """Who holds unfinished deliveries of one platform."""
        rows = await self._all(_HOLDERS, here=platform, there=integration)
        return [row["claimed_by"] for row in rows]

    async def take_back(
        self, owners: Collection[str], most_attempts: int, *, platform: str, integration: str
    ) -> int:
        """Due again at once, whatever their lease says, if they had no more attempts than that. How many."""
        given = {"here": platform, "there": integration, "names": list(owners), "most": most_attempts}
        return (await self._connection.execute(_TAKE_BACK, given)).rowcount

    async def hasten(self, reasons: Collection[WaitsFor], *, platform: str, integration: str) -> int:
        """Due at once, whatever was put off for one of these reasons. How many."""
        given = {"here": platform, "there": integration, "reasons": list(reasons)}
        return (await self._connection.execute(_HASTEN, given)).rowcount

    async def waiting(self, reason: WaitsFor, most: int, *, platform: str, integration: str) -> int:
        """How many were put off for this reason; up to `most`."""
        given = {"here": platform, "there": integration, "reason": reason, "most": most}
        return int((await self._connection.execute(_COUNT_WAITING, given)).scalar_one())


async def unpack_all(
    rows: Sequence[RowMapping], changed: Mapping[int, Mapping[str, Any]] = MappingProxyType({})
) -> list[Delivery]:
    """The deliveries in the order they were received, each as it was `changed` since; large ones opened in a thread."""
    rows = sorted(rows, key=lambda row: (row["received_at"], row["id"]))

    def unpack_them() -> list[Delivery]:
        return [unpack(row, **changed.get(row["id"], {})) for row in rows]

    packed = sum(len(row["body"] or b"") for row in rows)
    if packed > LARGE_BYTES or sum(map(_bytes_of, rows)) > LARGE_UNPACKED_BYTES:
        return await asyncio.to_thread(unpack_them)
    return unpack_them()


def _as_claimed(row: RowMapping) -> dict[str, Any]:
    until = row["lease_until"]
    return {
        "claimed_by": row["claimed_by"], "lease_until": until, "due_at": until, "attempts": row["attempts"]
    }  # fmt: skip


def _first_of(rows: Sequence[RowMapping], most_bytes: int) -> list[RowMapping]:
    """The longest due that fit together once they are unpacked; at least one."""
    portion: list[RowMapping] = []
    total = 0
    for row in sorted(rows, key=lambda row: (row["due_at"], row["id"])):
        total += _bytes_of(row)
        if portion and total > most_bytes:
            break
        portion.append(row)
    return portion


def _bytes_of(row: RowMapping) -> int:
    return unpacked_bytes(row["body"]) if row["body"] else 0
