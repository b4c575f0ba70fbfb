"""The jobs' repository: the CI document's methods, name for name, over claims, events and listings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from adapters.storage.clock import clock
from adapters.storage.job_claims import JobClaims
from adapters.storage.job_events import JobEvents
from adapters.storage.job_lists import JobLists
from adapters.storage.job_rows import MOVING, ended, from_row, to_row
from adapters.storage.job_tables import jobs
from bot.errors import InvalidTransition
from models.job import Job, JobStatus

KEEPING = "keeping job {job}: its id or handle is taken, or its lock is held"
NO_STATUS = "there is no such status"


class JobRepository(JobClaims, JobEvents, JobLists):
    """The `Jobs` port."""

    async def initialize(self) -> None:
        """Nothing to do: the unit of work is open."""

    async def close(self) -> None:
        """Nothing to do: the unit of work closes itself."""

    async def create_job(self, job: Job) -> None:
        """Keep it, its first transition and its events. Raises InvalidTransition: its id or handle is taken."""
        try:
            async with self._guarded():
                await self._connection.execute(insert(jobs).values(**to_row(job) | {"last_seq": 0}))
        except IntegrityError as error:
            raise InvalidTransition(KEEPING.format(job=job.handle or job.id)) from error
        by = job.requester.login if job.requester else ""
        await self._note({"id": job.id, "attempt": job.attempt}, "job", None, job.status, by)
        for event in job.events:
            await self.add_event(job.id, event)

    async def get_job(self, job_id: str) -> Job | None:
        """With its events."""
        row = await self._first(select(jobs).where(jobs.c.id == job_id))
        return None if row is None else from_row(row, await self.get_events_since(job_id, 0))

    async def update_job_status(
        self, job_id: str, status: str, start_time: datetime | None = None, container_id: str | None = None
    ) -> None:
        """Raises InvalidTransition when the job is not in a state from which `status` may be entered.

        A job started like this has no lease: nobody takes it for lost.
        """
        wanted = _status(job_id, status)
        row = await self._found(job_id, wanted)
        container = {} if container_id is None else {"container_id": container_id}
        await self._move(row, _end(row, wanted), **_entering(row, wanted, start_time), **container)

    async def complete_job(self, job_id: str, success: bool, end_time: datetime) -> None:
        """running -> completed, or cancelled when that was asked for. Raises InvalidTransition from any other state."""
        row = await self._found(job_id, JobStatus.COMPLETED)
        status = _end(row, JobStatus.COMPLETED)
        await self._move(row, status, **ended(success and status is JobStatus.COMPLETED, end_time))


def _status(job_id: str, status: str) -> JobStatus:
    try:
        return JobStatus(status)
    except ValueError:
        raise InvalidTransition(MOVING.format(job=job_id, status=status, why=NO_STATUS)) from None


def _end(row: RowMapping, wanted: JobStatus) -> JobStatus:
    # A late finish never beats a cancel.
    was_asked = row["cancel_requested_at"] is not None and row["status"] == JobStatus.RUNNING
    return JobStatus.CANCELLED if wanted.is_terminal and was_asked else wanted


def _entering(row: RowMapping, status: JobStatus, start_time: datetime | None) -> dict[str, Any]:
    started = {} if start_time is None else {"start_time": start_time}
    if status.is_terminal:
        return started | ended(_end(row, status) is JobStatus.COMPLETED)
    if status is JobStatus.RUNNING:
        return {"start_time": row["start_time"] or start_time or clock(), "holds_lock": row["lock_key"] != ""}
    # Whoever ran it no longer may: the attempt is the fence.
    is_again = status is JobStatus.QUEUED and row["status"] == JobStatus.RUNNING
    return started | {
        "holds_lock": False,
        "lease_until": None,
        "worker": None,
        "attempt": row["attempt"] + is_again,
    }
