"""Events are numbered per job in the transaction that writes them, and fenced by the attempt."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from bot.errors import InvalidTransition
from bot.ports import Storage
from models.agent import AgentState
from models.job import JobEvent
from tests.adapters.storage.nouns import LONG_AGO, job
from tests.adapters.storage.test_jobs import found, kept, update


def log(text: str, **given: object) -> JobEvent:
    return JobEvent.model_validate({"type": "log", "data": text} | given)


async def add(storage: Storage, *texts: str, attempt: int = 1) -> int:
    async with storage.begin() as work:
        return await work.jobs.add_events("job-1", attempt, [log(text) for text in texts])


async def test_events_come_back_in_order_with_all_they_carry(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    rich = JobEvent(
        type="check", data="pytest", success=True, timestamp=LONG_AGO, facts={"n": 3, "deep": {"a": [1]}}
    )
    async with storage.begin() as work:
        assert await work.jobs.add_events("job-1", 1, [log("one"), rich]) == 2
    assert await add(storage, "three") == 3
    row = await found(storage)
    assert [(e.seq, e.data, e.attempt) for e in row.events] == [
        (1, "one", 1),
        (2, "pytest", 1),
        (3, "three", 1),
    ]
    assert row.events[1] == rich.model_copy(update={"seq": 2, "attempt": 1})
    assert all(e.timestamp is not None for e in row.events)
    assert row.last_seq == 3


async def test_events_since_are_the_later_ones(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    await add(storage, "one", "two", "three")
    async with storage.read() as work:
        assert [e.data for e in await work.jobs.get_events_since("job-1", 1)] == ["two", "three"]
        assert await work.jobs.get_events_since("job-1", 3) == []
        assert await work.jobs.get_events_since("job-2", 0) == []


async def test_an_old_attempt_adds_nothing(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    with pytest.raises(InvalidTransition):
        await add(storage, "late", attempt=2)
    await update(storage, "cancelled")
    with pytest.raises(InvalidTransition):
        await add(storage, "late")
    assert (await found(storage)).events == ()


async def test_a_single_event_may_tell_of_a_job_in_any_state(storage: Storage) -> None:
    await kept(storage, job())
    async with storage.begin() as work:
        await work.jobs.add_event("job-1", log("queued"))
        with pytest.raises(InvalidTransition):
            await work.jobs.add_event("job-2", log("nobody"))
    await update(storage, "failed")
    async with storage.begin() as work:
        await work.jobs.add_event("job-1", JobEvent(type="complete", success=False))
    assert [(e.seq, e.type) for e in (await found(storage)).events] == [(1, "log"), (2, "complete")]


async def test_a_job_brings_its_own_events(storage: Storage) -> None:
    await kept(storage, job(events=(log("one"), log("two")), last_seq=9))
    row = await found(storage)
    assert [e.seq for e in row.events] == [1, 2]
    assert row.last_seq == 2


async def test_concurrent_writers_leave_no_gap_and_no_twin(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    await asyncio.gather(*(add(storage, f"{n}a", f"{n}b") for n in range(10)))
    row = await found(storage)
    assert [e.seq for e in row.events] == list(range(1, 21))
    pairs = [
        (first.data or "")[:-1] == (second.data or "")[:-1]
        for first, second in zip(row.events[::2], row.events[1::2], strict=True)
    ]
    assert all(pairs)


async def test_a_rolled_back_event_leaves_no_gap(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    with contextlib.suppress(ZeroDivisionError):
        async with storage.begin() as work:
            await work.jobs.add_events("job-1", 1, [log("lost")])
            raise ZeroDivisionError
    assert await add(storage, "kept") == 1


async def test_odd_text_in_events_is_kept_without_what_no_database_takes(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    odd = JobEvent(type="agent", data="a\0b\ud800c", facts={"x": "\ud800y", "list": ["\0"]})
    async with storage.begin() as work:
        await work.jobs.add_events("job-1", 1, [odd])
    [event] = (await found(storage)).events
    assert event.data == "a\ufffdb\ufffdc"
    assert event.facts["x"] == "\ufffdy"


async def test_every_agent_state_is_a_transition_once(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    async with storage.begin() as work:
        for state in (AgentState.LOADING, AgentState.RUNNING, AgentState.RUNNING, AgentState.FINISHED):
            await work.jobs.record_agent_state("job-1", 1, state)
        with pytest.raises(InvalidTransition):
            await work.jobs.record_agent_state("job-1", 2, AgentState.ERROR)
    row = await found(storage)
    assert row.agent_state is AgentState.FINISHED
    async with storage.read() as work:
        noted = [t for t in await work.jobs.transitions("job-1") if t.subject == "agent"]
    assert [(t.before, t.after) for t in noted] == [
        (None, "loading"),
        ("loading", "running"),
        ("running", "finished"),
    ]
    assert all(t.attempt == 1 and t.job_id == "job-1" for t in noted)
