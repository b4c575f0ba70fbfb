"""One attempt from inside: events in order and in batches, a lease that is renewed, a cancel that is seen."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot import run as running
from bot.errors import JobCancelled, LeaseLost, StorageUnavailable
from bot.run import Run
from models.agent import AgentState
from models.base import now
from models.job import Job, JobEventType, JobStatus
from tests.bot.bench import Shop


async def claimed(shop: Shop, lease_seconds: float = 60) -> Run:
    job = await shop.accept()
    async with shop.storage.begin() as unit:
        mine = await unit.jobs.claim(job.id, "w", lease_seconds)
    assert mine is not None
    return Run(shop.services, mine, "w")


async def events_of(shop: Shop, job: Job) -> list[str | None]:
    return [event.data for event in (await shop.job(job.id)).events]


async def test_events_are_written_in_order_once() -> None:
    shop = Shop()
    run = await claimed(shop)
    for number in range(5):
        run.event(JobEventType.LOG, str(number))
    await asyncio.gather(run.flush(), run.flush())
    await run.flush()
    assert (await events_of(shop, run.job))[-5:] == list("01234")
    assert run.is_written


async def test_a_database_that_is_away_keeps_events_in_order_for_later() -> None:
    shop = Shop()
    run = await claimed(shop)
    run.event(JobEventType.LOG, "first")
    shop.storage.is_away = True
    await run.flush()
    run.event(JobEventType.LOG, "second")
    assert not run.is_written
    shop.storage.is_away = False
    await run.flush()
    assert (await events_of(shop, run.job))[-2:] == ["first", "second"]


async def test_batches_are_written_beside_the_work_and_once_more_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "BATCH_SECONDS", 0.02)
    shop = Shop()
    run = await claimed(shop)
    writer = asyncio.create_task(run.write_batches())
    run.event(JobEventType.LOG, "early")
    while "early" not in await events_of(shop, run.job):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    run.event(JobEventType.LOG, "late")
    run.finished.set()
    await writer
    assert "late" in await events_of(shop, run.job)


async def test_an_urgent_event_asks_for_the_card_at_once() -> None:
    shop = Shop()
    run = await claimed(shop)
    await shop.deliver_answers()
    shop.platform.pace_seconds = 3600
    run.event(JobEventType.CHANGE, "Opened PR #43", is_urgent=True)
    await run.flush()
    await shop.deliver_answers()
    assert "Opened PR #43" in shop.answers[-1]


async def test_who_lost_the_job_writes_nothing_more() -> None:
    shop = Shop()
    run = await claimed(shop)
    await shop.lose(run.job)
    run.event(JobEventType.LOG, "ghost")
    with pytest.raises(LeaseLost, match="another attempt owns it now"):
        await run.flush()
    assert run.lost.is_set()
    assert "ghost" not in await events_of(shop, run.job)


async def test_the_check_passes_while_the_job_is_ours_and_wanted() -> None:
    run = await claimed(Shop())
    await run.check()


async def test_the_check_sees_a_cancel_and_who_asked() -> None:
    shop = Shop()
    run = await claimed(shop)
    await shop.cancel(run.job, "bo")
    with pytest.raises(JobCancelled, match="bo asked for it"):
        await run.check()
    assert run.cancelled.is_set()


async def test_the_check_sees_a_lost_lease_and_an_absent_database() -> None:
    shop = Shop()
    run = await claimed(shop)
    shop.storage.is_away = True
    with pytest.raises(StorageUnavailable):
        await run.check()
    shop.storage.is_away = False
    await shop.lose(run.job)
    with pytest.raises(LeaseLost):
        await run.check()


async def test_a_cancel_does_not_end_the_renewals() -> None:
    shop = Shop()
    run = await claimed(shop, lease_seconds=1)
    await shop.cancel(run.job)
    keeper = asyncio.create_task(run.keep_lease())
    await asyncio.wait_for(run.cancelled.wait(), 5)
    first = run.renewed_at
    while run.renewed_at == first:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert not keeper.done()
    keeper.cancel()


async def test_a_lease_that_cannot_be_renewed_is_given_up_before_it_ends() -> None:
    shop = Shop()
    run = await claimed(shop)
    shop.storage.is_away = True
    run.renewed_at -= shop.services.settings.lease_seconds * running.GIVE_UP_SHARE
    await asyncio.wait_for(run.keep_lease(), 5)
    assert run.lost.is_set()


async def test_waiting_for_the_turn_to_write_is_no_part_of_the_lease() -> None:
    shop = Shop()
    run = await claimed(shop)
    async with shop.storage.begin():  # somebody else writes
        renewing = asyncio.create_task(run.renew())
        await asyncio.sleep(0.1)
        released_at = running.uptime()
    await renewing
    assert run.renewed_at >= released_at


async def test_a_look_waits_for_no_writer_and_writes_nothing() -> None:
    shop = Shop()
    run = await claimed(shop)
    async with shop.storage.begin():
        await asyncio.wait_for(run.look(), 5)
    assert not run.lost.is_set()


async def test_a_lease_that_the_host_prolonged_began_no_earlier_than_the_look_before() -> None:
    shop = Shop()
    run = await claimed(shop)
    await run.look()
    between = running.uptime()
    run.renewed_at -= 1
    async with shop.storage.begin() as unit:
        await unit.jobs.renew_all([(run.job.id, run.job.attempt)], 99)
    await run.look()
    assert between - 1 < run.renewed_at <= between


async def test_a_lease_that_nobody_prolongs_is_renewed_by_ourselves() -> None:
    shop = Shop()
    run = await claimed(shop)
    before, run.renewed_at = run.job.lease_until, run.renewed_at - shop.services.settings.lease_seconds - 1
    await run.look()
    assert run.job.lease_until != before


async def test_where_the_app_sees_us_seeing_the_job_ours_is_enough_elsewhere_the_lease_tells() -> None:
    for is_seen, is_lease in ((True, False), (False, True)):
        shop = Shop(database_url="sqlite:///x.db")
        run = await claimed(shop)
        run.is_seen = is_seen
        await asyncio.sleep(0.01)
        await run.look()
        assert (run.sure_at == run.renewed_at) is is_lease


async def test_a_look_sees_a_cancel_and_a_job_that_is_another_s() -> None:
    shop = Shop()
    run = await claimed(shop)
    await shop.cancel(run.job)
    await run.look()
    assert run.cancelled.is_set()
    elsewhere = Shop()
    other = await claimed(elsewhere)
    await elsewhere.lose(other.job)
    await other.look()
    assert other.lost.is_set()


async def test_the_time_limit_counts_from_the_first_start() -> None:
    shop = Shop(job_timeout_seconds=100)
    run = await claimed(shop)
    assert 95 < run.seconds_left() <= 100
    assert run.job.start_time is not None
    run.job = run.job.model_copy(update={"start_time": now() - timedelta(seconds=90), "attempt": 2})
    assert 5 < run.seconds_left() <= 10
    run.job = run.job.model_copy(update={"start_time": now() - timedelta(days=1)})
    assert run.seconds_left() == 1.0


async def test_the_agents_state_comes_after_what_was_noted_before() -> None:
    shop = Shop()
    run = await claimed(shop)
    run.event(JobEventType.LOG, "before")
    await run.agent_state(AgentState.RUNNING)
    job = await shop.job(run.job.id)
    assert (job.agent_state, job.status) == (AgentState.RUNNING, JobStatus.RUNNING)
    assert run.is_written


async def test_started_groups_are_remembered_when_somebody_wants_to() -> None:
    run = await claimed(Shop())
    await run.on_start(1, "agent")  # nobody does
    seen: list[tuple[int, str]] = []

    async def remember(pid: int, role: str) -> None:
        seen.append((pid, role))

    run.remember = remember
    await run.on_start(7, "check")
    assert seen == [(7, "check")]
