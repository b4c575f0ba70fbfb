"""A job in this process: claimed, done, settled, and nothing of it forgotten or left."""

import asyncio
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import retraction
from bot.run import Run
from bot.services import Services
from jobs import runtime
from models.base import now
from models.change import Change
from models.job import JobContext, JobEventType, JobResult, JobStatus
from models.message import Thread
from models.outbox import OutboxKind
from models.source import SourceType
from tests.jobs.desk import go_on, services, yard
from tests.jobs.yard import Yard

__all__ = ["services", "yard"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """The database's only writer is somebody else."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


async def test_a_job_that_is_not_there_or_done_is_nobody_s_turn(yard: Yard, services: Services) -> None:
    async def never(run: Run) -> JobResult:
        raise AssertionError

    await runtime.perform("no such job", never)
    job = await yard.new(services, "")
    await runtime.perform(job.id, go_on)
    await runtime.perform(job.id, never)
    assert (await yard.get(services, job)).status is JobStatus.COMPLETED


async def test_each_start_is_on_record_as_what_ends_it_is(yard: Yard, services: Services) -> None:
    job = await yard.new(services, "")
    await runtime.perform(job.id, go_on)
    await runtime.perform(job.id, go_on)
    async with services.storage.read() as unit:
        rows = await unit.audit.page(before=None, limit=10)
    assert [row.action for row in reversed(rows)] == ["job_started", "job_completed"]
    started = rows[-1]
    assert (started.actor, started.request_id) == ("bellhop", job.request_id)
    assert started.detail["job"] == job.handle
    assert started.detail["attempt"] == 1
    assert started.detail["worker"] == f"{socket.gethostname()}:{os.getpid()}"


async def test_events_are_written_in_order_before_the_end(yard: Yard, services: Services) -> None:
    async def work(run: Run) -> JobResult:
        for number in range(5):
            run.event(JobEventType.LOG, str(number))
        return JobResult()

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    assert [event.data for event in (await yard.get(services, job)).events] == [*"01234", None]


async def test_the_horse_is_remembered_while_it_works_and_forgotten_after(
    yard: Yard, services: Services
) -> None:
    seen = []

    async def work(run: Run) -> JobResult:
        async with services.storage.read() as unit:
            seen.extend(await unit.workers.processes(socket.gethostname()))
        return JobResult()

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    assert [(each.role, each.pid, each.job_id, each.attempt) for each in seen] == [
        ("horse", os.getpid(), job.id, 1)
    ]
    async with services.storage.read() as unit:
        assert await unit.workers.processes(socket.gethostname()) == []


async def test_a_database_that_is_away_at_the_end_is_waited_for(yard: Yard, services: Services) -> None:
    storage: Any = services.storage

    async def work(run: Run) -> JobResult:
        run.event(JobEventType.LOG, "kept")
        storage.is_away = True
        asyncio.get_running_loop().call_later(1.5, setattr, storage, "is_away", False)
        return JobResult(result="done")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    ended = await yard.get(services, job)
    assert ended.status is JobStatus.COMPLETED
    assert [event.data for event in ended.events] == ["kept", None]


async def test_a_database_locked_for_less_than_the_lease_costs_nothing(
    yard: Yard, services: Services
) -> None:
    async def work(run: Run) -> JobResult:
        with locked(yard.folder / "test.db"):
            run.event(JobEventType.LOG, "while locked")
            await asyncio.sleep(2.0)
        return JobResult(result="done")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    ended = await yard.get(services, job)
    assert (ended.status, ended.attempt) == (JobStatus.COMPLETED, 1)


async def test_the_next_in_line_is_told(yard: Yard, services: Services) -> None:
    first = await yard.new(services, "", lock_key="acme/api#42")
    second = await yard.new(services, "", lock_key="acme/api#42")
    told: Any = services.queue
    told.ids.clear()
    await runtime.perform(first.id, go_on)
    assert told.ids == [second.id]


async def test_an_attempt_that_was_overtaken_writes_nothing(yard: Yard, services: Services) -> None:
    async def work(run: Run) -> JobResult:
        async with services.storage.begin() as unit:
            await unit.jobs.renew(run.job.id, run.job.attempt, run.worker, 0.0)
            assert await unit.jobs.requeue(run.job.id, run.job.attempt) is not None
        run.event(JobEventType.LOG, "from the dead")
        return JobResult(result="from the dead")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    now = await yard.get(services, job)
    assert (now.status, now.attempt, now.result, now.events) == (JobStatus.QUEUED, 2, None, ())


async def test_a_cancel_between_the_last_look_and_the_end_is_kept_with_what_it_takes_back(
    yard: Yard, services: Services
) -> None:
    thread = Thread(source=SourceType.GITHUB, workspace="acme", repository="acme/shop", number=42)

    async def work(run: Run) -> JobResult:
        branch = f"bellhop/{run.job.handle}"
        run.event(JobEventType.STEP, "Publishing", facts=retraction.facts("acme/shop", branch))
        await run.flush()
        change = Change(
            place="github:default:acme/shop#",
            repository="acme/shop",
            branch=branch,
            base="main",
            job_id=run.job.id,
            updated_at=now(),
        )
        async with services.storage.begin() as unit:
            await unit.changes.keep(change)
        await run.check()
        async with services.storage.begin() as unit:
            await unit.jobs.request_cancel(run.job.id, "ana")
        return JobResult(result="https://git.example/pull/900", explanation="Guarded it.")

    job = await yard.new(services, "", context=context_in(thread))
    await runtime.perform(job.id, work)
    ended = await yard.get(services, job)
    assert (ended.status, ended.cancel_requested_by, ended.result) == (JobStatus.CANCELLED, "ana", None)
    async with services.storage.read() as unit:
        [row] = await unit.outbox.waiting(9)
        change = await unit.changes.of_job(job.id)
    assert (row.kind, row.platform, row.job_id) == (OutboxKind.RETRACTION, "github", job.id)
    assert change is not None
    assert not change.is_open


def context_in(thread: Thread) -> JobContext:
    return JobContext(
        issue_id="42",
        issue_key=thread.name,
        user_msg="",
        display_name="Ana",
        platform_user_id="1",
        workspace_name="acme",
        issue_title="",
        repository=thread.repository,
        thread=thread,
    )


async def test_without_services_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_factory", None)
    with pytest.raises(RuntimeError, match="no services were installed"):
        await runtime.perform("any", go_on)
