"""Workers as processes of their own, on real Redis and SQLite: jobs run once, and end honestly."""

import asyncio
from pathlib import Path

import pytest
import redis

from adapters.storage import open_storage
from bot.services import Services
from jobs.queue import QUEUE_NAME
from models.job import Failure, JobStatus
from tests.jobs.yard import ENDS, SECRET, Yard, cancel, horse_of, is_gone, services_of, until

pytestmark = pytest.mark.slow


async def test_a_job_runs_and_is_settled_with_its_result(yard: Yard, services: Services) -> None:
    yard.serve()
    job = await yard.new(services, "echo")
    done = await yard.until(services, job, *ENDS)
    assert done.status is JobStatus.COMPLETED
    assert done.result is not None
    assert done.result.explanation == "finished echo"
    assert [event.data for event in done.events] == ["began echo", None]
    assert done.events[-1].type == "complete"
    assert len(yard.ledger()) == 1


async def test_a_job_runs_on_postgresql(tmp_path: Path, redis_url: str, postgres_url: str) -> None:
    yard = Yard(tmp_path, redis_url, database=postgres_url)
    storage = open_storage(postgres_url)
    await storage.initialize()
    await storage.close()
    yard.serve()
    async with services_of(yard.settings) as services:
        job = await yard.new(services, "echo")
        assert (await yard.until(services, job, *ENDS)).status is JobStatus.COMPLETED
        stopped = await yard.new(services, "stubborn")
        agent, _, handed = await yard.stubborn(stopped)
        assert handed == 0
        await cancel(services, stopped)
        assert (await yard.until(services, stopped, *ENDS, within=15)).status is JobStatus.CANCELLED
        assert is_gone(agent)
    yard.end_all()


async def test_telling_many_times_runs_it_once_and_leaves_the_queue_short(
    yard: Yard, services: Services, redis_url: str
) -> None:
    job = await yard.new(services, "echo")
    for _ in range(20):
        assert await services.queue.tell(job)
    with redis.Redis.from_url(redis_url) as client:
        assert client.llen(f"rq:queue:{QUEUE_NAME}") == 1
    yard.serve(concurrency=2)
    await yard.until(services, job, *ENDS)
    for _ in range(5):
        assert await services.queue.tell(job)  # a late hint for a finished job
    after = await yard.new(services, "echo")
    await yard.until(services, after, *ENDS)
    assert [line[0] for line in yard.ledger()] == [job.id, after.id]


async def test_the_next_in_line_starts_by_itself(yard: Yard, services: Services) -> None:
    yard.serve(concurrency=2)
    first = await yard.new(services, "wait", lock_key="acme/api#42")
    await horse_of(yard, first)
    second = await yard.new(services, "echo", lock_key="acme/api#42")
    await asyncio.sleep(1.0)  # its hint is spent while the lock is held
    assert (await yard.get(services, second)).status is JobStatus.QUEUED
    (yard.folder / "go").touch()
    assert (await yard.until(services, second, *ENDS)).status is JobStatus.COMPLETED


async def test_a_failure_says_its_reason_and_a_defect_says_nothing_secret(
    yard: Yard, services: Services
) -> None:
    yard.serve()
    failed = await yard.until(services, await yard.new(services, "fail"), *ENDS)
    assert failed.failure is Failure.CHECKS
    assert failed.failure_detail.startswith("2 of 41 tests fail\nthe log says ")
    defect = await yard.until(services, await yard.new(services, "raise"), *ENDS)
    assert defect.failure is Failure.INTERNAL
    assert "RuntimeError" in defect.failure_detail
    assert "\n" not in defect.failure_detail
    said = failed.failure_detail + defect.failure_detail + (yard.folder / "worker.log").read_text()
    assert "out of cheese" in said
    assert SECRET not in said


async def test_a_cancel_ends_an_agent_that_ignores_it_and_its_fled_child(
    yard: Yard, services: Services
) -> None:
    yard.serve()
    job = await yard.new(services, "stubborn")
    agent, fled, handed = await yard.stubborn(job)
    assert handed == 0  # neither Redis nor the database came along
    await cancel(services, job)
    ended = await yard.until(services, job, *ENDS, within=15)
    assert ended.status is JobStatus.CANCELLED
    assert is_gone(agent)
    assert is_gone(fled)


async def test_a_cancel_ends_work_that_does_not_listen(yard: Yard, services: Services) -> None:
    yard.serve()
    job = await yard.new(services, "deaf")
    horse = await horse_of(yard, job)
    await cancel(services, job)
    assert (await yard.until(services, job, *ENDS, within=15)).status is JobStatus.CANCELLED
    await until(lambda: is_gone(horse))
    after = await yard.new(services, "echo")
    await yard.until(services, after, JobStatus.COMPLETED)


async def test_the_time_limit_ends_a_job(yard: Yard, services: Services) -> None:
    yard.config["job_timeout_seconds"] = 2.0
    yard.serve()
    job = await yard.new(services, "stubborn")
    agent, fled, _ = await yard.stubborn(job)
    ended = await yard.until(services, job, *ENDS)
    assert (ended.status, ended.failure) == (JobStatus.FAILED, Failure.TIMEOUT)
    assert is_gone(agent)
    assert is_gone(fled)
