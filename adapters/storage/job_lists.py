"""Finding jobs: by id, handle, place, person; who is lost, who may start, who waits for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal, not_, or_, select, tuple_

from adapters.storage.changes import partners_of
from adapters.storage.clock import after, clock
from adapters.storage.columns import Key, Moment
from adapters.storage.job_claims import may_start
from adapters.storage.job_rows import JobRows, from_row
from adapters.storage.job_tables import ACTIVE, has_status, jobs
from adapters.storage.other_tables import processes
from models.job import Job, JobStatus
from models.worker import HORSE

HANDLES = 10
_AFTER_ALL = "~"  # sorts behind every letter of a handle, and every digit of a thread

_j = jobs.c
_mine = jobs.alias("mine")
_p = processes.c
_NEWEST = (_j.created_at.desc(), _j.id.desc())
_OLDEST = (_j.created_at, _j.id)


class JobLists(JobRows):
    """Listings; events are not loaded."""

    async def list_jobs(self) -> list[Job]:
        """All of them, newest first."""
        return await self._jobs(order=_NEWEST, limit=None)

    async def of_ids(self, ids: Collection[str]) -> list[Job]:
        """Those of them that are there, oldest first."""
        return await self._jobs(_j.id.in_(ids), order=_OLDEST, limit=None)

    async def expired(
        self, limit: int, *, patience_seconds: float = 0.0, cancel_patience_seconds: float = 0.0
    ) -> list[Job]:
        """running, their lease over; those of whom nobody saw the process dead, later."""
        is_over = (has_status(_j.status, JobStatus.RUNNING), _j.lease_until <= clock())
        is_cancelled = _j.cancel_requested_at.is_not(None)
        is_given_up = or_(
            not_(exists().where(_p.job_id == _j.id, _p.attempt == _j.attempt, _p.role == HORSE)),
            _j.lease_until <= after(-patience_seconds),
            and_(is_cancelled, _j.lease_until <= after(-cancel_patience_seconds)),
        )
        return await self._jobs(*is_over, is_given_up, order=(_j.lease_until,), limit=limit)

    async def claimable(self, limit: int) -> list[Job]:
        """queued, first in line, lock free: each deserves a hint to the queue."""
        order = (_mine.c.created_at, _mine.c.id)
        rows = await self._all(select(_mine).where(may_start(_mine)).order_by(*order).limit(limit))
        return [from_row(row) for row in rows]

    async def line(self, lock_key: str) -> list[Job]:
        """Who waits for the lock, whoever waits longest first."""
        waits = (_j.lock_key == lock_key, has_status(_j.status, JobStatus.QUEUED))
        return await self._jobs(*waits, order=_OLDEST, limit=None)

    async def ahead_of(self, job: Job) -> list[Job]:
        """Who holds the lock or waits for it longer than `job`, in order, the holder first."""
        if not job.lock_key or job.created_at is None:
            return []
        in_line = (_j.lock_key == job.lock_key, _j.id != job.id)
        holder = await self._jobs(*in_line, _j.holds_lock, order=_OLDEST, limit=1)
        earlier = tuple_(_j.created_at, _j.id) < tuple_(literal(job.created_at, Moment), literal(job.id, Key))
        queued = has_status(_j.status, JobStatus.QUEUED)
        return holder + await self._jobs(*in_line, queued, earlier, order=_OLDEST, limit=None)

    async def by_handle(self, prefix: str, *, place: str = "") -> list[Job]:
        """Jobs whose handle starts with `prefix` (upper case, with "J-"), the whole one first, then newest first."""
        wanted = [_j.handle >= prefix, _j.handle < prefix + _AFTER_ALL, _j.handle != ""]
        if place:
            wanted.append(_j.place == place)
        order = ((_j.handle == prefix).desc(), *_NEWEST)
        return await self._jobs(*wanted, order=order, limit=HANDLES)

    async def at_thread(self, thread_key: str, *, is_active: bool, limit: int = 20) -> list[Job]:
        """Jobs asked for at a place (also those whose change's pull request or issue it is), newest first."""
        keys, job_ids = await partners_of(self._connection, thread_key)
        here: list[ColumnElement[bool]] = [or_(_j.thread.in_(keys), _j.id.in_(job_ids))]
        if is_active:
            here.append(has_status(_j.status, *ACTIVE))
        return await self._jobs(*here, order=_NEWEST, limit=limit)

    async def in_room(self, place: str, limit: int) -> list[Job]:
        """Jobs asked for in a channel or any thread of it, newest first."""
        here = (_j.thread >= place, _j.thread < place + _AFTER_ALL)
        return await self._jobs(*here, order=_NEWEST, limit=limit)

    async def of_comment(self, thread_key: str, comment_id: str) -> list[Job]:
        """Jobs that a comment asked for, newest first."""
        return await self._jobs(
            _j.thread == thread_key, _j.comment_id == comment_id, order=_NEWEST, limit=None
        )

    async def page(
        self,
        *,
        requester_id: str | None,
        repository: str | None,
        before: datetime | None,
        limit: int,
        place: str = "",
    ) -> list[Job]:
        """Newest first, those created before a moment."""
        where = _whose(requester_id, repository)
        if place:
            where += _within(place)
        if before is not None:
            where.append(_j.created_at < before)
        return await self._jobs(*where, order=_NEWEST, limit=limit)

    async def count_active(self, place: str, *, requester_id: str | None = None) -> int:
        """Those not at their end, at a `Thread.place` or at all of a `Thread.instance`."""
        whose = _whose(requester_id, None)
        return await self._number(has_status(_j.status, *ACTIVE), *_within(place), *whose)


def _within(place: str) -> list[ColumnElement[bool]]:
    return [_j.place >= place, _j.place < place + _AFTER_ALL]


def _whose(requester_id: str | None, repository: str | None) -> list[ColumnElement[bool]]:
    wanted = ((_j.requester_id, requester_id), (_j.repository, repository))
    return [column == value for column, value in wanted if value is not None]
