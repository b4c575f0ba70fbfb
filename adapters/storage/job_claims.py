"""Claims, leases and ends of jobs: who may work, and who no longer may."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from adapters.storage.clock import LEASE_END, after, clock, micros
from adapters.storage.job_rows import IS, MOVING, JobRows, ended, from_row
from adapters.storage.job_tables import has_status, jobs, word
from bot.errors import InvalidTransition
from models.agent import AgentState
from models.job import Failure, Job, JobResult, JobStatus

NOT_OWNED = "attempt {attempt} no longer owns it"
NO_END = "that is no end"

_j = jobs.c
_mine = jobs.alias("mine")
_older = jobs.alias("older")
_holder = jobs.alias("holder")
_IS_OVER = and_(has_status(_j.status, JobStatus.RUNNING), _j.lease_until <= clock())


def may_start(job: FromClause) -> ColumnElement[bool]:
    """Queued, first in the line of its lock, and the lock free. A job without a lock stands in no line."""
    place = tuple_(job.c.created_at, job.c.id)
    before = exists().where(
        _older.c.lock_key == job.c.lock_key,
        has_status(_older.c.status, JobStatus.QUEUED),
        tuple_(_older.c.created_at, _older.c.id) < place,
    )
    held = exists().where(_holder.c.lock_key == job.c.lock_key, literal_column("holder.holds_lock"))
    return and_(
        has_status(job.c.status, JobStatus.QUEUED),
        or_(job.c.lock_key == word(""), and_(not_(before), not_(held))),
    )


_FREE = (
    select(_mine.c.id)
    .where(_mine.c.id == bindparam("job"), may_start(_mine))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(jobs)
    .where(_j.id.in_(_FREE.scalar_subquery()))
    .values(
        status=word(JobStatus.RUNNING), holds_lock=_j.lock_key != word(""), worker=bindparam("name"),
        lease_until=LEASE_END, start_time=func.coalesce(_j.start_time, clock()), updated_at=clock(),
    )
    .returning(jobs)
)  # fmt: skip
_RENEW = (
    update(jobs)
    .where(_j.id == bindparam("job"), has_status(_j.status, JobStatus.RUNNING))
    .where(_j.attempt == bindparam("number"), _j.worker == bindparam("name"))
    .values(lease_until=LEASE_END)
    .returning(jobs)
)


class JobClaims(JobRows):
    """From queued to its end, by who may."""

    async def claim(self, job_id: str, worker: str, lease_seconds: float) -> Job | None:
        """queued -> running, when it is first in line for its lock and the lock is free. None: not now, or not ours."""
        try:
            async with self._guarded():
                row = await self._first(_CLAIM, job=job_id, name=worker, lease=micros(lease_seconds))
        except IntegrityError:
            return None  # the lock's unique index: another process claimed its neighbor in this very moment
        if row is None:
            return None
        await self._note(row, "job", JobStatus.QUEUED, JobStatus.RUNNING, worker)
        return from_row(row)

    async def renew(self, job_id: str, attempt: int, worker: str, lease_seconds: float) -> Job | None:
        """The job with its lease prolonged. None: this attempt has lost it."""
        given = {"job": job_id, "number": attempt, "name": worker}
        row = await self._first(_RENEW, **given, lease=micros(lease_seconds))
        return None if row is None else from_row(row)

    async def renew_all(self, attempts: Collection[tuple[str, int]], lease_seconds: float) -> None:
        """Prolong the leases of running attempts (job, number); not of jobs that somebody asked to cancel."""
        alive = tuple_(_j.id, _j.attempt).in_(attempts)
        is_running = (has_status(_j.status, JobStatus.RUNNING), _j.cancel_requested_at.is_(None))
        await self._count(update(jobs).where(alive, *is_running).values(lease_until=after(lease_seconds)))

    async def settle(
        self,
        job_id: str,
        attempt: int,
        status: JobStatus,
        *,
        result: JobResult | None = None,
        failure: Failure | None = None,
        detail: str = "",
    ) -> Job:
        """running -> its end, by the attempt that owns it; frees the lock.

        A completion or failure loses to a cancel that was asked for before it: the job settles as cancelled then.
        Raises InvalidTransition when the attempt no longer owns the job.
        """
        if not status.is_terminal:
            raise InvalidTransition(MOVING.format(job=job_id, status=status, why=NO_END))
        row = await self._found(job_id, status)
        if row["status"] != JobStatus.RUNNING:
            raise InvalidTransition(
                MOVING.format(job=job_id, status=status, why=IS.format(status=row["status"]))
            )
        if row["attempt"] != attempt:
            raise InvalidTransition(
                MOVING.format(job=job_id, status=status, why=NOT_OWNED.format(attempt=attempt))
            )
        end = JobStatus.CANCELLED if row["cancel_requested_at"] is not None else status
        failed = failure if end is JobStatus.FAILED else None
        success = end is JobStatus.COMPLETED
        return await self._move(
            row,
            end,
            row["worker"] or "",
            result=result if success else None,
            failure=failed,
            failure_detail=detail if failed else "",
            **ended(success),
        )

    async def request_cancel(self, job_id: str, by: str) -> Job:
        """queued or parked -> cancelled at once; running: remembers who asked first; at its end: unchanged."""
        row = await self._found(job_id, JobStatus.CANCELLED)
        if JobStatus(row["status"]).is_terminal or row["cancel_requested_at"] is not None:
            return from_row(row)
        asked = {"cancel_requested_at": clock(), "cancel_requested_by": by}
        if row["status"] != JobStatus.RUNNING:
            return await self._move(row, JobStatus.CANCELLED, by, **asked, **ended(False))
        noted = update(jobs).where(_j.id == job_id).values(**asked, updated_at=clock()).returning(jobs)
        return from_row((await self._connection.execute(noted)).mappings().one())

    async def cancel_expired(self, job_id: str) -> Job | None:
        """running with a cancel asked for and an expired lease -> cancelled. None: not in that state."""
        row = await self._locked(job_id, _IS_OVER, _j.cancel_requested_at.is_not(None))
        return (
            None
            if row is None
            else await self._move(row, JobStatus.CANCELLED, row["cancel_requested_by"], **ended(False))
        )

    async def requeue(self, job_id: str, attempt: int, *, is_counted: bool = True) -> Job | None:
        """running with an expired lease -> queued as `attempt` + 1, its place in line kept. None: not in that state.

        Not counted: the job may be started once more than its `max_attempts` said.
        """
        row = await self._locked(job_id, _IS_OVER, _j.attempt == attempt, _j.cancel_requested_at.is_(None))
        if row is None:
            return None
        return await self._move(
            row,
            JobStatus.QUEUED,
            attempt=attempt + 1,
            max_attempts=row["max_attempts"] + (0 if is_counted else 1),
            worker=None,
            lease_until=None,
            holds_lock=False,
        )

    async def give_up(self, job_id: str, attempt: int, failure: Failure, detail: str) -> Job | None:
        """running with an expired lease -> failed. None: not in that state."""
        row = await self._locked(job_id, _IS_OVER, _j.attempt == attempt, _j.cancel_requested_at.is_(None))
        if row is None:
            return None
        return await self._move(row, JobStatus.FAILED, failure=failure, failure_detail=detail, **ended(False))

    async def record_agent_state(self, job_id: str, attempt: int, state: AgentState) -> None:
        """Remember the state and the transition to it. Raises InvalidTransition unless `attempt` is the running one."""
        row = await self._found(job_id, state)
        if row["status"] != JobStatus.RUNNING or row["attempt"] != attempt:
            raise InvalidTransition(
                MOVING.format(job=job_id, status=state, why=NOT_OWNED.format(attempt=attempt))
            )
        if row["agent_state"] == state:
            return
        await self._count(update(jobs).where(_j.id == job_id).values(agent_state=state, updated_at=clock()))
        await self._note(row, "agent", row["agent_state"], state, row["worker"] or "")
