"""What stays of a job whose log went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.ports import Storage
from models.base import now
from models.job import Job, JobEvent, JobEventType, JobStatus
from tests.adapters.storage.nouns import HERE, card, job, place

FACTS: dict[str, Any] = {
    "pull_number": 43,
    "branch": "bellhop/J-1",
    "files": 3,
    "links": {"PR #43": "https://x/43"},
}


async def an_ended_job(storage: Storage, id: str = "job-1", **facts: Any) -> None:
    """Nine lines of log, among them what it told, and its end."""
    async with storage.begin() as work:
        await work.jobs.create_job(job(id, thread=place(int(id[-1]))))
        await work.jobs.claim(id, "w", 60)
        for number in range(8):
            await work.jobs.add_event(
                id, JobEvent(type=JobEventType.AGENT, data=str(number), facts={"kind": "text"})
            )
            if number == 3 and facts:
                await work.jobs.add_event(id, JobEvent(type=JobEventType.CHANGE, data="Opened", facts=facts))
        await work.jobs.settle(id, 1, JobStatus.COMPLETED)


async def trim(storage: Storage, limit: int = 100) -> int:
    async with storage.begin() as work:
        return await work.retention.trim_jobs(now() + timedelta(days=1), limit)


async def whole(storage: Storage, id: str = "job-1") -> Job:
    async with storage.read() as work:
        found = await work.jobs.get_job(id)
    assert found is not None
    return found


async def test_one_event_stays_with_all_that_was_told(storage: Storage) -> None:
    await an_ended_job(storage, **FACTS)
    before = await whole(storage)
    assert await trim(storage) == 10
    after = await whole(storage)
    [kept] = after.events
    assert (kept.type, kept.facts, kept.success) == (JobEventType.COMPLETE, FACTS, True)
    assert (kept.seq, kept.timestamp, kept.attempt) == (10, before.end_time, 1)
    assert after.last_seq == 10, "so that it is known how many went"
    assert await trim(storage) == 0


async def test_what_was_told_stays_while_the_log_goes_in_several_calls(storage: Storage) -> None:
    await an_ended_job(storage, **FACTS)
    left = []
    while await trim(storage, 3) >= 3:
        left.append([event.seq for event in (await whole(storage)).events])
    assert left == [[4, 5, 6, 7, 8, 9, 10], [5, 8, 9, 10], [10]]
    assert [event.facts for event in (await whole(storage)).events] == [FACTS]


async def test_nothing_stays_of_who_told_nothing(storage: Storage) -> None:
    await an_ended_job(storage)
    await trim(storage)
    assert (await whole(storage)).events == ()


async def test_one_call_ends_so_many_jobs_as_there_is_room(storage: Storage) -> None:
    for number in range(3):
        await an_ended_job(storage, f"job-{number}", **FACTS)
    assert await trim(storage, 20) == 20
    assert [len((await whole(storage, f"job-{number}")).events) for number in range(3)] == [1, 1, 10]


async def test_a_card_that_was_given_up_goes_with_its_job(storage: Storage) -> None:
    await an_ended_job(storage, **FACTS)
    async with storage.begin() as work:
        await work.outbox.put(card())
        [row] = await work.outbox.claim("a", 10, 60, **HERE)
        await work.outbox.bury(row, "a", "403")
    await trim(storage)
    async with storage.read() as work:
        assert await work.outbox.card_of("job-1") is None
        assert await work.outbox.dead(5) == []
