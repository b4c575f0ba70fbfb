"""Jobs as rows, and the one way to change a job's state: locked, checked, changed, noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.storage import event_rows
from adapters.storage.clock import clock
from adapters.storage.job_tables import jobs, transitions
from adapters.storage.rows import Rows
from bot.errors import InvalidTransition
from models.job import Job, JobEvent, JobStatus

MOVING = "moving job {job} to {status}: {why}"
IS = "it is {status}"
GONE = "there is no such job"
LOCKED = "another job of its place is running"

_j = jobs.c
_NOTED = ("job_id", "attempt", "subject", "before", "after", "by")
_NOTE = insert(transitions).values({name: bindparam(name) for name in _NOTED} | {"at": clock()})
_FIELDS = tuple(name for name in Job.model_fields if name != "events")


def to_row(job: Job) -> dict[str, Any]:
    """All columns; without a moment of its own the job is as old as its row."""
    context, requester = job.context, job.requester
    return {name: getattr(job, name) for name in _FIELDS} | {
        "created_at": job.created_at or clock(),
        "updated_at": job.updated_at or job.created_at or clock(),
        "requester_id": requester.id if requester else "",
        "repository": context.repository if context else "",
        "thread": context.thread.key if context and context.thread else "",
        "place": context.place.place if context and context.place else None,
        "comment_id": context.comment_id if context else "",
    }


def from_row(row: RowMapping, events: Sequence[JobEvent] = ()) -> Job:
    """The noun again."""
    return Job.model_validate({name: row[name] for name in _FIELDS} | {"events": tuple(events)})


def ended(success: bool, end_time: datetime | None = None) -> dict[str, Any]:
    """What every end sets: its moment, its success, the lock and the lease given back."""
    return {"end_time": end_time or clock(), "success": success, "holds_lock": False, "lease_until": None}


class JobRows(Rows):
    """Base of the jobs' repositories."""

    async def _locked(self, job_id: str, *where: ColumnElement[bool]) -> RowMapping | None:
        """The job's row, nobody else's until the transaction ends."""
        return await self._first(select(jobs).where(_j.id == job_id, *where).with_for_update())

    async def _found(self, job_id: str, status: str) -> RowMapping:
        row = await self._locked(job_id)
        if row is None:
            raise InvalidTransition(MOVING.format(job=job_id, status=status, why=GONE))
        return row

    async def _move(self, row: RowMapping, status: JobStatus, by: str = "", **values: Any) -> Job:
        """`row` -> `status`, with its transition, and at its end the event that tells so.

        Raises InvalidTransition: not from there, or its lock is taken.
        """
        before = JobStatus(row["status"])
        if before not in status.predecessors:
            raise InvalidTransition(MOVING.format(job=row["id"], status=status, why=IS.format(status=before)))
        ends = status.is_terminal and not await self._is_complete(row["id"])
        values |= {"last_seq": row["last_seq"] + ends}
        changed = update(jobs).where(_j.id == row["id"]).values(status=status, updated_at=clock(), **values)
        try:
            async with self._guarded():
                moved = (await self._connection.execute(changed.returning(jobs))).mappings().one()
        except IntegrityError as error:
            raise InvalidTransition(MOVING.format(job=row["id"], status=status, why=LOCKED)) from error
        await self._note(moved, "job", before, status, by)
        job = from_row(moved)
        if ends:
            await self._many(
                event_rows.INSERT, [event_rows.to_row(job.completion, job.id, job.attempt, job.last_seq)]
            )
        return job

    async def _is_complete(self, job_id: str) -> bool:
        return await self._first(event_rows.COMPLETION, job=job_id) is not None

    async def _note(
        self, row: Mapping[str, Any] | RowMapping, subject: str, before: str | None, after: str, by: str = ""
    ) -> None:
        noted = {"job_id": row["id"], "attempt": row["attempt"], "by": by or self._owner}
        await self._connection.execute(_NOTE, noted | {"subject": subject, "before": before, "after": after})

    async def _jobs(
        self, *where: ColumnElement[bool], order: Sequence[ColumnElement[Any]], limit: int | None
    ) -> list[Job]:
        rows = await self._all(select(jobs).where(*where).order_by(*order).limit(limit))
        return [from_row(row) for row in rows]

    async def _number(self, *where: ColumnElement[bool]) -> int:
        return int(
            (
                await self._connection.execute(select(func.count()).select_from(jobs).where(*where))
            ).scalar_one()
        )
