"""Trimming jobs that ended long ago: their log goes, and of all else they told one event stays (`bot/facts.py`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, not_, select, update

from adapters.storage import event_rows
from adapters.storage.clock import clock
from adapters.storage.job_rows import from_row
from adapters.storage.job_tables import IS_UNTRIMMED, job_events, jobs, transitions
from adapters.storage.rows import Rows
from adapters.storage.tables import CARD, WAITING, outbox
from bot import facts
from models.job import JobEvent

JOBS = 20  # a call
_j, _o, _e = jobs.c, outbox.c, job_events.c
_TO_SEND = exists().where(_o.job_id == _j.id, _o.state == WAITING, _o.wanted > _o.shown)


class Trimming(Rows):
    """The part of the `Retention` port that is about jobs."""

    async def trim_jobs(self, older_than: datetime, limit: int) -> int:
        """Delete events, transitions and shown cards of jobs that ended before `older_than`, `limit` events at most.

        What the events said together stays, as one.
        """
        old = (
            select(jobs)
            .where(IS_UNTRIMMED, _j.end_time < older_than, not_(_TO_SEND))
            .order_by(_j.end_time)
            .limit(JOBS)
            .with_for_update(skip_locked=True)
        )
        ended = [from_row(row) for row in await self._all(old)]
        room = limit
        for job in ended:
            room -= await self._drop_log(job.id, room)
            if room > 0:
                events = await self._rest(job.id)
                room -= len(events)
                await self._end(job.id, facts.keep(job, events))
            if room <= 0:
                return limit
        return limit if len(ended) == JOBS else limit - room

    async def _drop_log(self, job_id: str, room: int) -> int:
        """The oldest `room` of its log. Fewer: no more are there."""
        is_log = _e.type.in_([str(type) for type in facts.LOG])
        oldest = select(_e.seq).where(_e.job_id == job_id, is_log).order_by(_e.seq).limit(room)
        return await self._count(
            delete(job_events).where(_e.job_id == job_id, _e.seq.in_(oldest.scalar_subquery()))
        )

    async def _rest(self, job_id: str) -> list[JobEvent]:
        rows = await self._all(select(job_events).where(_e.job_id == job_id).order_by(_e.seq))
        return [JobEvent.model_validate({name: row[name] for name in JobEvent.model_fields}) for row in rows]

    async def _end(self, job_id: str, kept: JobEvent | None) -> None:
        await self._count(delete(job_events).where(_e.job_id == job_id))
        if kept is not None:
            await self._many(
                event_rows.INSERT, [event_rows.to_row(kept, job_id, kept.attempt or 1, kept.seq or 1)]
            )
        await self._count(delete(transitions).where(transitions.c.job_id == job_id))
        await self._count(delete(outbox).where(_o.job_id == job_id, _o.kind == CARD))
        await self._count(update(jobs).where(_j.id == job_id).values(trimmed_at=clock()))
