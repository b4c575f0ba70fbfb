"""Jobs that are stopped in the middle: by a person, a shutdown, or because somebody else owns them now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from jobs import attempt
from models.job import JobEventType, JobStatus
from tests.bot.bench import Shop, assert_nothing_is_left, cancelled_at, card, lines, of_type, seconds_of
from tests.fakes.workshop import FakeRunning


async def test_cancelled_while_the_agent_works() -> None:
    shop = Shop()

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        async def hook() -> None:
            await cancel()
            await asyncio.sleep(30)

        shop.agent.hook = hook

    job = await cancelled_at(shop, place)
    assert_nothing_is_left(shop, job)
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {seconds_of(job)}."
    assert shop.runner.stops > 0
    assert shop.world.pushes == []


async def test_cancelled_while_checks_run_is_no_failure_of_the_checks() -> None:
    shop = Shop()

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        async def interrupted() -> None:
            await cancel()
            await asyncio.sleep(0.5)  # until the lease's keeper notices; the runner ends the command then

        running = FakeRunning(["interrupted"], code=-2, reason="stopped", hook=interrupted)
        shop.runner.ends["pytest -q"] = running

    job = await cancelled_at(shop, place)
    assert_nothing_is_left(shop, job)
    assert shop.world.pushes == []
    assert of_type(job.events, JobEventType.CHECK) == []


async def test_cancelled_before_the_push() -> None:
    shop = Shop()

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        shop.runner.ends["pytest -q"] = FakeRunning(["3 passed in 0.1s"], hook=cancel)

    job = await cancelled_at(shop, place)
    assert_nothing_is_left(shop, job)
    assert shop.world.pushes == []
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {seconds_of(job)}."


@pytest.mark.parametrize("when", ["before_push", "after_push"])
async def test_cancelled_during_the_push_takes_the_branch_back(when: str) -> None:
    shop = Shop()

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        setattr(shop.world, when, cancel)

    job = await cancelled_at(shop, place)
    assert_nothing_is_left(shop, job)
    assert shop.world.pushes == [f"bellhop/{job.handle}"]
    assert "delete_branch" in shop.platform.calls
    assert shop.platform.pulls == []
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {seconds_of(job)}. Branch removed."


async def test_cancelled_while_the_pull_request_is_opened_closes_it_again() -> None:
    shop = Shop()

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        open_pull = shop.platform.open_pull

        async def opened(draft: object) -> object:
            pull = await open_pull(draft)  # type: ignore[arg-type]
            await cancel()
            return pull

        shop.platform.open_pull = opened  # type: ignore[method-assign, assignment]

    job = await cancelled_at(shop, place)
    assert [pull.is_open for pull in shop.platform.pulls] == [False]
    assert_nothing_is_left(shop, job)
    assert card(job).headline.endswith("Branch removed.")


async def test_a_cancelled_follow_up_leaves_the_branch_that_people_know() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.agent.writes = {"NOTES.md": "why"}
    job = await shop.accept("@bellhop please write down why", comment_id="78")

    async def cancel() -> None:
        await shop.cancel(job)

    shop.world.after_push = cancel
    ended = await shop.work(job)
    assert ended.status is JobStatus.CANCELLED
    assert shop.platform.pulls[0].is_open
    assert "delete_branch" not in shop.platform.calls
    assert shop.world.tip(f"bellhop/{first.handle}") is not None


async def test_a_slow_push_is_ended_and_taken_back_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "LAST_WORDS_SECONDS", 0.1)
    shop = Shop()

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        async def slow() -> None:
            await cancel()
            await asyncio.sleep(1.5)  # the lease's keeper notices, and the work is asked to stop meanwhile

        shop.world.before_push = slow

    job = await cancelled_at(shop, place)
    assert_nothing_is_left(shop, job)
    assert shop.world.pushes == [f"bellhop/{job.handle}"]
    assert "delete_branch" in shop.platform.calls


async def test_a_shutdown_in_the_middle_of_publishing_lets_it_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "LAST_WORDS_SECONDS", 0.1)
    shop = Shop()
    job = await shop.accept()

    async def deploy() -> None:
        shop.shutdown.set()
        await asyncio.sleep(0.5)

    shop.world.before_push = deploy
    job = await shop.work(job)
    assert job.status is JobStatus.COMPLETED
    assert shop.platform.pulls[0].is_open


async def test_a_shutdown_while_checks_run_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    job = await shop.accept()

    async def deploy() -> None:
        shop.shutdown.set()

    shop.runner.ends["pytest -q"] = FakeRunning([], code=-2, reason="stopped", hook=deploy)
    job = await shop.work(job)
    assert job.status is JobStatus.RUNNING  # its lease is over: the next attempt begins at once
    assert shop.world.pushes == []


async def test_who_lost_the_lease_pushes_and_writes_nothing() -> None:
    shop = Shop()
    job = await shop.accept()

    async def lose() -> None:
        await shop.lose(job)

    shop.agent.hook = lose
    ended = await shop.work(job)
    assert (ended.status, ended.attempt) == (JobStatus.QUEUED, 2)
    assert (shop.world.pushes, shop.platform.pulls) == ([], [])
    assert "Publishing" not in lines(ended)
    assert ended.result is None


async def test_who_lost_the_lease_after_the_push_opens_nothing() -> None:
    shop = Shop()
    job = await shop.accept()

    async def lose() -> None:
        await shop.lose(job)

    shop.world.after_push = lose
    ended = await shop.work(job)
    assert (ended.status, ended.attempt) == (JobStatus.QUEUED, 2)
    assert shop.platform.pulls == []
    assert "delete_branch" not in shop.platform.calls
