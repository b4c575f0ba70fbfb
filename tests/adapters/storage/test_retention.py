"""Forgetting: what is past its time, a few rows a call, and nothing that somebody needs."""

from __future__ import annotations

from datetime import timedelta

from bot.ports import Storage
from models.base import now
from models.job import JobEvent, JobStatus
from models.message import Actor
from models.outbox import OutboxKind
from tests.adapters.storage.nouns import HERE, card, job, outgoing, place

LATER = timedelta(days=1)
SHOWN = {"remote_id": "77", "remote_url": "https://x/77", "digest": "abc", "pace_seconds": 0.0}


async def an_ended_job(storage: Storage, id: str = "job-1", events: int = 3) -> None:
    async with storage.begin() as work:
        await work.jobs.create_job(job(id, thread=place(int(id[-1]))))
        for number in range(events - 1):  # the last one is its end
            await work.jobs.add_event(id, JobEvent(type="log", data=str(number)))
        await work.jobs.claim(id, "w", 60)
        await work.jobs.settle(id, 1, JobStatus.COMPLETED)


async def trim(storage: Storage, limit: int = 100, days: float = 1) -> int:
    async with storage.begin() as work:
        return await work.retention.trim_jobs(now() + timedelta(days=days), limit)


async def events_of(storage: Storage, id: str = "job-1") -> int:
    async with storage.read() as work:
        return len(await work.jobs.get_events_since(id, 0))


async def send(storage: Storage) -> None:
    async with storage.begin() as work:
        for row in await work.outbox.claim("a", 10, 60, **HERE):
            assert await work.outbox.shown(row, "a", **SHOWN)


async def test_a_job_that_ended_long_ago_stays_without_its_events(storage: Storage) -> None:
    await an_ended_job(storage)
    assert await trim(storage) == 3
    async with storage.read() as work:
        kept = await work.jobs.get_job("job-1")
        assert await work.jobs.transitions("job-1") == []
    assert kept is not None
    assert (kept.status, kept.events, kept.last_seq) == (JobStatus.COMPLETED, (), 3)
    assert await trim(storage) == 0


async def test_a_long_log_goes_in_several_calls_the_oldest_first(storage: Storage) -> None:
    await an_ended_job(storage, events=5)
    assert await trim(storage, 2) == 2
    async with storage.read() as work:
        assert [event.seq for event in await work.jobs.get_events_since("job-1", 0)] == [3, 4, 5]
    assert await trim(storage, 2) == 2
    assert await trim(storage, 2) == 1
    assert await events_of(storage) == 0


async def test_what_ended_lately_or_not_at_all_stays(storage: Storage) -> None:
    await an_ended_job(storage)
    async with storage.begin() as work:
        await work.jobs.create_job(job("job-2", thread=place(2)))
        await work.jobs.add_event("job-2", JobEvent(type="log", data="hello"))
    assert await trim(storage, days=-1) == 0
    await trim(storage)
    assert (await events_of(storage), await events_of(storage, "job-2")) == (0, 1)


async def test_an_open_card_keeps_its_job_whole(storage: Storage) -> None:
    await an_ended_job(storage)
    async with storage.begin() as work:
        await work.outbox.put(card())
    assert await trim(storage) == 0
    assert await events_of(storage) == 3
    await send(storage)
    assert await trim(storage) == 3
    async with storage.read() as work:
        assert await work.outbox.card_of("job-1") is None


async def test_many_old_jobs_are_more_work(storage: Storage) -> None:
    for number in range(3):
        await an_ended_job(storage, f"job-{number}", events=1)
    while await trim(storage, 2) >= 2:
        pass
    assert [await events_of(storage, f"job-{number}") for number in range(3)] == [0, 0, 0]


async def test_what_was_sent_goes_and_cards_and_what_waits_stay(storage: Storage) -> None:
    async with storage.begin() as work:
        for row in (outgoing("sent", thread=place(1)), card("job-1", thread=place(2))):
            await work.outbox.put(row)
    await send(storage)
    async with storage.begin() as work:
        await work.outbox.put(outgoing("waiting", thread=place(3)))
        assert await work.retention.prune_outbox(now() - LATER, 10) == 0
        assert await work.retention.prune_outbox(now() + LATER, 10) == 1
        assert await work.retention.prune_outbox(now() + LATER, 10) == 0
        assert await work.outbox.card_of("job-1") is not None
        assert [row.key for row in await work.outbox.waiting(5)] == ["waiting"]


async def test_what_was_given_up_goes_too_a_few_at_a_time(storage: Storage) -> None:
    async with storage.begin() as work:
        for number in range(3):
            await work.outbox.put(outgoing(f"reply-{number}", OutboxKind.REPLY, thread=place(number)))
    async with storage.begin() as work:
        for row in await work.outbox.claim("a", 10, 60, **HERE):
            await work.outbox.bury(row, "a", "403")
        assert await work.retention.prune_outbox(now() + LATER, 2) == 2
        assert len(await work.outbox.dead(5)) == 1


async def test_who_we_are_is_remembered_for_each_place(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.accounts.keep("github", "default", Actor(id="1", login="old"))
        await work.accounts.keep("github", "default", Actor(id="1", login="new", display_name="B"))
    async with storage.read() as work:
        assert await work.accounts.find("github", "default") == Actor(id="1", login="new", display_name="B")
        assert await work.accounts.find("github", "second") is None
