"""Forgetting, a few rows a transaction: each statement finds its rows through an index that holds only what may go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, select, update

from adapters.storage.chat_tables import linkings, pending_requests
from adapters.storage.clock import clock
from adapters.storage.job_tables import IS_UNTRIMMED, job_events, jobs, transitions
from adapters.storage.rows import Rows
from adapters.storage.tables import CARD, DEAD, DONE, WAITING, outbox

JOBS = 20  # a call
_j, _o, _e = jobs.c, outbox.c, job_events.c
_l, _p = linkings.c, pending_requests.c
_TO_SEND = exists().where(_o.job_id == _j.id, _o.state == WAITING, _o.wanted > _o.shown)


class RetentionRows(Rows):
    """The `Retention` port."""

    async def trim_jobs(self, older_than: datetime, limit: int) -> int:
        """Delete events, transitions and shown cards of jobs that ended before `older_than`, `limit` events at most."""
        old = (
            select(_j.id)
            .where(IS_UNTRIMMED, _j.end_time < older_than, not_(_TO_SEND))
            .order_by(_j.end_time)
            .limit(JOBS)
            .with_for_update(skip_locked=True)
        )
        ids = [row["id"] for row in await self._all(old)]
        room = limit
        for job_id in ids:
            gone = await self._drop_events(job_id, room)
            room -= gone
            if room <= 0:
                return limit
            await self._end(job_id)
        return limit if len(ids) == JOBS else limit - room

    async def prune_outbox(self, older_than: datetime, limit: int) -> int:
        """Delete what was sent, or given up, before `older_than`; cards go with their jobs."""
        sent = and_(_o.state == DONE, _o.sent_at < older_than)
        gone = await self._drop_rows(sent, _o.sent_at, limit)
        given_up = and_(_o.state == DEAD, _o.created_at < older_than)
        return gone + await self._drop_rows(given_up, _o.id, limit - gone)

    async def prune_linkings(self, older_than: datetime, limit: int) -> int:
        """Delete codes whose time was over before `older_than`; none is used after that."""
        old = select(_l.digest).where(_l.expires_at < older_than).order_by(_l.expires_at).limit(limit)
        return await self._count(delete(linkings).where(_l.digest.in_(old.scalar_subquery())))

    async def prune_pending(self, older_than: datetime, limit: int) -> int:
        """Delete requests that wait no more since before `older_than`."""
        old = select(_p.id).where(_p.ended_at < older_than).order_by(_p.ended_at).limit(limit)
        return await self._count(delete(pending_requests).where(_p.id.in_(old.scalar_subquery())))

    async def _drop_events(self, job_id: str, room: int) -> int:
        """The oldest `room` of a job. Fewer: no more are there."""
        first = select(func.min(_e.seq)).where(_e.job_id == job_id).scalar_subquery()
        return await self._count(delete(job_events).where(_e.job_id == job_id, _e.seq < first + room))

    async def _end(self, job_id: str) -> None:
        await self._count(delete(transitions).where(transitions.c.job_id == job_id))
        await self._count(delete(outbox).where(_o.job_id == job_id, _o.kind == CARD))
        await self._count(update(jobs).where(_j.id == job_id).values(trimmed_at=clock()))

    async def _drop_rows(self, which: ColumnElement[bool], order: ColumnElement[object], limit: int) -> int:
        old = select(_o.id).where(which, _o.kind != CARD).order_by(order).limit(limit)
        return await self._count(delete(outbox).where(_o.id.in_(old.scalar_subquery())))
