"""A worker host as a whole: how it stops, and what shows of it from outside."""

import asyncio
import signal
import subprocess

import psutil
import pytest

from bot.services import Services
from models.job import JobStatus
from tests.jobs.yard import ENDS, Yard, horse_of, is_gone, until

pytestmark = pytest.mark.slow


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
    await until(lambda: is_gone(horse) and all(is_gone(child.pid) for child in children))
    assert (await yard.get(services, job)).status is JobStatus.RUNNING, "whoever comes next finds it"


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
