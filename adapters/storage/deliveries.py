"""The inbox's rows: finished once, looked up, kept for a while. `delivery_claims.py` says who works on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, not_, or_, select, update

from adapters.storage.chat_tables import IS_WAITING, pending_requests
from adapters.storage.clock import after, clock
from adapters.storage.delivery_claims import DeliveryClaims, unpack_all
from adapters.storage.keys import prune_keys
from adapters.storage.packing import unpack
from adapters.storage.tables import HAS_THREAD, HAS_URL, bodies, deliveries
from models.delivery import Delivery, Disposition, Outcome, Postponement

_AFTER_ALL = "~"  # sorts behind every digit of a thread
ASKED_BACK = "waiting"  # the kind of the dispositions of those whose author was asked something
_d = deliveries.c
_WITH_BODY = select(deliveries, bodies.c.headers, bodies.c.body).join_from(deliveries, bodies, isouter=True)
_IS_FREE = or_(_d.lease_until.is_(None), _d.lease_until <= clock())

_ASKED_BACK = _d.disposition.in_([code.value for code in Disposition if code.kind == ASKED_BACK])
_MAY_BE_ANSWERED = exists().where(pending_requests.c.delivery_id == _d.id, IS_WAITING)

_FINISH = (
    update(deliveries)
    .where(_d.id == bindparam("delivery"))
    .values(
        disposition=bindparam("disposition"), detail=bindparam("detail"), actor_id=bindparam("actor_id"),
        thread=bindparam("thread"), comment_id=bindparam("comment_id"), url=bindparam("url"),
        finished_at=clock(), claimed_by=None, lease_until=None, waits_for=None,
    )
)  # fmt: skip


class DeliveryRows(DeliveryClaims):
    """The `Deliveries` port."""

    async def finish(self, outcomes: Sequence[Outcome], owner: str) -> int:
        """Give each its one disposition, if `owner` still holds it. Returns how many it did."""
        wanted = {outcome.delivery_id: outcome for outcome in outcomes}
        held = (
            select(_d.id)
            .where(_d.id.in_(wanted), _d.claimed_by == owner, _d.finished_at.is_(None))
            .with_for_update()
        )
        ids = (await self._connection.execute(held)).scalars().all()
        await self._many(_FINISH, [{"delivery": id_, **_told(wanted[id_])} for id_ in ids])
        return len(ids)

    async def postpone(self, postponement: Postponement, owner: str) -> None:
        """Due again later, if `owner` still holds it."""
        later = postponement.model_dump(exclude={"delivery_id", "delay_seconds"})
        await self._count(
            update(deliveries)
            .where(_d.id == postponement.delivery_id, _d.claimed_by == owner, _d.finished_at.is_(None))
            .values(due_at=after(postponement.delay_seconds), claimed_by=None, lease_until=None, **later)
        )

    async def get(self, delivery_id: int) -> Delivery | None:
        """With its request."""
        return await self._one(_WITH_BODY.where(_d.id == delivery_id))

    async def find(self, platform: str, integration: str, key: str) -> Delivery | None:
        """By the platform's delivery id; with its request."""
        return await self._one(
            _WITH_BODY.where(_d.platform == platform, _d.integration == integration, _d.key == key)
        )

    async def page(
        self, *, before: int | None, limit: int, platform: str | None = None, disposition: str | None = None
    ) -> list[Delivery]:
        """Newest first, keyset by id; requests not loaded. `disposition` matches the kind or the whole code."""
        where: list[ColumnElement[bool]] = []
        if before is not None:
            where.append(_d.id < before)
        if platform is not None:
            where.append(_d.platform == platform)
        if disposition is None:
            return await self._newest(where, limit)
        # One look a code, each ending at `limit`: together they never read more than that, however rare the codes are.
        found = [
            delivery
            for code in _codes(disposition)
            for delivery in await self._newest([*where, _d.disposition == code], limit)
        ]
        return sorted(found, key=lambda delivery: -delivery.id)[:limit]

    async def at_thread(self, thread_key: str, *, actor_id: str | None, limit: int) -> list[Delivery]:
        """What was said at a place (by somebody), newest first; requests not loaded."""
        where = [_d.thread == thread_key, HAS_THREAD]
        return await self._newest(where if actor_id is None else [*where, _d.actor_id == actor_id], limit)

    async def in_room(self, place: str, *, actor_id: str, limit: int) -> list[Delivery]:
        """What somebody said in a channel, in its newest threads and in none, newest first; requests not loaded."""
        theirs = (_d.thread >= place, _d.thread < place + _AFTER_ALL, HAS_THREAD, _d.actor_id == actor_id)
        # A thread is named by the moment of its beginning, so the index has the newest last: read from there, of a
        # channel with a long history no more is read than is needed.
        newest = select(deliveries).where(*theirs, _d.thread != place)
        rows = await self._all(newest.order_by(_d.thread.desc(), _d.id.desc()).limit(limit))
        in_none = await self.at_thread(place, actor_id=actor_id, limit=limit)
        return sorted([*map(unpack, rows), *in_none], key=lambda each: -each.id)[:limit]

    async def by_url(self, url: str) -> Delivery | None:
        """The newest about the object with this address; request not loaded."""
        return next(iter(await self._newest([_d.url == url, HAS_URL], 1)), None)

    async def reopen(self, delivery_id: int) -> bool:
        """Make it due again with no disposition and no attempts; False while somebody works on it."""
        changed = await self._count(
            update(deliveries)
            .where(_d.id == delivery_id, _IS_FREE)
            .values(
                due_at=clock(),
                attempts=0,
                claimed_by=None,
                lease_until=None,
                finished_at=None,
                waits_for=None,
                disposition=None,
                detail="",
            )
        )
        return changed > 0

    async def resume(self, delivery_ids: Sequence[int]) -> int:
        """Those that ended with `waiting:...` are due now, as if never tried; others stay as they are. How many."""
        anew = {"due_at": clock(), "attempts": 0, "finished_at": None, "disposition": None, "detail": ""}
        return await self._count(update(deliveries).where(_d.id.in_(delivery_ids), _ASKED_BACK).values(anew))

    async def tell_late(self, delivery_ids: Sequence[int], detail: str) -> int:
        """What `why` says of those that ended with `waiting:...`; they stay ended. How many."""
        told = update(deliveries).where(_d.id.in_(delivery_ids), _ASKED_BACK).values(detail=detail)
        return await self._count(told)

    async def prune(self, older_than: datetime, limit: int) -> int:
        """Delete finished rows and semantic keys older than that, but for those whose author may still answer."""
        is_over = and_(_d.finished_at < older_than, not_(_MAY_BE_ANSWERED))
        old = select(_d.id).where(is_over).order_by(_d.finished_at).limit(limit)
        gone = await self._count(delete(deliveries).where(_d.id.in_(old.scalar_subquery())))
        return gone + await prune_keys(self._connection, older_than, limit - gone)

    async def _one(self, statement: Select[*tuple[object, ...]]) -> Delivery | None:
        row = await self._first(statement)
        return None if row is None else (await unpack_all([row]))[0]

    async def _newest(self, where: list[ColumnElement[bool]], limit: int) -> list[Delivery]:
        rows = await self._all(select(deliveries).where(*where).order_by(_d.id.desc()).limit(limit))
        return [unpack(row) for row in rows]


def _told(outcome: Outcome) -> dict[str, object]:
    return outcome.model_dump(exclude={"delivery_id"})


def _codes(disposition: str) -> list[str]:
    if ":" in disposition:
        return [disposition]
    return [code.value for code in Disposition if code.kind == disposition]
