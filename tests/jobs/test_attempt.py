"""What ends an attempt, and how."""

import asyncio
from typing import Any

import pytest

from bot.errors import IntegrationError, JobCancelled, JobFailed, LeaseLost, StorageUnavailable
from bot.run import Run
from bot.services import Services
from jobs import runtime, settlement
from models.agent import AgentState
from models.job import Failure, JobResult, JobStatus
from tests.jobs.desk import services, yard
from tests.jobs.yard import Yard

__all__ = ["services", "yard"]


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


async def test_work_that_loses_its_database_gives_the_job_back_at_once_and_uncounted(
    yard: Yard, services: Services
) -> None:
    async def work(run: Run) -> JobResult:
        raise StorageUnavailable("recording the agent's state: the database is away")

    job = await yard.new(services, "")
    await runtime.perform(job.id, work)
    given = await yard.get(services, job)
    assert (given.status, given.attempt, given.max_attempts) == (JobStatus.QUEUED, 2, job.max_attempts + 1)
    assert given.events[-1].data == settlement.GIVEN_OVER
