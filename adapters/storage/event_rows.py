"""Events of jobs as rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, insert, select

from adapters.storage.clock import clock
from adapters.storage.job_tables import job_events
from models.job import JobEvent, JobEventType

INSERT = insert(job_events).values(
    timestamp=func.coalesce(bindparam("timestamp", type_=job_events.c.timestamp.type), clock())
)
# That of a job's end.
COMPLETION = (
    select(job_events.c.seq)
    .where(job_events.c.job_id == bindparam("job"), job_events.c.type == str(JobEventType.COMPLETE))
    .limit(1)
)


def to_row(event: JobEvent, job_id: str, attempt: int, seq: int) -> dict[str, Any]:
    """All columns."""
    plain = {name: getattr(event, name) for name in ("data", "success", "timestamp", "facts")}
    return plain | {"job_id": job_id, "attempt": attempt, "seq": seq, "type": str(event.type)}
