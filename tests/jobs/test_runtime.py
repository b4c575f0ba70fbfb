"""One job in this process, on a real database that now and then is away."""

import asyncio
import os
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.storage import open_storage
from bot.errors import IntegrationError, JobCancelled, JobFailed, LeaseLost, StorageUnavailable
from bot.ports import UnitOfWork
from bot.run import Run
from bot.services import Services
from jobs import runtime
from models.agent import AgentState
from models.job import Failure, Job, JobEventType, JobResult, JobStatus
from tests.jobs.yard import SECRET, Yard


class Told:
    """A queue that remembers."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def tell(self, job: Job) -> bool:
        self.ids.append(job.id)
        return True

    async def close(self) -> None: ...


class Moody:
    """A storage whose writes fail while `is_away`."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self.is_away = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.is_away:
            raise StorageUnavailable("writing to the database: it is away")
        begun: AbstractAsyncContextManager[UnitOfWork] = self._storage.begin()
        return begun


@pytest.fixture
async def yard(tmp_path: Path) -> Yard:
    made = Yard(tmp_path, "redis://127.0.0.1:1/0", lease_seconds=6.0, renew_seconds=0.2)
    storage = open_storage(made.settings.database)
    await storage.initialize()
    await storage.close()
    return made


@pytest.fixture
async def services(yard: Yard) -> AsyncIterator[Services]:
    nothing: Any = None
    storage = open_storage(yard.settings.database, owner="test")
    made = Services(
        settings=yard.settings,
        storage=Moody(storage),
        queue=Told(),
        platforms={},
        workspaces=nothing,
        runner=nothing,
        agents={},
        owner="test",
        known_secrets=(SECRET,),
    )

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        yield made

    runtime.install(open_services)
    yield made
    await storage.close()


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


async def go_on(run: Run) -> JobResult:
    return JobResult(result="done")


async def test_a_job_that_is_not_there_or_done_is_nobody_s_turn(yard: Yard, services: Services) -> None:
    async def never(run: Run) -> JobResult:
        raise AssertionError

    await runtime.perform("no such job", never)
    job = await yard.new(services, "")
    await runtime.perform(job.id, go_on)
    await runtime.perform(job.id, never)
    assert (await yard.get(services, job)).status is JobStatus.COMPLETED


async def test_events_are_written_in_order_before_the_end(yard: Yard, services: Services) -> None:
    async def work(run: Run) -> JobResult:
        for number in range(5):
            run.event(JobEventType.LOG, str(number))
        return JobResult()

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    assert [event.data for event in (await yard.get(services, job)).events] == list("01234")


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


@pytest.mark.parametrize(
    ("raised", "status", "failure"),
    [
        (JobFailed(Failure.POLICY, "the change touches CI"), JobStatus.FAILED, Failure.POLICY),
        (IntegrationError("opening the pull request: 500"), JobStatus.FAILED, Failure.UPSTREAM),
        (ZeroDivisionError("division by zero"), JobStatus.FAILED, Failure.INTERNAL),
        (LeaseLost("another attempt owns it"), JobStatus.RUNNING, None),
    ],
)
async def test_what_the_work_raises_decides_the_end(
    yard: Yard, services: Services, raised: Exception, status: JobStatus, failure: Failure | None
) -> None:
    async def work(run: Run) -> JobResult:
        raise raised

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    ended = await yard.get(services, job)
    assert (ended.status, ended.failure) == (status, failure)


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
    assert [event.data for event in ended.events] == ["kept"]


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


async def test_a_database_that_stays_away_stops_the_work_before_the_lease_ends(
    yard: Yard, services: Services
) -> None:
    storage: Any = services.storage
    stopped = []

    async def stop() -> None:
        stopped.append(True)

    async def work(run: Run) -> JobResult:
        run.stoppers.append(stop)
        storage.is_away = True
        try:
            await asyncio.sleep(60)
        finally:
            storage.is_away = False
        return JobResult()

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    assert stopped
    assert (await yard.get(services, job)).status is JobStatus.RUNNING  # the recovery's business now


async def test_the_next_in_line_is_told(yard: Yard, services: Services) -> None:
    first = await yard.new(services, "", lock_key="acme/api#42")
    second = await yard.new(services, "", lock_key="acme/api#42")
    told: Any = services.queue
    told.ids.clear()
    await runtime.perform(first.id, go_on)
    assert told.ids == [second.id]


async def test_a_cancel_beats_what_comes_after_it(yard: Yard, services: Services) -> None:
    async def work(run: Run) -> JobResult:
        async with services.storage.begin() as unit:
            await unit.jobs.request_cancel(run.job.id, "ana")
        with pytest.raises(JobCancelled):
            await run.check()
        return JobResult(result="too late")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    ended = await yard.get(services, job)
    assert (ended.status, ended.cancel_requested_by) == (JobStatus.CANCELLED, "ana")


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


async def test_without_services_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_factory", None)
    with pytest.raises(RuntimeError, match="no services were installed"):
        await runtime.perform("any", go_on)


async def test_the_time_limit_counts_from_the_first_start(yard: Yard, services: Services) -> None:
    left = []

    async def work(run: Run) -> JobResult:
        start = run.job.start_time
        assert start is not None
        later = Run(
            services, run.job.model_copy(update={"start_time": start.replace(year=start.year - 1)}), "w"
        )
        left.extend([run.seconds_left(), later.seconds_left()])
        return JobResult()

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    assert left[0] > 500
    assert left[1] == 1.0


async def test_a_stopped_agent_may_say_so_before_the_work_is_cancelled(
    yard: Yard, services: Services
) -> None:
    async def work(run: Run) -> JobResult:
        ended = asyncio.Event()

        async def stop() -> None:
            ended.set()

        run.stoppers.append(stop)
        async with services.storage.begin() as unit:
            await unit.jobs.request_cancel(run.job.id, "ana")
        await ended.wait()
        await run.agent_state(AgentState.STOPPED)
        raise JobFailed(Failure.AGENT, "the agent gave up")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    ended = await yard.get(services, job)
    assert (ended.status, ended.agent_state, ended.failure) == (JobStatus.CANCELLED, AgentState.STOPPED, None)


@pytest.mark.parametrize(("is_done", "status"), [(True, JobStatus.COMPLETED), (False, JobStatus.FAILED)])
async def test_what_was_done_when_the_time_was_over_counts(
    yard: Yard, services: Services, is_done: bool, status: JobStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "seconds_left", lambda run: 0.3)

    async def work(run: Run) -> JobResult:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:  # in the middle of a push: it is finished first
            run.cancelled.set()
            if not is_done:
                raise
        return JobResult(result="pushed")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    ended = await yard.get(services, job)
    assert ended.status is status
    assert ended.failure is (None if is_done else Failure.TIMEOUT)


async def test_work_that_loses_its_database_gives_the_job_back_at_once(
    yard: Yard, services: Services
) -> None:
    async def work(run: Run) -> JobResult:
        raise StorageUnavailable("recording the agent's state: the database is away")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    async with services.storage.read() as unit:
        assert [each.id for each in await unit.jobs.expired(5)] == [job.id]
