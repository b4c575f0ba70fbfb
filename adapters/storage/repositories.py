"""The CI document's repository on its own: each call one unit of work, so it can be used without the rest of Bellhop.

`SQLiteJobRepository("jobs.db")` is the document's; `SQLJobRepository` takes any storage.
"""

from __future__ import annotations

from datetime import datetime

from adapters.storage.storage import open_storage
from bot.ports import JobRepository, Storage
from models.job import Job, JobEvent


class SQLJobRepository(JobRepository):
    """The `JobRepository` port over a storage of its own."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def initialize(self) -> None:
        """Open the database and bring it to this release's schema."""
        await self._storage.initialize()

    async def close(self) -> None:
        """Close it."""
        await self._storage.close()

    async def create_job(self, job: Job) -> None:
        """Keep a new job. Raises InvalidTransition: its id is taken."""
        async with self._storage.begin() as work:
            await work.jobs.create_job(job)

    async def get_job(self, job_id: str) -> Job | None:
        """With its events."""
        async with self._storage.read() as work:
            return await work.jobs.get_job(job_id)

    async def list_jobs(self) -> list[Job]:
        """All of them, newest first, without events."""
        async with self._storage.read() as work:
            return await work.jobs.list_jobs()

    async def update_job_status(
        self, job_id: str, status: str, start_time: datetime | None = None, container_id: str | None = None
    ) -> None:
        """Raises InvalidTransition when the job is not in a state from which `status` may be entered."""
        async with self._storage.begin() as work:
            await work.jobs.update_job_status(job_id, status, start_time, container_id)

    async def complete_job(self, job_id: str, success: bool, end_time: datetime) -> None:
        """Raises InvalidTransition when the job is not running."""
        async with self._storage.begin() as work:
            await work.jobs.complete_job(job_id, success, end_time)

    async def add_event(self, job_id: str, event: JobEvent) -> None:
        """Append. Raises InvalidTransition when there is no such job."""
        async with self._storage.begin() as work:
            await work.jobs.add_event(job_id, event)

    async def get_events_since(self, job_id: str, last_event_id: int) -> list[JobEvent]:
        """Those with a greater `seq`, in order."""
        async with self._storage.read() as work:
            return await work.jobs.get_events_since(job_id, last_event_id)


class SQLiteJobRepository(SQLJobRepository):
    """The repository in a SQLite file, `jobs.db` where nothing else is said."""

    def __init__(self, path: str = "jobs.db") -> None:
        super().__init__(open_storage(f"sqlite:///{path}"))
