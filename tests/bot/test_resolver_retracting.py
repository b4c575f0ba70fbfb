"""Jobs that are stopped when they have published already: what is new goes again, and the card says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot import recovery
from bot.errors import AuthenticationError, ConflictError, NetworkError
from models.job import JobStatus
from tests.bot.bench import Shop, assert_nothing_is_left, cancelled_at, card, lines, seconds_of
from tests.fakes.workshop import FakeRunning


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
    assert told.headline == f"⏹ {job.handle} stopped by @ana after {seconds_of(job)}. Branch removed."
    assert lines(job)[-1] == f"Closed PR #900 and removed `bellhop/{job.handle}`"
    assert told.body == "", "what was done is undone: its summary says nothing true any more"
    assert f"stopped by @ana after {seconds_of(job)}. Branch removed." in shop.answers[0]


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
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana after {seconds_of(job)}."
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
