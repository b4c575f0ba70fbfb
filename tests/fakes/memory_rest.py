"""Changes, worker hosts and the audit in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from models.audit import AuditRecord
from models.change import Change
from models.worker import HORSE, ProcessRecord, WorkerRecord
from tests.fakes.memory import Rows, with_


class ChangeRows(Rows):
    async def find(self, place: str, number: int) -> Change | None:
        here = [
            change
            for change in self._memory.changes.values()
            if change.place == place and number in {change.issue_number, change.pull_number}
        ]
        return max(here, key=lambda change: (change.is_open, change.id), default=None)

    async def of_job(self, job_id: str) -> Change | None:
        worked_on = [change_id for job, change_id in self._memory.change_jobs if job == job_id]
        return self._memory.changes[max(worked_on)] if worked_on else None

    async def keep(self, change: Change) -> Change:
        kept = change if change.id else with_(change, id=self._memory.number())
        self._memory.changes[kept.id] = kept
        if kept.job_id:
            self._memory.change_jobs[kept.job_id, kept.id] = True
        return kept


class WorkerRows(Rows):
    async def beat(self, record: WorkerRecord) -> None:
        self._memory.workers[record.id] = with_(record, seen_at=self._clock())

    async def leave(self, worker_id: str) -> None:
        self._memory.workers.pop(worker_id, None)

    async def alive(self, within_seconds: float) -> list[WorkerRecord]:
        since = self._after(-within_seconds)
        found = [worker for worker in self._memory.workers.values() if worker.seen_at >= since]
        return sorted(found, key=lambda worker: worker.id)

    async def remember(self, record: ProcessRecord) -> None:
        self._memory.processes.setdefault(_identity(record), record)

    async def forget(self, record: ProcessRecord) -> None:
        self._memory.processes.pop(_identity(record), None)

    async def horses(self, job_ids: Collection[str]) -> list[ProcessRecord]:
        found = (process for process in self._memory.processes.values() if process.role == HORSE)
        return [process for process in found if process.job_id in job_ids]

    async def processes(self, host: str) -> list[ProcessRecord]:
        found = [process for process in self._memory.processes.values() if process.host == host]
        return sorted(found, key=lambda process: (process.pid, process.started_ticks))


class AuditRows(Rows):
    async def append(self, record: AuditRecord) -> None:
        number = self._memory.number()
        self._memory.audit[number] = with_(record, id=number)

    async def count(self, *, actor: str, place: str, since: datetime, most: int) -> int:
        rows = (row for row in self._memory.audit.values() if row.actor == actor and row.at >= since)
        return min(sum(row.subject.startswith(place) for row in rows), most)

    async def page(self, *, before: int | None, limit: int) -> list[AuditRecord]:
        found = [record for record in self._memory.audit.values() if before is None or record.id < before]
        return sorted(found, key=lambda record: -record.id)[:limit]


def _identity(record: ProcessRecord) -> tuple[str, str, int, int]:
    return record.host, record.boot_id, record.pid, record.started_ticks
