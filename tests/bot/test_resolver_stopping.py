"""Jobs that are stopped in the middle: by a person, a shutdown, or because somebody else owns them now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import recovery
from bot.errors import AuthenticationError, ConflictError, NetworkError
from jobs import attempt
from models.job import Job, JobEventType, JobStatus
from tests.bot.bench import Shop, card, lines, of_type
from tests.fakes.workshop import FakeRunning


async def cancelled_at(shop: Shop, place: Callable[[Callable[[], Awaitable[None]]], None]) -> Job:
    """A job that is asked to stop at `place`, and as it ended."""
    job = await shop.accept()

    async def cancel() -> None:
        await shop.cancel(job)

    place(cancel)
    await shop.work(job)
    await shop.deliver_answers()
    return await shop.job(job.id)


def assert_nothing_is_left(shop: Shop, job: Job) -> None:
    assert job.status is JobStatus.CANCELLED
    assert all(not pull.is_open for pull in shop.platform.pulls)
    change = shop.storage._memory.changes
    assert all(not each.is_open for each in change.values())


async def test_cancelled_while_the_agent_works() -> None:
    shop = Shop()

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        async def hook() -> None:
            await cancel()
            await asyncio.sleep(30)

        shop.agent.hook = hook

    job = await cancelled_at(shop, place)
    assert_nothing_is_left(shop, job)
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {_seconds(job)}."
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
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {_seconds(job)}."


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
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {_seconds(job)}. Branch removed."


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


def between_the_last_check_and_the_end(shop: Shop) -> Callable[[Callable[[], Awaitable[None]]], None]:
    """The work is done; its end is not yet written."""

    def place(cancel: Callable[[], Awaitable[None]]) -> None:
        shop.before_settling = cancel

    return place


async def test_cancelled_after_the_last_look_the_pull_request_is_closed_all_the_same() -> None:
    shop = Shop()
    job = await cancelled_at(shop, between_the_last_check_and_the_end(shop))
    assert [pull.is_open for pull in shop.platform.pulls] == [False]
    assert_nothing_is_left(shop, job)
    assert "delete_branch" in shop.platform.calls
    told = card(job)
    assert told.headline == f"⏹ {job.handle} stopped by @ana after {_seconds(job)}. Branch removed."
    assert lines(job)[-1] == f"Closed PR #900 and removed `bellhop/{job.handle}`"
    assert told.body == "", "what was done is undone: its summary says nothing true any more"
    assert f"stopped by @ana after {_seconds(job)}. Branch removed." in shop.answers[0]


async def test_cancelled_after_failing_checks_their_branch_goes_too() -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = FakeRunning(["1 failed in 0.1s"], code=1)
    job = await cancelled_at(shop, between_the_last_check_and_the_end(shop))
    assert_nothing_is_left(shop, job)
    assert shop.world.pushes == [f"bellhop/{job.handle}"]
    assert "delete_branch" in shop.platform.calls
    assert card(job).headline.endswith("Branch removed.")
    assert card(job).details == ""


async def test_a_cancelled_follow_up_keeps_its_push_and_says_so() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.agent.writes = {"NOTES.md": "why"}
    job = await shop.accept("@bellhop please write down why", comment_id="78")

    async def cancel() -> None:
        await shop.cancel(job)

    shop.before_settling = cancel
    ended = await shop.work(job)
    await shop.deliver_answers()
    assert ended.status is JobStatus.CANCELLED
    assert shop.platform.pulls[0].is_open
    assert "delete_branch" not in shop.platform.calls
    assert card(ended).headline.endswith(f"Branch kept: `bellhop/{first.handle}`.")


async def test_the_next_in_line_starts_afresh_while_the_branch_is_taken_back() -> None:
    shop = Shop()
    job = await shop.accept()

    async def cancel() -> None:
        await shop.cancel(job)

    shop.before_settling = cancel
    await shop.work(job)
    shop.before_settling = None
    following = await shop.ask("@bellhop fix it again", comment_id="78")
    assert following.status is JobStatus.COMPLETED
    await shop.deliver_answers()
    assert [(pull.head_ref, pull.is_open) for pull in shop.platform.pulls] == [
        (f"bellhop/{job.handle}", False),
        (f"bellhop/{following.handle}", True),
    ]


async def test_a_forge_that_is_away_is_asked_again_to_take_back() -> None:
    shop = Shop()
    shop.platform.failures["close_pull"] = [NetworkError("closing: no answer")]
    shop.platform.failures["delete_branch"] = [AuthenticationError("deleting: the token is refused")]
    job = await cancelled_at(shop, between_the_last_check_and_the_end(shop))
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {_seconds(job)}."
    assert shop.platform.pulls[0].is_open
    for _ in range(2):
        async with shop.storage.begin() as work:
            await work.outbox.revive(None)
        await shop.deliver_answers()
    job = await shop.job(job.id)
    assert_nothing_is_left(shop, job)
    assert card(job).headline.endswith("Branch removed.")
    assert len([line for line in lines(job) if "removed" in line]) == 1


async def test_a_branch_that_cannot_be_removed_is_told() -> None:
    shop = Shop()
    shop.platform.failures["delete_branch"] = [ConflictError("deleting: the branch is protected")]
    job = await cancelled_at(shop, between_the_last_check_and_the_end(shop))
    assert not shop.platform.pulls[0].is_open
    assert card(job).headline.endswith(f"Branch kept: `bellhop/{job.handle}`.")
    assert "the branch is protected" in lines(job)[-1]


@pytest.mark.parametrize("when", ["before_push", "after_push"])
async def test_cancelled_while_it_waits_for_another_attempt(when: str) -> None:
    shop = Shop()
    job = await shop.accept()

    async def lose() -> None:
        shop.platform.branches.add(f"bellhop/{job.handle}")
        await shop.lose(job)

    setattr(shop.world, when, lose)
    assert (await shop.work(job)).status is JobStatus.QUEUED
    assert shop.world.pushes == [f"bellhop/{job.handle}"]
    await shop.hear(f"/bellhop cancel {job.handle}", comment_id="78")
    job = await shop.job(job.id)
    assert_nothing_is_left(shop, job)
    assert "delete_branch" in shop.platform.calls
    assert card(job).headline.endswith("Branch removed.")


async def test_cancelled_and_its_worker_killed_in_the_middle_of_publishing() -> None:
    shop = Shop()
    job = await shop.accept()

    async def cancel_and_die() -> None:
        shop.platform.branches.add(f"bellhop/{job.handle}")
        await shop.cancel(job)
        rows = shop.storage._memory.jobs
        rows[job.id] = rows[job.id].model_copy(update={"lease_until": rows[job.id].created_at})
        await recovery.recover_lost(shop.services)

    shop.world.after_push = cancel_and_die
    await shop.work(job)
    await shop.deliver_answers()
    job = await shop.job(job.id)
    assert_nothing_is_left(shop, job)
    assert "delete_branch" in shop.platform.calls
    assert card(job).headline.endswith("Branch removed.")


async def test_a_job_that_published_nothing_has_nothing_to_take_back() -> None:
    shop = Shop()
    shop.agent.writes = {}
    await cancelled_at(shop, between_the_last_check_and_the_end(shop))
    queued = await shop.accept(comment_id="78")
    await shop.hear(f"/bellhop cancel {queued.handle}", comment_id="79")
    assert {"close_pull", "delete_branch"}.isdisjoint(shop.platform.calls)


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


def _seconds(job: Job) -> str:
    assert job.end_time is not None
    assert job.start_time is not None
    return f"{int((job.end_time - job.start_time).total_seconds())}s"
