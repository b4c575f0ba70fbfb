"""A platform's bad moment in mid-job costs a pause, not the job."""

from __future__ import annotations

import asyncio

import pytest

from bot import patience
from bot.errors import ConflictError, IntegrationError, JobCancelled, NetworkError, RateLimitError
from bot.run import Run
from tests.fakes.services import Bench


async def running(bench: Bench) -> Run:
    await bench.hear("@bellhop fix")
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "w", 60)
    assert claimed is not None
    return Run(bench.services, claimed, "w")


class Moody:
    """Fails as told, then answers."""

    def __init__(self, *errors: IntegrationError) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (0.001, 0.001, 0.001))


async def test_a_failure_that_may_pass_is_waited_out() -> None:
    ask = Moody(NetworkError("asking: no answer"), NetworkError("asking: no answer"))
    assert await patience.patiently(await running(Bench()), ask) == "answer"
    assert ask.calls == 3


async def test_patience_ends() -> None:
    ask = Moody(*[NetworkError("asking: no answer")] * 9)
    with pytest.raises(NetworkError):
        await patience.patiently(await running(Bench()), ask)
    assert ask.calls == 4


@pytest.mark.parametrize("error", [ConflictError("asking: no"), RateLimitError("asking: not now", 3600.0)])
async def test_what_will_not_pass_soon_is_told_at_once(error: IntegrationError) -> None:
    ask = Moody(error)
    with pytest.raises(type(error)):
        await patience.patiently(await running(Bench()), ask)
    assert ask.calls == 1


async def test_a_cancel_ends_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (100.0,))
    bench = Bench()
    run, ask = await running(bench), Moody(NetworkError("asking: no answer"))
    waiting = asyncio.create_task(patience.patiently(run, ask))
    await asyncio.sleep(0)
    async with bench.storage.begin() as work:
        await work.jobs.request_cancel(run.job.id, "ana")
    run.cancelled.set()
    async with asyncio.timeout(5):
        with pytest.raises(JobCancelled):
            await waiting
    assert ask.calls == 1
