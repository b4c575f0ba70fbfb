"""Workers and the process groups they started, as recorded in the database: how the dead are found."""

from __future__ import annotations

from models.base import Moment, Noun

HORSE = "horse"  # the process that does the job; all others are started by it


class WorkerRecord(Noun):
    """One worker host process. `seen_at` is its heartbeat."""

    id: str
    host: str
    boot_id: str
    pid: int
    version: str
    started_at: Moment
    seen_at: Moment
    capacity: int = 1


class ProcessRecord(Noun):
    """A process group started for a job. Pid alone is not identity:

    `started_ticks` (clock ticks since boot) and `boot_id` are.
    """

    job_id: str
    attempt: int
    host: str
    boot_id: str
    pid: int
    started_ticks: int
    role: str  # HORSE, "agent", "check"
