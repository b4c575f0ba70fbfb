"""Finding jobs in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from models.job import Job, JobEvent, JobStatus, Transition
from models.worker import HORSE
from tests.fakes.memory import Rows, with_


class JobLists(Rows):
    async def get_job(self, job_id: str) -> Job | None:
        job = self._memory.jobs.get(job_id)
        return job and with_(job, events=self._memory.events.get(job_id, ()))

    async def list_jobs(self) -> list[Job]:
        return _newest(self._all())

    async def get_events_since(self, job_id: str, last_event_id: int) -> list[JobEvent]:
        return [e for e in self._memory.events.get(job_id, ()) if (e.seq or 0) > last_event_id]

    async def transitions(self, job_id: str) -> list[Transition]:
        return [t for t in self._memory.transitions.values() if t.job_id == job_id]

    async def of_ids(self, ids: Collection[str]) -> list[Job]:
        return sorted((job for job in self._all() if job.id in ids), key=_place)

    async def expired(
        self, limit: int, *, patience_seconds: float = 0.0, cancel_patience_seconds: float = 0.0
    ) -> list[Job]:
        def is_given_up(job: Job) -> bool:
            horses = [each for each in self._memory.processes.values() if each.role == HORSE]
            if (job.id, job.attempt) not in {(each.job_id, each.attempt) for each in horses}:
                return True
            seconds = [patience_seconds, *([cancel_patience_seconds] if job.cancel_requested_at else [])]
            return job.lease_until is not None and job.lease_until <= self._after(-min(seconds))

        over = [job for job in self._all() if self._is_over(job) and is_given_up(job)]
        return sorted(over, key=lambda job: str(job.lease_until))[:limit]

    async def claimable(self, limit: int) -> list[Job]:
        return sorted((job for job in self._all() if self._may_start(job)), key=_place)[:limit]

    async def line(self, lock_key: str) -> list[Job]:
        return self._line(lock_key)

    async def ahead_of(self, job: Job) -> list[Job]:
        if not job.lock_key:
            return []
        holder = self._holder(job.lock_key)
        waiting = [other for other in self._line(job.lock_key) if _place(other) < _place(job)]
        return [other for other in ([holder] if holder else []) + waiting if other.id != job.id]

    async def by_handle(self, prefix: str, *, place: str = "") -> list[Job]:
        found = (job for job in self._all() if job.handle and job.handle.startswith(prefix))
        here = _newest(job for job in found if place in {"", _works_at(job)})
        return sorted(here, key=lambda job: job.handle != prefix)[:10]

    async def at_thread(self, thread_key: str, *, is_active: bool, limit: int = 20) -> list[Job]:
        keys, ids = self._partners(thread_key)
        here = (job for job in self._all() if _thread(job) in keys or job.id in ids)
        return _newest(job for job in here if not (is_active and job.status.is_terminal))[:limit]

    async def in_room(self, place: str, limit: int) -> list[Job]:
        return _newest(job for job in self._all() if _thread(job).startswith(place))[:limit]

    async def of_comment(self, thread_key: str, comment_id: str) -> list[Job]:
        here = (job for job in self._all() if _thread(job) == thread_key)
        return _newest(job for job in here if job.context and job.context.comment_id == comment_id)

    async def page(
        self,
        *,
        requester_id: str | None,
        repository: str | None,
        before: datetime | None,
        limit: int,
        place: str = "",
    ) -> list[Job]:
        there = (job for job in self._all() if _works_at(job).startswith(place))
        found = (job for job in there if _is_of(job, requester_id, repository))
        return _newest(
            job for job in found if before is None or (job.created_at and job.created_at < before)
        )[:limit]

    async def count_active(self, place: str, *, requester_id: str | None = None) -> int:
        there = (job for job in self._all() if _works_at(job).startswith(place))
        found = (job for job in there if _is_of(job, requester_id, None))
        return sum(not job.status.is_terminal for job in found)

    def _all(self) -> list[Job]:
        return list(self._memory.jobs.values())

    def _line(self, lock_key: str) -> list[Job]:
        waiting = (job for job in self._all() if job.lock_key == lock_key and job.status is JobStatus.QUEUED)
        return sorted(waiting, key=_place)

    def _holder(self, lock_key: str) -> Job | None:
        return next(
            (job for job in self._all() if lock_key and job.lock_key == lock_key and job.holds_lock), None
        )

    def _may_start(self, job: Job) -> bool:
        if job.status is not JobStatus.QUEUED or not job.lock_key:
            return job.status is JobStatus.QUEUED
        return self._holder(job.lock_key) is None and self._line(job.lock_key)[0].id == job.id

    def _is_over(self, job: Job) -> bool:
        lease = job.lease_until
        return job.status is JobStatus.RUNNING and lease is not None and lease <= self._clock()

    def _partners(self, thread_key: str) -> tuple[set[str], set[str]]:
        place, _, number = thread_key.rpartition("#")
        shared = [
            change
            for change in self._memory.changes.values()
            if change.place == f"{place}#" and number in {str(change.issue_number), str(change.pull_number)}
        ]
        numbers = {n for change in shared for n in (change.issue_number, change.pull_number) if n is not None}
        ids = {
            job_id for job_id, change_id in self._memory.change_jobs if change_id in {c.id for c in shared}
        }
        return {thread_key, *(f"{place}#{n}" for n in numbers)}, ids


def _place(job: Job) -> tuple[str, str]:
    return job.created_at.isoformat(timespec="microseconds") if job.created_at else "", job.id


def _newest(found: Iterable[Job]) -> list[Job]:
    return sorted(found, key=_place, reverse=True)


def _thread(job: Job) -> str:
    return job.context.thread.key if job.context and job.context.thread else ""


def _works_at(job: Job) -> str:
    return job.place.place if job.place else ""


def _is_of(job: Job, requester_id: str | None, repository: str | None) -> bool:
    requester = job.requester.id if job.requester else ""
    place = job.context.repository if job.context else ""
    return requester_id in {None, requester} and repository in {None, place}
