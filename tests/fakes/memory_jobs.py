"""Jobs in memory: states, claims and leases. `memory_lists.py` has what only reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bot.errors import InvalidTransition
from models.agent import AgentState
from models.job import Failure, Job, JobEvent, JobEventType, JobResult, JobStatus, Transition
from tests.fakes.memory import cleaned, with_
from tests.fakes.memory_lists import JobLists

ENDED = {"holds_lock": False, "lease_until": None}


class JobRows(JobLists):
    async def initialize(self) -> None: ...

    async def close(self) -> None: ...

    async def create_job(self, job: Job) -> None:
        jobs = self._memory.jobs
        if job.id in jobs or (job.handle and any(other.handle == job.handle for other in jobs.values())):
            raise InvalidTransition(f"keeping job {job.id}")
        created = job.created_at or self._clock()
        updated = job.updated_at or created
        jobs[job.id] = with_(job, events=(), last_seq=0, created_at=created, updated_at=updated)
        self._note(job, "job", None, job.status, job.requester.login if job.requester else "")
        for event in job.events:
            await self.add_event(job.id, event)

    async def update_job_status(
        self, job_id: str, status: str, start_time: datetime | None = None, container_id: str | None = None
    ) -> None:
        job, wanted = self._found(job_id), _status(status)
        changes: dict[str, Any] = {} if container_id is None else {"container_id": container_id}
        changes |= {} if start_time is None else {"start_time": start_time}
        if wanted.is_terminal:
            end = _end(job, wanted)
            self._move(
                job, end, end_time=self._clock(), success=end is JobStatus.COMPLETED, **ENDED | changes
            )
        elif wanted is JobStatus.RUNNING:
            started = job.start_time or start_time or self._clock()
            self._move(job, wanted, **changes | {"holds_lock": bool(job.lock_key), "start_time": started})
        else:
            again = wanted is JobStatus.QUEUED and job.status is JobStatus.RUNNING
            self._move(job, wanted, **changes, **ENDED, worker=None, attempt=job.attempt + again)

    async def complete_job(self, job_id: str, success: bool, end_time: datetime) -> None:
        job = self._found(job_id)
        end = _end(job, JobStatus.COMPLETED)
        self._move(job, end, end_time=end_time, success=success and end is JobStatus.COMPLETED, **ENDED)

    async def add_event(self, job_id: str, event: JobEvent) -> None:
        job = self._found(job_id)
        if event.type != JobEventType.COMPLETE or not self._is_complete(job_id):
            self._append(job, event.attempt or job.attempt, [event])

    async def add_events(self, job_id: str, attempt: int, events: Sequence[JobEvent]) -> int:
        return self._append(self._owned(job_id, attempt), attempt, events)

    async def claim(self, job_id: str, worker: str, lease_seconds: float) -> Job | None:
        job = self._memory.jobs.get(job_id)
        if job is None or not self._may_start(job):
            return None
        lease = {
            "worker": worker,
            "lease_until": self._after(lease_seconds),
            "holds_lock": bool(job.lock_key),
        }
        return self._move(job, JobStatus.RUNNING, worker, start_time=job.start_time or self._clock(), **lease)

    async def renew(self, job_id: str, attempt: int, worker: str, lease_seconds: float) -> Job | None:
        job = self._memory.jobs.get(job_id)
        if job is None or (job.status, job.attempt, job.worker) != (JobStatus.RUNNING, attempt, worker):
            return None
        return self._keep(with_(job, lease_until=self._after(lease_seconds)))

    async def renew_all(self, attempts: Collection[tuple[str, int]], lease_seconds: float) -> None:
        for job in self._all():
            is_running = job.status is JobStatus.RUNNING and job.cancel_requested_at is None
            if is_running and (job.id, job.attempt) in attempts:
                self._keep(with_(job, lease_until=self._after(lease_seconds)))

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
        if not status.is_terminal:
            raise InvalidTransition(f"{status} is no end")
        job = self._owned(job_id, attempt)
        end = _end(job, status)
        failed, success = failure if end is JobStatus.FAILED else None, end is JobStatus.COMPLETED
        told = {"result": result if success else None, "failure_detail": detail if failed else ""}
        ended = {"end_time": self._clock(), "success": success} | ENDED
        return self._move(job, end, job.worker or "", failure=failed, **told, **ended)

    async def request_cancel(self, job_id: str, by: str) -> Job:
        job = self._found(job_id)
        if job.status.is_terminal or job.cancel_requested_at is not None:
            return job
        asked = with_(
            job, cancel_requested_at=self._clock(), cancel_requested_by=by, updated_at=self._clock()
        )
        if job.status is JobStatus.RUNNING:
            return self._keep(asked)
        return self._move(asked, JobStatus.CANCELLED, by, end_time=self._clock(), success=False, **ENDED)

    async def cancel_expired(self, job_id: str) -> Job | None:
        job = self._memory.jobs.get(job_id)
        if job is None or not self._is_over(job) or job.cancel_requested_at is None:
            return None
        by = job.cancel_requested_by
        return self._move(job, JobStatus.CANCELLED, by, end_time=self._clock(), success=False, **ENDED)

    async def requeue(self, job_id: str, attempt: int, *, is_counted: bool = True) -> Job | None:
        job = self._lost(job_id, attempt)
        if job is None:
            return None
        most = job.max_attempts + (0 if is_counted else 1)
        return self._move(job, JobStatus.QUEUED, attempt=attempt + 1, max_attempts=most, worker=None, **ENDED)

    async def give_up(self, job_id: str, attempt: int, failure: Failure, detail: str) -> Job | None:
        job = self._lost(job_id, attempt)
        ended = {"end_time": self._clock(), "success": False} | ENDED
        return job and self._move(job, JobStatus.FAILED, failure=failure, failure_detail=detail, **ended)

    async def record_agent_state(self, job_id: str, attempt: int, state: AgentState) -> None:
        job = self._owned(job_id, attempt)
        if job.agent_state != state:
            self._keep(with_(job, agent_state=state))
            self._note(job, "agent", job.agent_state, state, job.worker or "")

    def _found(self, job_id: str) -> Job:
        if job_id not in self._memory.jobs:
            raise InvalidTransition(f"there is no job {job_id}")
        return self._memory.jobs[job_id]

    def _owned(self, job_id: str, attempt: int) -> Job:
        job = self._found(job_id)
        if job.status is not JobStatus.RUNNING or job.attempt != attempt:
            raise InvalidTransition(f"attempt {attempt} does not own job {job_id}")
        return job

    def _lost(self, job_id: str, attempt: int) -> Job | None:
        job = self._memory.jobs.get(job_id)
        is_lost = job and self._is_over(job) and job.attempt == attempt and job.cancel_requested_at is None
        return job if is_lost else None

    def _move(self, job: Job, status: JobStatus, by: str = "", **changes: Any) -> Job:
        if job.status not in status.predecessors:
            raise InvalidTransition(f"moving job {job.id} to {status}: it is {job.status}")
        moved = with_(job, status=status, updated_at=self._clock(), **changes)
        holder = self._holder(job.lock_key)
        if moved.holds_lock and holder is not None and holder.id != job.id:
            raise InvalidTransition(f"moving job {job.id} to {status}: its lock is held")
        self._note(moved, "job", job.status, status, by)
        if status.is_terminal and not self._is_complete(job.id):
            self._append(moved, moved.attempt, [moved.completion])
            return self._memory.jobs[job.id]
        return self._keep(moved)

    def _is_complete(self, job_id: str) -> bool:
        return any(event.type == JobEventType.COMPLETE for event in self._memory.events.get(job_id, ()))

    def _keep(self, job: Job) -> Job:
        self._memory.jobs[job.id] = job
        return job

    def _append(self, job: Job, attempt: int, events: Sequence[JobEvent]) -> int:
        first = job.last_seq + 1
        numbered = [
            with_(cleaned(e), seq=first + i, attempt=attempt, timestamp=e.timestamp or self._clock())
            for i, e in enumerate(events)
        ]
        self._memory.events[job.id] = (*self._memory.events.get(job.id, ()), *numbered)
        return self._keep(with_(job, last_seq=job.last_seq + len(events), updated_at=self._clock())).last_seq

    def _note(self, job: Job, subject: str, before: str | None, after: str, by: str = "") -> None:
        noted = Transition(
            job_id=job.id,
            attempt=job.attempt,
            subject=subject,
            before=before,
            after=after,
            at=self._clock(),
            by=by,
        )
        self._memory.transitions[self._memory.number()] = noted


def _status(status: str) -> JobStatus:
    try:
        return JobStatus(status)
    except ValueError:
        raise InvalidTransition(f"there is no status {status}") from None


def _end(job: Job, wanted: JobStatus) -> JobStatus:
    was_asked = job.cancel_requested_at is not None and job.status is JobStatus.RUNNING
    return JobStatus.CANCELLED if was_asked else wanted
