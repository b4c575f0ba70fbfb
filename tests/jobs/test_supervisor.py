"""The supervisor: it beats, it ends what outlived its job, and it touches nothing else."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from adapters.storage import open_storage
from bot.run import fuse_seconds
from bot.services import Services
from jobs import processes, supervisor
from jobs.supervisor import Supervisor
from models.base import now
from models.job import JobStatus
from models.worker import WorkerRecord
from tests.jobs.lodge import Clock, Sleeper, give_sign, known, remember, running
from tests.jobs.yard import Yard, is_gone, services_of, until


@pytest.fixture
async def yard(tmp_path: Path) -> Yard:
    made = Yard(tmp_path, "redis://127.0.0.1:1/0")
    storage = open_storage(made.settings.database)
    await storage.initialize()
    await storage.close()
    return made


@pytest.fixture
async def services(yard: Yard) -> AsyncIterator[Services]:
    async with services_of(yard.settings) as opened:
        yield opened


@pytest.fixture
def host(services: Services) -> Supervisor:
    moment = now()
    record = WorkerRecord(
        id="host:1:1",
        host=socket.gethostname(),
        boot_id=processes.boot_id(),
        pid=os.getpid(),
        version="1",
        started_at=moment,
        seen_at=moment,
    )
    return Supervisor(services, record)


async def test_it_beats_until_it_is_stopped_and_says_goodbye(services: Services, host: Supervisor) -> None:
    stop = asyncio.Event()
    watching = asyncio.create_task(host.watch(stop))

    async def alive() -> int:
        async with services.storage.read() as work:
            return len(await work.workers.alive(10))

    async with asyncio.timeout(20):
        while not await alive():  # noqa: ASYNC110 - a row in a database
            await asyncio.sleep(0.05)
    stop.set()
    await watching
    assert await alive() == 0


async def test_a_database_that_goes_away_does_not_end_it(
    yard: Yard, services: Services, host: Supervisor
) -> None:
    stop = asyncio.Event()
    database = yard.folder / "test.db"
    database.rename(yard.folder / "gone.db")
    watching = asyncio.create_task(host.watch(stop))
    await asyncio.sleep(0.5)
    assert not watching.done()
    stop.set()
    await watching


async def test_a_job_with_its_horse_is_left_alone(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper
) -> None:
    job, horse, agent = await running(yard, services), sleeper(), sleeper()
    await remember(services, job, horse.pid, "horse")
    await remember(services, job, agent.pid, "agent")
    await host.look()
    assert [horse.poll(), agent.poll(), len(await known(services))] == [None, None, 2]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_a_horse_without_a_sign_of_life_is_not_prolonged_any_more_and_is_ended_with_its_family(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper, clock: Clock
) -> None:
    job, horse, agent = await running(yard, services), sleeper(), sleeper()
    await remember(services, job, horse.pid, "horse")
    await remember(services, job, agent.pid, "agent")
    give_sign(yard, job)
    fuse = fuse_seconds(services.settings.lease_seconds)

    async def beat_and_look() -> None:
        await host.beat()
        await host.look()

    await clock.look(fuse, beat_and_look)
    assert horse.poll() is None
    give_sign(yard, job)
    await clock.look(fuse + 1, beat_and_look)
    assert horse.poll() is None, "it lived"
    await clock.look(2, beat_and_look)
    await until(lambda: is_gone(horse.pid) and is_gone(agent.pid))
    async with services.storage.read() as work:
        assert [each.id for each in await work.jobs.expired(5)] == [job.id]


async def test_time_in_which_the_supervisor_could_not_look_is_not_held_against_a_horse(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper, clock: Clock
) -> None:
    job, horse = await running(yard, services), sleeper()
    await remember(services, job, horse.pid, "horse")
    give_sign(yard, job)
    await host.look()
    clock.moment += 3600
    await host.look()
    assert horse.poll() is None


async def test_a_stopped_horse_is_ended_within_a_lease_while_nobody_can_write(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper, clock: Clock
) -> None:
    job, other = await running(yard, services), await running(yard, services)
    horse, busy = sleeper(), sleeper()
    await remember(services, job, horse.pid, "horse")
    await remember(services, other, busy.pid, "horse")
    horse.send_signal(signal.SIGSTOP)
    await until(lambda: psutil.Process(horse.pid).status() == psutil.STATUS_STOPPED)
    async with services.storage.begin():  # as the stopped one may be
        await clock.look(services.settings.lease_seconds, host.end_stopped)
        await until(lambda: is_gone(horse.pid))
    assert busy.poll() is None


async def test_a_horse_past_its_deadline_gets_time_to_settle_and_no_more(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper, clock: Clock
) -> None:
    job, horse = await running(yard, services), sleeper()
    await remember(services, job, horse.pid, "horse")
    overdue = job.model_copy(update={"deadline": now() - timedelta(seconds=1)})

    async def look() -> None:
        give_sign(yard, job)
        await host._look_at(overdue, job.attempt, await known(services))

    limit = supervisor.WIND_DOWN_SECONDS + fuse_seconds(services.settings.lease_seconds)
    await clock.look(limit, look)
    assert horse.poll() is None
    await clock.look(2, look)
    await until(lambda: is_gone(horse.pid))


async def test_a_beat_prolongs_the_leases_of_living_horses_and_of_no_others(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper
) -> None:
    going, stopped, cancelled, dead = [await running(yard, services) for _ in range(4)]
    horses = {}
    for job in (going, stopped, cancelled, dead):
        horses[job.id] = sleeper()
        await remember(services, job, horses[job.id].pid, "horse")
        give_sign(yard, job)
    horses[stopped.id].send_signal(signal.SIGSTOP)
    await until(lambda: psutil.Process(horses[stopped.id].pid).status() == psutil.STATUS_STOPPED)
    horses[dead.id].kill()
    await asyncio.to_thread(horses[dead.id].wait)
    async with services.storage.begin() as work:
        await work.jobs.request_cancel(cancelled.id, "ana")
    await host.beat()
    leases = {
        job.id: (await yard.get(services, job)).lease_until for job in (going, stopped, cancelled, dead)
    }
    assert leases.pop(going.id) != going.lease_until
    assert leases == {job.id: job.lease_until for job in (stopped, cancelled, dead)}


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_horse_that_stands_still_is_ended_and_its_job_given_back(
    yard: Yard,
    services: Services,
    host: Supervisor,
    sleeper: Sleeper,
    clock: Clock,
    is_cancelled: bool,
) -> None:
    job, horse = await running(yard, services), sleeper()
    await remember(services, job, horse.pid, "horse")
    if is_cancelled:
        async with services.storage.begin() as work:
            await work.jobs.request_cancel(job.id, "ana")
    lease_seconds = services.settings.lease_seconds
    limit = lease_seconds if is_cancelled else fuse_seconds(lease_seconds)
    await clock.look(limit + 1, host.look)
    assert horse.poll() is None
    await clock.look(1, host.look)
    await until(lambda: is_gone(horse.pid))
    async with services.storage.read() as work:
        assert [each.id for each in await work.jobs.expired(5, patience_seconds=99)] == [job.id]


async def test_agents_without_a_horse_end_and_their_job_is_given_back(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper
) -> None:
    job, horse, agent = await running(yard, services), sleeper(), sleeper()
    await remember(services, job, horse.pid, "horse")
    await remember(services, job, agent.pid, "agent")
    horse.kill()
    await asyncio.to_thread(horse.wait)
    await host.look()
    assert [is_gone(agent.pid), await known(services)] == [True, []]
    async with services.storage.read() as work:
        assert [each.id for each in await work.jobs.expired(5)] == [job.id]


async def test_a_horse_whose_job_is_over_gets_time_to_leave_and_no_more(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, horse = await running(yard, services), sleeper()
    await remember(services, job, horse.pid, "horse")
    async with services.storage.begin() as work:
        await work.jobs.settle(job.id, job.attempt, JobStatus.FAILED)
    await host.look()
    await host.look()
    assert horse.poll() is None
    monkeypatch.setattr(supervisor, "WIND_DOWN_SECONDS", 0.0)
    await asyncio.sleep(0.01)
    await host.look()
    await until(lambda: is_gone(horse.pid))


async def test_what_another_boot_recorded_is_forgotten_and_nobody_is_killed_for_it(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper
) -> None:
    job, bystander = await running(yard, services), sleeper()
    await remember(services, job, bystander.pid, "agent", boot_id="the boot before")
    await host.look()
    assert await known(services) == []
    assert bystander.poll() is None


async def test_another_host_s_processes_are_not_its_business(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper
) -> None:
    job, bystander = await running(yard, services), sleeper()
    await remember(services, job, bystander.pid, "agent", host="another")
    await host.look()
    assert bystander.poll() is None
    async with services.storage.read() as work:
        assert len(await work.workers.processes("another")) == 1


async def test_a_new_attempt_ends_what_the_earlier_ones_left(
    yard: Yard, services: Services, sleeper: Sleeper
) -> None:
    job, horse, agent, ours = await running(yard, services), sleeper(), sleeper(), sleeper()
    await remember(services, job, horse.pid, "horse")
    await remember(services, job, agent.pid, "agent")
    second = job.model_copy(update={"attempt": 2})
    await remember(services, second, ours.pid, "horse")
    await supervisor.reap_earlier(services, second)
    assert is_gone(horse.pid)
    assert is_gone(agent.pid)
    assert ours.poll() is None
    assert [each.pid for each in await known(services)] == [ours.pid]


async def test_trees_of_dead_jobs_are_swept_and_those_of_living_ones_stay(
    yard: Yard, services: Services, host: Supervisor, sleeper: Sleeper
) -> None:
    job = await running(yard, services)
    await remember(services, job, sleeper().pid, "horse")
    work = yard.settings.data_dir / "work"
    for job_id in (job.id, "11111111-2222-3333-4444-555555555555"):
        (work / f"{job_id}-1" / "tree").mkdir(parents=True)
    await host.look()
    assert [path.name for path in work.iterdir()] == [f"{job.id}-1"]


async def test_homes_nobody_used_for_long_are_removed(yard: Yard, host: Supervisor) -> None:
    homes = yard.settings.data_dir / "homes"
    for name in ("old", "new"):
        (homes / name).mkdir(parents=True)
    os.utime(homes / "old", (0, 0))
    await host.look()
    assert [path.name for path in homes.iterdir()] == ["new"]
