"""Workers as separate processes on real Redis and SQLite: jobs run once, end honestly, and survive every kill."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import redis

from adapters.storage import open_storage
from bot.errors import ConfigurationError
from bot.services import Services
from jobs import host
from jobs.queue import QUEUE_NAME
from models.job import Failure, Job, JobStatus
from tests.jobs.yard import SECRET, Yard, is_gone, services_of, until
from tests.services.redis import RedisServer

ENDS = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)

pytestmark = pytest.mark.slow


@pytest.fixture
async def app(yard: Yard, services: Services) -> AsyncIterator[None]:
    """The app's loops, beside the test."""
    playing = asyncio.create_task(yard.play_app(services))
    yield
    playing.cancel()
    await asyncio.wait({playing})


async def horse_of(yard: Yard, job: Job, attempt: int = 1) -> int:
    """The pid of the process that does the job."""
    wanted = [job.id, str(attempt)]
    await until(lambda: any(line[:2] == wanted for line in yard.ledger()))
    return next(int(line[2]) for line in yard.ledger() if line[:2] == wanted)


async def cancel(services: Services, job: Job) -> None:
    async with services.storage.begin() as work:
        await work.jobs.request_cancel(job.id, "ana")


async def test_a_job_runs_and_is_settled_with_its_result(yard: Yard, services: Services) -> None:
    yard.serve()
    job = await yard.new(services, "echo")
    done = await yard.until(services, job, *ENDS)
    assert done.status is JobStatus.COMPLETED
    assert done.result is not None
    assert done.result.explanation == "finished echo"
    assert [event.data for event in done.events] == ["began echo"]
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


@pytest.mark.usefixtures("app")
async def test_a_killed_horse_leaves_no_agent_and_its_job_is_tried_again(
    yard: Yard, services: Services
) -> None:
    yard.serve()
    job = await yard.new(services, "stubborn")
    agent, _, _ = await yard.stubborn(job)
    os.kill(await horse_of(yard, job), signal.SIGKILL)
    await horse_of(yard, job, attempt=2)
    assert is_gone(agent)
    (yard.folder / "go").touch()
    ended = await yard.until(services, job, *ENDS)
    assert (ended.status, ended.attempt) == (JobStatus.COMPLETED, 2)


@pytest.mark.usefixtures("app")
async def test_a_killed_worker_s_job_goes_on_and_its_place_is_filled(yard: Yard, services: Services) -> None:
    parent = yard.serve()
    job = await yard.new(services, "wait")
    horse = psutil.Process(await horse_of(yard, job))
    worker = horse.parent()
    assert worker is not None
    worker.kill()
    other = await yard.new(services, "echo")
    assert (await yard.until(services, other, *ENDS)).status is JobStatus.COMPLETED
    assert horse.is_running()
    (yard.folder / "go").touch()
    ended = await yard.until(services, job, *ENDS)
    assert (ended.status, ended.attempt) == (JobStatus.COMPLETED, 1)
    assert parent.poll() is None


@pytest.mark.parametrize("victim", ["worker", "horse"])
@pytest.mark.usefixtures("app")
async def test_a_cancel_holds_although_its_worker_or_horse_is_dead(
    yard: Yard, services: Services, victim: str
) -> None:
    yard.serve()
    job = await yard.new(services, "stubborn")
    agent, _, _ = await yard.stubborn(job)
    horse = psutil.Process(await horse_of(yard, job))
    worker = horse.parent()
    assert worker is not None
    await cancel(services, job)
    (worker if victim == "worker" else horse).kill()
    ended = await yard.until(services, job, *ENDS, within=15)
    assert ended.status is JobStatus.CANCELLED
    assert is_gone(agent)
    assert len(yard.ledger()) == 1


@pytest.mark.usefixtures("app")
async def test_a_whole_host_killed_at_once_loses_nothing(yard: Yard, services: Services) -> None:
    parent = yard.serve()
    job = await yard.new(services, "stubborn")
    agent, _, _ = await yard.stubborn(job)
    for process in [psutil.Process(parent.pid), *psutil.Process(parent.pid).children(recursive=True)]:
        if process.pid != agent:
            process.kill()
    parent.wait()
    assert not is_gone(agent)
    yard.serve()
    await horse_of(yard, job, attempt=2)
    assert is_gone(agent)
    (yard.folder / "go").touch()
    assert (await yard.until(services, job, *ENDS)).attempt == 2


async def stop_supervisor(parent: int, horse: int) -> None:
    """So that a horse has nobody but itself."""
    worker = psutil.Process(horse).ppid()
    supervisors = [each for each in psutil.Process(parent).children() if each.pid != worker]
    assert len(supervisors) == 1
    supervisors[0].suspend()


@pytest.mark.usefixtures("app")
async def test_a_horse_stopped_for_longer_than_its_lease_notices_and_ends(
    yard: Yard, services: Services
) -> None:
    parent = yard.serve()
    job = await yard.new(services, "stubborn", max_attempts=1)
    agent, fled, _ = await yard.stubborn(job)
    horse = await horse_of(yard, job)
    await stop_supervisor(parent.pid, horse)
    os.kill(horse, signal.SIGSTOP)
    lost = await yard.until(services, job, *ENDS)
    assert (lost.status, lost.failure) == (JobStatus.FAILED, Failure.LOST)
    assert not is_gone(agent)
    os.kill(horse, signal.SIGCONT)
    await until(lambda: is_gone(horse) and is_gone(agent) and is_gone(fled))
    assert await yard.get(services, job) == lost  # not a word more


@pytest.mark.usefixtures("app")
async def test_a_stopped_horse_is_ended_before_the_next_attempt_begins(
    yard: Yard, services: Services
) -> None:
    yard.serve(concurrency=2)
    job = await yard.new(services, "stubborn")
    agent, _, _ = await yard.stubborn(job)
    horse = await horse_of(yard, job)
    os.kill(horse, signal.SIGSTOP)
    await horse_of(yard, job, attempt=2)
    assert is_gone(horse)
    assert is_gone(agent)
    (yard.folder / "go").touch()
    assert (await yard.until(services, job, *ENDS)).attempt == 2


@pytest.mark.usefixtures("app")
async def test_a_horse_whose_loop_hangs_is_gone_before_its_lease(yard: Yard, services: Services) -> None:
    yard.serve(concurrency=2)
    job = await yard.new(services, "hang the loop", max_attempts=1)
    horse = await horse_of(yard, job)
    ended = await yard.until(services, job, *ENDS)
    assert (ended.status, ended.failure) == (JobStatus.FAILED, Failure.LOST)
    assert is_gone(horse)


@pytest.mark.usefixtures("app")
async def test_redis_killed_and_restarted_in_mid_job_costs_nothing(
    yard: Yard, services: Services, redis_server: RedisServer
) -> None:
    yard.serve()
    job = await yard.new(services, "wait")
    await horse_of(yard, job)
    redis_server.kill()
    waiting = await yard.new(services, "echo")
    assert not await services.queue.tell(waiting)
    (yard.folder / "go").touch()
    assert (await yard.until(services, job, *ENDS)).status is JobStatus.COMPLETED
    redis_server.start()
    ended = await yard.until(services, waiting, *ENDS)
    assert (ended.status, ended.attempt) == (JobStatus.COMPLETED, 1)


@pytest.mark.usefixtures("app")
async def test_a_wiped_redis_is_told_again(yard: Yard, services: Services, redis_server: RedisServer) -> None:
    jobs = [await yard.new(services, "echo") for _ in range(3)]
    redis_server.wipe()
    yard.serve()
    for job in jobs:
        assert (await yard.until(services, job, *ENDS)).status is JobStatus.COMPLETED
    redis_server.wipe()  # also what an idle worker thinks it is
    late = await yard.new(services, "echo")
    assert (await yard.until(services, late, *ENDS)).status is JobStatus.COMPLETED
    assert len(yard.ledger()) == 4


@pytest.mark.usefixtures("app")
async def test_stopping_a_host_lets_short_jobs_end_and_gives_long_ones_back(
    yard: Yard, services: Services
) -> None:
    parent = yard.serve()
    job = await yard.new(services, "stubborn")
    agent, fled, _ = await yard.stubborn(job)
    parent.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.5)
    parent.send_signal(signal.SIGTERM)  # twice: in a hurry
    assert await asyncio.to_thread(parent.wait, 40) == 0
    assert is_gone(agent)
    assert is_gone(fled)
    assert (await yard.until(services, job, JobStatus.QUEUED, attempt=2)).attempt == 2
    async with services.storage.read() as work:
        assert await work.workers.alive(60) == []


async def test_a_host_without_work_stops_at_once_and_says_so(yard: Yard, services: Services) -> None:
    parent = yard.serve(concurrency=2)
    async with asyncio.timeout(20):
        while True:
            async with services.storage.read() as work:
                alive = await work.workers.alive(10)
            if alive:
                break
            await asyncio.sleep(0.1)
    assert (alive[0].pid, alive[0].capacity) == (parent.pid, 2)
    parent.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(parent.wait, 20) == 0
    async with services.storage.read() as work:
        assert await work.workers.alive(10) == []


async def test_a_host_stops_when_whoever_started_it_is_gone(yard: Yard) -> None:
    parent = yard.serve(stdin=subprocess.PIPE)
    await until(lambda: len(psutil.Process(parent.pid).children()) == 2)
    assert parent.stdin is not None
    parent.stdin.close()
    assert await asyncio.to_thread(parent.wait, 30) == 0


async def test_a_killed_host_s_children_end_by_themselves(yard: Yard, services: Services) -> None:
    parent = yard.serve()
    job = await yard.new(services, "wait")
    horse = await horse_of(yard, job)
    children = psutil.Process(parent.pid).children()
    parent.kill()
    await until(lambda: any(is_gone(child.pid) for child in children))  # the supervisor, and an idle worker
    assert not is_gone(horse)
    (yard.folder / "go").touch()
    assert (await yard.until(services, job, *ENDS)).status is JobStatus.COMPLETED
    await until(lambda: all(is_gone(child.pid) for child in children))


async def test_no_secret_shows_in_the_list_of_processes(
    yard: Yard, services: Services, redis_url: str
) -> None:
    parent = yard.serve()
    job = await yard.new(services, "wait")
    await horse_of(yard, job)
    password = redis_url.partition("://:")[2].partition("@")[0]
    for process in psutil.Process(parent.pid).children(recursive=True):
        assert password not in " ".join(process.cmdline())
    (yard.folder / "go").touch()
    await yard.until(services, job, *ENDS)


def test_a_worker_elsewhere_refuses_a_sqlite_database(yard: Yard) -> None:
    with pytest.raises(ConfigurationError, match="BELLHOP_DATABASE_URL: start the app on this host first"):
        host.check(yard.settings)
    host.mark(yard.settings)
    host.check(yard.settings)
    marker = yard.folder / "test.db.host"
    marker.write_text('{"host": "another", "boot_id": "another boot"}')
    with pytest.raises(ConfigurationError, match="is used on host another"):
        host.check(yard.settings)
