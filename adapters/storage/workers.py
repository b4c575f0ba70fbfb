"""Worker hosts and their process groups: how the dead are found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select

from adapters.storage.clock import after, clock
from adapters.storage.other_tables import processes, workers
from adapters.storage.rows import Rows
from models.worker import HORSE, ProcessRecord, WorkerRecord

_w = workers.c
_p = processes.c


class WorkerRows(Rows):
    """The `Workers` port."""

    async def beat(self, record: WorkerRecord) -> None:
        """Keep or renew it; seen now, by the database's clock."""
        values: dict[str, Any] = record.model_dump() | {"seen_at": clock()}
        beaten = self._insert(workers).values(values)
        changed = {name: beaten.excluded[name] for name in values if name != "id"}
        await self._count(beaten.on_conflict_do_update(index_elements=["id"], set_=changed))

    async def leave(self, worker_id: str) -> None:
        """It said goodbye."""
        await self._count(delete(workers).where(_w.id == worker_id))

    async def alive(self, within_seconds: float) -> list[WorkerRecord]:
        """Those seen within that time."""
        rows = await self._all(select(workers).where(_w.seen_at >= after(-within_seconds)).order_by(_w.id))
        return [WorkerRecord.model_validate(dict(row)) for row in rows]

    async def remember(self, record: ProcessRecord) -> None:
        """A process group was started."""
        await self._count(self._insert(processes).values(record.model_dump()).on_conflict_do_nothing())

    async def forget(self, record: ProcessRecord) -> None:
        """It ended."""
        same = (_p.host == record.host, _p.boot_id == record.boot_id, _p.pid == record.pid)
        await self._count(delete(processes).where(*same, _p.started_ticks == record.started_ticks))

    async def horses(self, job_ids: Collection[str]) -> list[ProcessRecord]:
        """Those recorded as doing these jobs, in whatever attempt."""
        rows = await self._all(select(processes).where(_p.job_id.in_(job_ids), _p.role == HORSE))
        return [ProcessRecord.model_validate(dict(row)) for row in rows]

    async def processes(self, host: str) -> list[ProcessRecord]:
        """Those recorded for a host, whether they still live or not."""
        rows = await self._all(select(processes).where(_p.host == host).order_by(_p.pid, _p.started_ticks))
        return [ProcessRecord.model_validate(dict(row)) for row in rows]
