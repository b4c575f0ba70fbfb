"""The CI document's repository: each change guarded by the state it starts from, each transition kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import InvalidTransition
from bot.ports import Storage
from models.base import now
from models.job import Job, JobEvent, JobStatus
from models.message import Thread
from models.source import SourceType
from tests.adapters.storage.nouns import ANA, LONG_AGO, change, job, place

END = datetime(2026, 2, 1, tzinfo=UTC)


async def kept(storage: Storage, *jobs: Job) -> None:
    async with storage.begin() as work:
        for each in jobs:
            await work.jobs.create_job(each)


async def found(storage: Storage, job_id: str = "job-1") -> Job:
    async with storage.read() as work:
        row = await work.jobs.get_job(job_id)
    assert row is not None
    return row


async def update(storage: Storage, status: str, job_id: str = "job-1", **given: object) -> None:
    async with storage.begin() as work:
        await work.jobs.update_job_status(job_id, status, **given)  # type: ignore[arg-type]


async def complete(storage: Storage, success: bool = True, job_id: str = "job-1") -> None:
    async with storage.begin() as work:
        await work.jobs.complete_job(job_id, success, END)


async def states(storage: Storage) -> list[tuple[str | None, str]]:
    async with storage.read() as work:
        return [(t.before, t.after) for t in await work.jobs.transitions("job-1")]


async def test_a_job_comes_back_as_it_was_kept(storage: Storage) -> None:
    given = job(parent_id="job-0", delivery_id=7, request_id="r-1", zip_file_path="/x.zip", deadline=END)
    await kept(storage, given)
    row = await found(storage)
    assert row == given.model_copy(update={"updated_at": row.updated_at})
    assert await states(storage) == [(None, "queued")]
    async with storage.read() as work:
        assert await work.jobs.get_job("job-2") is None


async def test_the_documents_minimal_job_is_enough(storage: Storage) -> None:
    await kept(storage, Job(id="a"), Job(id="b"))
    row = await found(storage, "a")
    assert (row.status, row.context, row.requester) == ("queued", None, None)
    assert row.created_at is not None
    assert abs((row.created_at - now()).total_seconds()) < 60


async def test_an_id_or_a_handle_is_given_once_and_the_rest_of_the_transaction_lives(
    storage: Storage,
) -> None:
    await kept(storage, job("job-1", handle="J-7K3Q"))
    async with storage.begin() as work:
        with pytest.raises(InvalidTransition):
            await work.jobs.create_job(job("job-1", handle="J-0000"))
        with pytest.raises(InvalidTransition):
            await work.jobs.create_job(job("job-2", handle="J-7K3Q"))
        await work.jobs.create_job(job("job-3", handle="J-1111"))
    assert (await found(storage)).handle == "J-7K3Q"
    assert (await found(storage, "job-3")).handle == "J-1111"


async def test_the_documents_life_of_a_job(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running", start_time=LONG_AGO, container_id="abc123")
    running = await found(storage)
    assert (running.start_time, running.container_id, running.holds_lock) == (LONG_AGO, "abc123", True)
    await complete(storage)
    done = await found(storage)
    assert (done.status, done.success, done.end_time, done.holds_lock) == ("completed", True, END, False)
    assert await states(storage) == [(None, "queued"), ("queued", "running"), ("running", "completed")]


async def test_a_completion_without_success_says_so(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    await complete(storage, success=False)
    done = await found(storage)
    assert (done.status, done.success) == ("completed", False)
    assert done.start_time is not None


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_what_ended_stays_as_it_ended(storage: Storage, status: str) -> None:
    await kept(storage, job())
    await update(storage, "running")
    await update(storage, status)
    for attempt in (complete(storage), update(storage, "completed"), update(storage, "running")):
        with pytest.raises(InvalidTransition, match=status):
            await attempt
    ended = await found(storage)
    assert (ended.status, ended.success, ended.holds_lock) == (status, False, False)
    assert ended.end_time is not None


@pytest.mark.parametrize("before", list(JobStatus))
@pytest.mark.parametrize("after", list(JobStatus))
async def test_only_the_named_predecessors_lead_to_a_state(
    storage: Storage, before: JobStatus, after: JobStatus
) -> None:
    await kept(storage, job(status=before))
    if before in after.predecessors:
        await update(storage, after)
        assert (await found(storage)).status is after
        return
    with pytest.raises(InvalidTransition):
        await update(storage, after)
    assert (await found(storage)).status is before


async def test_what_is_not_there_or_no_status_is_an_invalid_transition(storage: Storage) -> None:
    with pytest.raises(InvalidTransition):
        await update(storage, "running")
    with pytest.raises(InvalidTransition):
        await complete(storage)
    await kept(storage, job())
    with pytest.raises(InvalidTransition, match=r"no (such )?status"):
        await update(storage, "exploded")


async def test_a_late_finish_never_beats_a_cancel(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    async with storage.begin() as work:
        await work.jobs.request_cancel("job-1", "bo")
    await complete(storage)
    ended = await found(storage)
    assert (ended.status, ended.success) == ("cancelled", False)


async def test_a_job_begun_again_by_hand_fences_its_old_attempt(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    await update(storage, "queued")
    again = await found(storage)
    assert (again.attempt, again.holds_lock, again.lease_until) == (2, False, None)


async def test_two_of_one_place_never_run_by_hand(storage: Storage) -> None:
    await kept(storage, job("job-1"), job("job-2"))
    await update(storage, "running")
    async with storage.begin() as work:
        with pytest.raises(InvalidTransition):
            await work.jobs.update_job_status("job-2", "running")
        await work.jobs.add_event("job-2", JobEvent(type="log", data="waits"))
    assert (await found(storage, "job-2")).status is JobStatus.QUEUED
    assert len((await found(storage, "job-2")).events) == 1


async def test_listings_are_newest_first_without_events(storage: Storage) -> None:
    bo = ANA.model_copy(update={"id": "2"})
    other = job("job-3", 3, requester=bo, thread=place(1, "acme/api"))
    await kept(storage, job("job-1", 1), job("job-2", 2), other, Job(id="job-0", created_at=LONG_AGO))
    async with storage.begin() as work:
        await work.jobs.add_event("job-1", JobEvent(type="log", data="x"))
    async with storage.read() as work:
        assert [j.id for j in await work.jobs.list_jobs()] == ["job-3", "job-2", "job-1", "job-0"]
        assert all(j.events == () for j in await work.jobs.list_jobs())
        first = await work.jobs.page(requester_id="1", repository=None, before=None, limit=1)
        assert [j.id for j in first] == ["job-2"]
        rest = await work.jobs.page(requester_id="1", repository=None, before=first[0].created_at, limit=9)
        assert [j.id for j in rest] == ["job-1"]
        api = await work.jobs.page(requester_id=None, repository="acme/api", before=None, limit=9)
        assert [j.id for j in api] == ["job-3"]


async def test_active_jobs_are_counted_for_people_and_repositories(storage: Storage) -> None:
    await kept(
        storage,
        job("job-1"),
        job("job-2", status=JobStatus.RUNNING),
        job("job-3", status=JobStatus.FAILED),
        job("job-4", requester=ANA.model_copy(update={"id": "2"}), thread=place(1, "acme/api")),
    )
    async with storage.read() as work:
        assert await work.jobs.count_active(place().instance) == 3
        assert await work.jobs.count_active(place().instance, requester_id="1") == 2
        assert await work.jobs.count_active(place(1, "acme/api").place) == 1
        assert await work.jobs.count_active(place(1, "acme/api").place, requester_id="1") == 0


@pytest.mark.parametrize("there", [{"source": SourceType.GITLAB}, {"integration": "second"}])
async def test_the_same_number_or_name_elsewhere_counts_for_somebody_else(
    storage: Storage, there: dict[str, Any]
) -> None:
    elsewhere = place(**there)
    await kept(storage, job("job-1"), job("job-2", thread=elsewhere), job("job-3", thread=elsewhere))
    async with storage.read() as work:
        assert await work.jobs.count_active(place().instance, requester_id="1") == 1
        assert await work.jobs.count_active(elsewhere.instance, requester_id="1") == 2
        assert await work.jobs.count_active(place().place) == 1
        assert await work.jobs.count_active(elsewhere.place) == 2
        mine = await work.jobs.page(
            requester_id="1", repository=None, before=None, limit=9, place=place().instance
        )
        assert [j.id for j in mine] == ["job-1"]


async def test_a_name_that_begins_like_another_counts_alone(storage: Storage) -> None:
    await kept(storage, job("job-1"), job("job-2", thread=place(1, "acme/shop-2")))
    async with storage.read() as work:
        assert await work.jobs.count_active(place().place) == 1


async def test_a_conversation_s_partners_are_on_its_own_platform(storage: Storage) -> None:
    pull = place(43, source=SourceType.GITLAB)
    await kept(storage, job("job-1"), job("job-2", thread=pull))
    async with storage.begin() as work:
        await work.changes.keep(change(pull_number=43, job_id="job-1"))
    async with storage.read() as work:
        assert [j.id for j in await work.jobs.at_thread(place(43).key, is_active=False)] == ["job-1"]
        assert [j.id for j in await work.jobs.at_thread(pull.key, is_active=False)] == ["job-2"]


async def test_handles_are_found_by_their_beginning(storage: Storage) -> None:
    await kept(storage, job("a", 1, handle="J-7K3Q"), job("b", 2, handle="J-7K41"), Job(id="c"))
    await kept(storage, *(job(f"x{n}", handle=f"J-A{n:03}") for n in range(12)))

    async def handles(prefix: str) -> list[str]:
        async with storage.read() as work:
            return [j.handle for j in await work.jobs.by_handle(prefix)]

    assert await handles("J-7K") == ["J-7K41", "J-7K3Q"]
    assert await handles("J-7K3Q") == ["J-7K3Q"]
    assert await handles("J-7K3Q0") == []
    assert await handles("J-%") == []
    assert await handles("7K") == []
    assert len(await handles("J-A")) == 10


async def test_handles_of_one_place_are_found_however_many_there_are_elsewhere(storage: Storage) -> None:
    here, other = (Thread(source=SourceType.GITHUB, repository=f"acme/{name}", number=1) for name in "ab")
    elsewhere = here.model_copy(update={"integration": "second"})
    await kept(
        storage, job("whole", handle="J-7K3Q", thread=other), job("mine", handle="J-7K3QA", thread=here)
    )
    await kept(storage, *(job(f"o{n}", 9, handle=f"J-7K3Q{n}{n}", thread=other) for n in range(8)))
    await kept(storage, *(job(f"e{n}", 9, handle=f"J-7K3QX{n}", thread=elsewhere) for n in range(8)))
    async with storage.read() as work:
        assert [j.handle for j in await work.jobs.by_handle("J-7K3Q", place=here.place)] == ["J-7K3QA"]
        assert (await work.jobs.by_handle("J-7K3Q"))[0].handle == "J-7K3Q"


async def test_jobs_of_a_comment_are_found(storage: Storage) -> None:
    await kept(storage, job("a", 1, comment_id="5"), job("b", 2, comment_id="5"), job("c", comment_id="6"))
    async with storage.read() as work:
        assert [j.id for j in await work.jobs.of_comment(place().key, "5")] == ["b", "a"]
        assert await work.jobs.of_comment(place(1).key, "5") == []
