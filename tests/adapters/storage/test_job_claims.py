"""One job of a place runs at a time, in the order they were asked for; who lost the lease no longer decides."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import InvalidTransition
from bot.ports import Storage
from models.base import now
from models.job import Failure, Job, JobResult, JobStatus
from tests.adapters.storage.nouns import change, job, place
from tests.adapters.storage.test_jobs import found, kept, states, update

GONE = 0.0  # a lease that is over as soon as it is given


async def claim(
    storage: Storage, job_id: str = "job-1", lease_seconds: float = 60, worker: str = "w"
) -> Job | None:
    async with storage.begin() as work:
        return await work.jobs.claim(job_id, worker, lease_seconds)


async def settle(
    storage: Storage, status: JobStatus, attempt: int = 1, job_id: str = "job-1", **given: object
) -> Job:
    async with storage.begin() as work:
        return await work.jobs.settle(job_id, attempt, status, **given)  # type: ignore[arg-type]


async def cancel(storage: Storage, by: str = "ana", job_id: str = "job-1") -> Job:
    async with storage.begin() as work:
        return await work.jobs.request_cancel(job_id, by)


async def test_a_claim_makes_it_run(storage: Storage) -> None:
    await kept(storage, job())
    claimed = await claim(storage)
    assert claimed is not None
    assert (claimed.status, claimed.worker, claimed.attempt, claimed.holds_lock) == ("running", "w", 1, True)
    assert claimed.context == job().context
    assert claimed.start_time is not None
    assert claimed.lease_until is not None
    assert 50 < (claimed.lease_until - now()).total_seconds() < 70
    assert await claim(storage) is None
    assert await claim(storage, "job-2") is None
    assert await states(storage) == [(None, "queued"), ("queued", "running")]


async def test_the_line_of_a_place_is_kept(storage: Storage) -> None:
    await kept(storage, job("late", 2), job("early", 1), job("twin", 2))
    assert await claim(storage, "late") is None
    assert await claim(storage, "early") is not None
    assert await claim(storage, "late") is None
    await settle(storage, JobStatus.COMPLETED, job_id="early")
    assert await claim(storage, "twin") is None
    assert await claim(storage, "late") is not None


async def test_other_places_and_jobs_without_one_wait_for_nobody(storage: Storage) -> None:
    await kept(storage, job("a"), job("b", thread=place(43)), job("c", lock_key=""), job("d", 1, lock_key=""))
    claimed = [await claim(storage, job_id) for job_id in ("a", "b", "d", "c")]
    assert [c.holds_lock for c in claimed if c] == [True, True, False, False]


async def test_racing_claims_have_one_winner(storage: Storage) -> None:
    await kept(storage, job())
    claims = await asyncio.gather(*(claim(storage, worker=str(n)) for n in range(8)))
    [winner] = [c for c in claims if c]
    assert (await found(storage)).worker == winner.worker


async def test_racing_claims_of_a_place_have_one_winner(storage: Storage) -> None:
    await kept(storage, *(job(f"job-{n}") for n in range(6)))
    claims = await asyncio.gather(*(claim(storage, f"job-{n}") for n in range(6)))
    assert [c.id for c in claims if c] == ["job-0"]


async def test_only_the_owner_renews(storage: Storage) -> None:
    await kept(storage, job())
    await claim(storage, lease_seconds=GONE)
    async with storage.begin() as work:
        assert await work.jobs.renew("job-1", 2, "w", 60) is None
        assert await work.jobs.renew("job-1", 1, "other", 60) is None
        assert await work.jobs.renew("job-2", 1, "w", 60) is None
        renewed = await work.jobs.renew("job-1", 1, "w", 60)
        assert renewed is not None
        assert await work.jobs.expired(5) == []
    await cancel(storage)
    async with storage.begin() as work:
        asked = await work.jobs.renew("job-1", 1, "w", 60)
    assert asked is not None
    assert asked.cancel_requested_by == "ana"


async def test_a_settled_job_has_all_of_its_end(storage: Storage) -> None:
    await kept(storage, job())
    await claim(storage)
    result = JobResult(result="PR #43", explanation="fixed")
    done = await settle(storage, JobStatus.COMPLETED, result=result)
    assert (done.status, done.success, done.result, done.failure) == ("completed", True, result, None)
    assert (done.holds_lock, done.lease_until) == (False, None)
    assert done.end_time is not None
    row = await found(storage)
    assert row == done.model_copy(update={"events": row.events})
    assert (await states(storage))[-1] == ("running", "completed")


async def test_a_failure_keeps_its_reason(storage: Storage) -> None:
    await kept(storage, job())
    await claim(storage)
    failed = await settle(storage, JobStatus.FAILED, failure=Failure.CHECKS, detail="2 of 41 tests fail\0")
    assert (failed.status, failed.success, failed.failure) == ("failed", False, Failure.CHECKS)
    assert (await found(storage)).failure_detail.startswith("2 of 41 tests fail")


@pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.FAILED])
async def test_an_end_loses_to_a_cancel_asked_for_before(storage: Storage, status: JobStatus) -> None:
    await kept(storage, job())
    await claim(storage)
    await cancel(storage, "bo")
    ended = await settle(storage, status, failure=Failure.AGENT)
    assert (ended.status, ended.success, ended.failure) == ("cancelled", False, None)
    assert ended.cancel_requested_by == "bo"


async def test_who_does_not_own_it_settles_nothing(storage: Storage) -> None:
    await kept(storage, job())
    with pytest.raises(InvalidTransition):
        await settle(storage, JobStatus.COMPLETED)
    await claim(storage)
    for refused in (
        settle(storage, JobStatus.COMPLETED, attempt=2),
        settle(storage, JobStatus.RUNNING),
        settle(storage, JobStatus.COMPLETED, job_id="job-2"),
    ):
        with pytest.raises(InvalidTransition):
            await refused
    await settle(storage, JobStatus.COMPLETED)
    with pytest.raises(InvalidTransition):
        await settle(storage, JobStatus.FAILED)
    assert (await found(storage)).status is JobStatus.COMPLETED


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.PARKED])
async def test_what_waits_is_cancelled_at_once(storage: Storage, status: JobStatus) -> None:
    await kept(storage, job(status=status))
    gone = await cancel(storage, "bo")
    assert (gone.status, gone.success, gone.cancel_requested_by) == ("cancelled", False, "bo")
    assert gone.end_time is not None
    assert await claim(storage) is None
    assert await cancel(storage, "cy") == gone


async def test_the_first_who_asked_is_remembered(storage: Storage) -> None:
    await kept(storage, job())
    await claim(storage)
    first = await cancel(storage, "ana")
    assert (first.status, first.cancel_requested_by) == ("running", "ana")
    assert first.cancel_requested_at is not None
    assert (await cancel(storage, "bo")).cancel_requested_by == "ana"
    with pytest.raises(InvalidTransition):
        await cancel(storage, job_id="job-2")


async def test_a_lost_job_is_queued_again_in_its_old_place(storage: Storage) -> None:
    await kept(storage, job("job-1", 1), job("job-2", 2))
    begun = await claim(storage, lease_seconds=GONE)
    assert begun is not None
    async with storage.begin() as work:
        assert [j.id for j in await work.jobs.expired(5)] == ["job-1"]
        assert await work.jobs.requeue("job-1", 2) is None
        again = await work.jobs.requeue("job-1", 1)
        assert again is not None
        assert await work.jobs.requeue("job-1", 1) is None
    assert (again.status, again.attempt, again.worker, again.holds_lock) == ("queued", 2, None, False)
    assert await claim(storage, "job-2") is None
    second = await claim(storage, "job-1", worker="w2")
    assert second is not None
    assert (second.attempt, second.start_time) == (2, begun.start_time)
    with pytest.raises(InvalidTransition):
        await settle(storage, JobStatus.COMPLETED, attempt=1)


async def test_a_living_job_is_neither_requeued_nor_given_up_nor_cancelled(storage: Storage) -> None:
    await kept(storage, job())
    await claim(storage)
    await cancel(storage)
    async with storage.begin() as work:
        assert await work.jobs.expired(5) == []
        assert await work.jobs.requeue("job-1", 1) is None
        assert await work.jobs.give_up("job-1", 1, Failure.LOST, "") is None
        assert await work.jobs.cancel_expired("job-1") is None


async def test_a_lost_job_is_given_up_with_its_reason(storage: Storage) -> None:
    await kept(storage, job())
    await claim(storage, lease_seconds=GONE)
    async with storage.begin() as work:
        assert await work.jobs.cancel_expired("job-1") is None
        failed = await work.jobs.give_up("job-1", 1, Failure.LOST, "three times")
    assert failed is not None
    assert (failed.status, failed.failure, failed.failure_detail, failed.success) == (
        "failed",
        "lost",
        "three times",
        False,
    )
    assert failed.holds_lock is False


async def test_a_lost_job_that_was_cancelled_is_cancelled_not_retried(storage: Storage) -> None:
    await kept(storage, job())
    await claim(storage, lease_seconds=GONE)
    await cancel(storage, "bo")
    async with storage.begin() as work:
        assert await work.jobs.requeue("job-1", 1) is None
        assert await work.jobs.give_up("job-1", 1, Failure.LOST, "") is None
        gone = await work.jobs.cancel_expired("job-1")
    assert gone is not None
    assert (gone.status, gone.cancel_requested_by, gone.holds_lock) == ("cancelled", "bo", False)


async def test_a_job_begun_without_a_lease_is_never_taken_for_lost(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    async with storage.begin() as work:
        assert await work.jobs.expired(5) == []
        assert await work.jobs.requeue("job-1", 1) is None


async def test_the_claimable_are_the_first_of_each_line(storage: Storage) -> None:
    other = place(43)
    await kept(
        storage,
        job("a", 1),
        job("b", 2),
        job("c", 3, thread=other),
        job("d", 0, lock_key=""),
        job("e", 4, thread=other),
    )

    async def claimable(limit: int = 9) -> list[str]:
        async with storage.read() as work:
            return [j.id for j in await work.jobs.claimable(limit)]

    assert await claimable() == ["d", "a", "c"]
    assert await claimable(1) == ["d"]
    await claim(storage, "a")
    assert await claimable() == ["d", "c"]


async def test_everybody_sees_who_is_ahead(storage: Storage) -> None:
    await kept(storage, job("a", 1), job("b", 2), job("c", 3), job("x", 0, thread=place(43)))
    await claim(storage, "a")
    async with storage.read() as work:
        third = await found(storage, "c")
        assert [j.id for j in await work.jobs.ahead_of(third)] == ["a", "b"]
        assert await work.jobs.ahead_of(await found(storage, "a")) == []
        assert await work.jobs.ahead_of(job("z", lock_key="")) == []
        assert [j.id for j in await work.jobs.line(place().key)] == ["b", "c"]
        assert await work.jobs.line(place(9).key) == []


async def test_jobs_of_an_issue_are_those_of_its_pull_request_too(storage: Storage) -> None:
    slack = job("from-slack", 4, thread=place(0, "general"))
    await kept(
        storage, job("issue", 1), job("pull", 2, thread=place(43)), job("other", 3, thread=place(44)), slack
    )
    async with storage.begin() as work:
        mine = await work.changes.keep(change(pull_number=43, job_id="issue"))
        await work.changes.keep(mine.model_copy(update={"job_id": "from-slack"}))

    async def at(number: int, **given: bool) -> list[str]:
        async with storage.read() as work:
            return [
                j.id
                for j in await work.jobs.at_thread(place(number).key, is_active=given.get("is_active", False))
            ]

    assert await at(42) == await at(43) == ["from-slack", "pull", "issue"]
    assert await at(44) == ["other"]
    await claim(storage, "issue")
    await settle(storage, JobStatus.COMPLETED, job_id="issue")
    assert await at(43, is_active=True) == ["from-slack", "pull"]
    async with storage.read() as work:
        assert len(await work.jobs.at_thread(place().key, is_active=False, limit=2)) == 2
        assert await work.jobs.at_thread("nowhere", is_active=False) == []
