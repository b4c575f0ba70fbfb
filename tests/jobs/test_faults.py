"""Kill, stop, hang and wipe whatever takes part in a job: the job comes to its end all the same."""

import asyncio
import os
import signal
import socket

import psutil
import pytest

from bot.services import Services
from models.job import Failure, JobStatus
from models.worker import ProcessRecord
from tests.jobs.yard import ENDS, Yard, cancel, horse_of, is_gone, until
from tests.services.redis import RedisServer

pytestmark = pytest.mark.slow


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
    while agent not in {each.pid for each in await recorded(services)}:  # noqa: ASYNC110 - a row in a database
        await asyncio.sleep(0.05)
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


async def recorded(services: Services) -> list[ProcessRecord]:
    async with services.storage.read() as work:
        return await work.workers.processes(socket.gethostname())


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
async def test_a_horse_that_hangs_with_python_s_lock_is_ended_and_its_job_is_lost(
    yard: Yard, services: Services
) -> None:
    yard.serve()
    job = await yard.new(services, "hold the lock", max_attempts=1)
    horse = await horse_of(yard, job)
    ended = await yard.until(services, job, *ENDS)
    assert (ended.status, ended.failure) == (JobStatus.FAILED, Failure.LOST)
    assert is_gone(horse)
    after = await yard.new(services, "echo")
    assert (await yard.until(services, after, *ENDS)).status is JobStatus.COMPLETED, "its place is free"


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
