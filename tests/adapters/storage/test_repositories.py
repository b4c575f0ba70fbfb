"""The CI document's usage example, as written there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.storage.repositories import SQLiteJobRepository
from bot.errors import InvalidTransition
from models.job import Job, JobEvent


async def test_the_documents_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repo = SQLiteJobRepository("jobs.db")
    await repo.initialize()
    job = Job(id="550e8400-e29b-41d4-a716-446655440000")
    await repo.create_job(job)
    await repo.update_job_status(job.id, "running", start_time=datetime(2026, 1, 1), container_id="abc123")  # noqa: DTZ001
    await repo.add_event(job.id, JobEvent(type="log", data="collecting"))
    await repo.complete_job(job.id, success=True, end_time=datetime(2026, 1, 2, tzinfo=UTC))
    await repo.add_event(job.id, JobEvent(type="complete", success=True))
    retrieved = await repo.get_job(job.id)
    assert retrieved is not None
    assert (retrieved.status, retrieved.success, retrieved.container_id) == ("completed", True, "abc123")
    assert retrieved.start_time == datetime(2026, 1, 1, tzinfo=UTC)
    assert [event.type for event in retrieved.events] == ["log", "complete"]
    assert [event.type for event in await repo.get_events_since(job.id, 1)] == ["complete"]
    assert [listed.id for listed in await repo.list_jobs()] == [job.id]
    with pytest.raises(InvalidTransition):
        await repo.complete_job(job.id, success=False, end_time=datetime(2026, 1, 3, tzinfo=UTC))
    await repo.close()
    assert (tmp_path / "jobs.db").exists()


async def test_what_one_repository_kept_the_next_one_finds(tmp_path: Path) -> None:
    first = SQLiteJobRepository(str(tmp_path / "jobs.db"))
    await first.initialize()
    await first.create_job(Job(id="a"))
    await first.close()
    second = SQLiteJobRepository(str(tmp_path / "jobs.db"))
    await second.initialize()
    assert await second.get_job("a") is not None
    assert await second.get_job("b") is None
    await second.close()
