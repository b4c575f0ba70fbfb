"""Events are numbered per job in the transaction that writes them, and fenced by the attempt."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from bot.errors import InvalidTransition
from bot.ports import Storage
from models.agent import AgentState
from models.job import Failure, JobEvent, JobStatus
from tests.adapters.storage.nouns import LONG_AGO, job
from tests.adapters.storage.test_jobs import complete, found, kept, update


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


async def failed(storage: Storage) -> None:
    async with storage.begin() as work:
        detail = "cloning acme/shop: GitHub answered 403\nits output"
        await work.jobs.settle("job-1", 1, JobStatus.FAILED, failure=Failure.UPSTREAM, detail=detail)


async def completed(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.jobs.settle("job-1", 1, JobStatus.COMPLETED)


async def cancelled(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.jobs.request_cancel("job-1", "ana")
        await work.jobs.settle("job-1", 1, JobStatus.COMPLETED)


async def given_up(storage: Storage) -> None:
    async with storage.begin() as work:
        assert await work.jobs.renew("job-1", 1, "w", 0.0) is not None
        assert await work.jobs.give_up("job-1", 1, Failure.LOST, "lost its worker") is not None


async def cancelled_while_lost(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.jobs.request_cancel("job-1", "ana")
        assert await work.jobs.renew("job-1", 1, "w", 0.0) is not None
        assert await work.jobs.cancel_expired("job-1") is not None


@pytest.mark.parametrize(
    ("end", "success", "why"),
    [
        (completed, True, None),
        (failed, False, "cloning acme/shop: GitHub answered 403"),
        (cancelled, False, "stopped by ana"),
        (given_up, False, "lost its worker"),
        (cancelled_while_lost, False, "stopped by ana"),
        (complete, True, None),
        (lambda storage: complete(storage, success=False), False, None),
        (lambda storage: update(storage, "failed"), False, None),
        (lambda storage: update(storage, "cancelled"), False, None),
    ],
)
async def test_every_end_is_the_last_event(
    storage: Storage, end: Callable[[Storage], Awaitable[None]], success: bool, why: str | None
) -> None:
    await kept(storage, job())
    async with storage.begin() as work:
        assert await work.jobs.claim("job-1", "w", 60) is not None
    await add(storage, "one")
    await end(storage)
    row = await found(storage)
    assert [(e.seq, e.type) for e in row.events] == [(1, "log"), (2, "complete")]
    told = row.events[-1]
    assert (told.success, told.data, told.timestamp, told.attempt) == (success, why, row.end_time, 1)
    assert (row.success, row.last_seq) == (success, 2)


async def test_what_is_cancelled_in_its_line_tells_its_end(storage: Storage) -> None:
    await kept(storage, job())
    async with storage.begin() as work:
        after = await work.jobs.request_cancel("job-1", "ana")
        await work.jobs.request_cancel("job-1", "bob")
    row = await found(storage)
    assert [(e.type, e.success, e.data) for e in row.events] == [("complete", False, "stopped by ana")]
    assert after.last_seq == row.last_seq == 1


async def test_what_goes_back_into_its_line_has_not_ended(storage: Storage) -> None:
    await kept(storage, job())
    async with storage.begin() as work:
        assert await work.jobs.claim("job-1", "w", 0.0) is not None
        assert await work.jobs.requeue("job-1", 1) is not None
    assert (await found(storage)).events == ()


@pytest.mark.parametrize("is_told_first", [True, False])
async def test_a_job_completes_once_also_when_its_runner_tells_so(
    storage: Storage, is_told_first: bool
) -> None:
    """The CI document's runner adds the event itself."""
    await kept(storage, job())
    await update(storage, "running")
    steps = [complete(storage), told(storage)]
    for step in reversed(steps) if is_told_first else steps:
        await step
    row = await found(storage)
    assert [(e.seq, e.type, e.success) for e in row.events] == [(1, "complete", True)]
    assert row.last_seq == 1


async def told(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.jobs.add_event("job-1", JobEvent(type="complete", success=True))


async def test_an_end_that_is_undone_with_its_transaction_tells_nothing(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    with contextlib.suppress(ZeroDivisionError):
        async with storage.begin() as work:
            await work.jobs.settle("job-1", 1, JobStatus.COMPLETED)
            raise ZeroDivisionError
    row = await found(storage)
    assert (row.status, row.events, row.last_seq) == ("running", (), 0)


async def test_an_old_attempt_adds_nothing(storage: Storage) -> None:
    await kept(storage, job())
    await update(storage, "running")
    with pytest.raises(InvalidTransition):
        await add(storage, "late", attempt=2)
    await update(storage, "cancelled")
    with pytest.raises(InvalidTransition):
        await add(storage, "late")
    assert [event.type for event in (await found(storage)).events] == ["complete"]


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
