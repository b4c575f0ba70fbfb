"""The story of a job: events numbered in the transaction that writes them, and its transitions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, select, update

from adapters.storage.clock import clock
from adapters.storage.event_rows import INSERT, to_row
from adapters.storage.job_rows import GONE, JobRows
from adapters.storage.job_tables import has_status, job_events, jobs, transitions
from bot.errors import InvalidTransition
from models.job import JobEvent, JobEventType, JobStatus, Transition

ADDING = "adding events to job {job}: {why}"
NOT_RUNNING = "attempt {attempt} is not running"


class JobEvents(JobRows):
    """Appending and reading. `seq` counts per job from 1."""

    async def add_event(self, job_id: str, event: JobEvent) -> None:
        """Append, whatever state the job is in; but a job completes once, whoever tells of it first.

        Raises InvalidTransition when there is no such job.
        """
        if event.type == JobEventType.COMPLETE and await self._is_complete(job_id):
            return
        row = await self._number_of(job_id, 1)
        if row is None:
            raise InvalidTransition(ADDING.format(job=job_id, why=GONE))
        await self._write(row, event.attempt or row["attempt"], [event])

    async def add_events(self, job_id: str, attempt: int, events: Sequence[JobEvent]) -> int:
        """Append in order. Returns the last `seq`. Raises InvalidTransition unless `attempt` is the running one."""
        is_ours = (has_status(jobs.c.status, JobStatus.RUNNING), jobs.c.attempt == attempt)
        row = await self._number_of(job_id, len(events), *is_ours)
        if row is None:
            raise InvalidTransition(ADDING.format(job=job_id, why=NOT_RUNNING.format(attempt=attempt)))
        await self._write(row, attempt, events)
        return int(row["last_seq"])

    async def get_events_since(self, job_id: str, last_event_id: int) -> list[JobEvent]:
        """Those with a greater `seq`, in order."""
        e = job_events.c
        rows = await self._all(
            select(job_events).where(e.job_id == job_id, e.seq > last_event_id).order_by(e.seq)
        )
        return [JobEvent.model_validate({name: row[name] for name in JobEvent.model_fields}) for row in rows]

    async def transitions(self, job_id: str) -> list[Transition]:
        """Every change of the job's and its agent's state, in order."""
        t = transitions.c
        rows = await self._all(select(transitions).where(t.job_id == job_id).order_by(t.id))
        return [
            Transition.model_validate({name: row[name] for name in Transition.model_fields}) for row in rows
        ]

    async def _number_of(self, job_id: str, count: int, *where: ColumnElement[bool]) -> RowMapping | None:
        numbered = (
            update(jobs)
            .where(jobs.c.id == job_id, *where)
            .values(last_seq=jobs.c.last_seq + count, updated_at=clock())
            .returning(jobs.c.id, jobs.c.attempt, jobs.c.last_seq)
        )
        return await self._first(numbered)

    async def _write(self, row: RowMapping, attempt: int, events: Sequence[JobEvent]) -> None:
        first = row["last_seq"] - len(events) + 1
        await self._many(
            INSERT, [to_row(event, row["id"], attempt, first + i) for i, event in enumerate(events)]
        )
