"""Each loop of the app is needed: with all of them something comes true, without this one it never does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import loop_list, loops, retention, vigil
from bot.loops import Loop
from models.base import now
from models.job import JobStatus
from models.pending import PendingState
from tests.adapters.storage.chat_nouns import linking, pending
from tests.bot.test_recovery import bench_with_clock
from tests.bot.test_retention import ended_long_ago, long_ago
from tests.fakes.platform import ME, said
from tests.fakes.services import Bench

Question = Callable[[], Awaitable[bool]]
Scene = Callable[[], Awaitable[tuple[Bench, Question]]]
LOOKS = 100
EVERY_SECONDS = 0.005


async def a_delivery_waits() -> tuple[Bench, Question]:
    """Kept by a process that died before it could ring: whoever listens now heard nothing."""
    bench = Bench()
    await bench.receive(said("@bellhop fix"))

    async def is_so() -> bool:
        return (await bench.deliveries())[0].disposition is not None

    return bench, is_so


async def a_card_waits() -> tuple[Bench, Question]:
    bench = Bench()
    await bench.receive(said("@bellhop fix"))
    await bench.dispatch()

    async def is_so() -> bool:
        return bool(bench.answers)

    return bench, is_so


async def a_worker_died() -> tuple[Bench, Question]:
    bench, clock = bench_with_clock()
    await bench.hear("@bellhop fix")
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        assert await work.jobs.claim(job.id, "w", 10) is not None
    clock.offset = timedelta(seconds=11)

    async def is_so() -> bool:
        [again] = await bench.jobs()
        return again.status is JobStatus.QUEUED and again.attempt == 2

    return bench, is_so


async def a_hint_was_lost() -> tuple[Bench, Question]:
    bench = Bench()
    await bench.hear("@bellhop fix")
    bench.queue.told.clear()

    async def is_so() -> bool:
        return bool(bench.queue.told)

    return bench, is_so


async def a_delivery_is_old() -> tuple[Bench, Question]:
    bench = Bench()
    await bench.hear("just talking")
    rows = bench.storage._memory.deliveries
    long_ago = now() - timedelta(days=bench.services.settings.retention_days + 1)
    for key, row in list(rows.items()):
        rows[key] = row.model_copy(update={"finished_at": long_ago, "received_at": long_ago})

    async def is_so() -> bool:
        return await bench.deliveries() == []

    return bench, is_so


async def a_job_ended_long_ago() -> tuple[Bench, Question]:
    bench = Bench()
    await bench.hear("@bellhop fix")
    await ended_long_ago(bench)

    async def is_so() -> bool:
        [job] = await bench.jobs()
        return job.events == ()

    return bench, is_so


async def an_answer_is_old() -> tuple[Bench, Question]:
    bench = Bench()
    await bench.hear("@bellhop ping")
    rows = bench.storage._memory.outbox
    for key, row in list(rows.items()):
        rows[key] = row.model_copy(update={"sent_at": long_ago(bench)})

    async def is_so() -> bool:
        return not bench.storage._memory.outbox

    return bench, is_so


async def a_platform_was_away_at_the_start() -> tuple[Bench, Question]:
    bench = Bench()
    bench.platform.forget_itself()

    async def is_so() -> bool:
        return bench.platform.own_id == ME.id

    return bench, is_so


async def nobody_answered_in_time() -> tuple[Bench, Question]:
    bench = Bench()
    async with bench.storage.begin() as work:
        await work.pending.put(pending(minutes=0))

    async def is_so() -> bool:
        async with bench.storage.read() as work:
            row = await work.pending.get("p-1")
        return row is not None and row.state is PendingState.EXPIRED

    return bench, is_so


async def a_code_is_old() -> tuple[Bench, Question]:
    bench = Bench()
    async with bench.storage.begin() as work:
        await work.people.offer(linking(minutes=-60 * 24 * (retention.LINKING_DAYS + 1)))

    async def is_so() -> bool:
        return not bench.storage._memory.linkings

    return bench, is_so


async def a_question_was_answered_long_ago() -> tuple[Bench, Question]:
    bench = Bench()
    async with bench.storage.begin() as work:
        await work.pending.put(pending())
        await work.pending.answer("p-1", "acme/shop")
    bench.storage._memory.pending_ended["p-1"] = long_ago(bench)

    async def is_so() -> bool:
        return not bench.storage._memory.pending

    return bench, is_so


SCENES: dict[str, Scene] = {
    "dispatch github/default": a_delivery_waits,
    "courier github/default": a_card_waits,
    "recover_lost": a_worker_died,
    "tell_again": a_hint_was_lost,
    "prune": a_delivery_is_old,
    "trim_jobs": a_job_ended_long_ago,
    "prune_outbox": an_answer_is_old,
    "prune_linkings": a_code_is_old,
    "prune_pending": a_question_was_answered_long_ago,
    "expire_pending": nobody_answered_in_time,
    "introduce": a_platform_was_away_at_the_start,
}


async def comes_true(bench: Bench, is_so: Question, without: str = "") -> bool:
    """Let the app's loops run, but for one; whether it came true while they did."""
    made, closers = loop_list.make(bench.services, lambda *_: None)
    quick = [replace(loop, every_seconds=EVERY_SECONDS) for loop in made if loop.name != without]
    tasks = [asyncio.create_task(loops.run(loop, lambda *_: None)) for loop in quick]
    try:
        for _ in range(LOOKS):
            if await is_so():
                return True
            await asyncio.sleep(EVERY_SECONDS)
        return False
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for closer in closers:
            await closer.close()


@pytest.mark.parametrize("name", SCENES)
async def test_a_loop_makes_it_come_true_and_no_other_does(name: str) -> None:
    bench, is_so = await SCENES[name]()
    assert not await is_so()
    assert not await comes_true(bench, is_so, without=name)
    assert await comes_true(bench, is_so)


@pytest.mark.parametrize("name", SCENES)
async def test_a_loop_that_is_killed_comes_back_and_makes_it_come_true(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vigil, "FIRST_PAUSE_SECONDS", 0.01)
    bench, is_so = await SCENES[name]()
    made, closers = loop_list.make(bench.services, lambda *_: None)
    [victim] = [replace(loop, every_seconds=EVERY_SECONDS) for loop in made if loop.name == name]
    told: list[BaseException | None] = []

    def report(name: str, seconds: float, error: BaseException | None) -> None:
        told.append(error)

    keeping = asyncio.create_task(vigil.keep(victim, report, bench.services.vigil))
    try:
        await asyncio.sleep(0)
        [task] = [task for task in asyncio.all_tasks() if task.get_name() == name]
        task.cancel()  # before its first look
        async with asyncio.timeout(5):
            while not await is_so():  # noqa: ASYNC110 - the scene tells nobody
                await asyncio.sleep(EVERY_SECONDS)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        for closer in closers:
            await closer.close()
    assert [type(error) for error in told if error] == [vigil.LoopEnded]
    assert [task for task in asyncio.all_tasks() if task.get_name() == name] == []


def test_every_loop_has_its_scene() -> None:
    made, _ = loop_list.make(Bench().services, lambda *_: None)
    assert {loop.name for loop in made} == set(SCENES)


def test_with_the_dispatcher_off_deliveries_wait_and_all_else_goes_on() -> None:
    made, _ = loop_list.make(Bench(dispatcher="off").services, lambda *_: None)
    assert {loop.name for loop in made} == set(SCENES) - {"dispatch github/default"}


async def test_a_loop_outlives_what_its_step_raises() -> None:
    """A step that fails is reported, and the next one comes all the same."""
    looked, told = asyncio.Event(), []

    async def step() -> bool:
        if not told:
            raise ValueError("a defect")
        looked.set()
        return False

    def report(name: str, seconds: float, error: BaseException | None) -> None:
        told.append(error)

    task = asyncio.create_task(loops.run(Loop("moody", step, 0.001), report))
    async with asyncio.timeout(5):
        await looked.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert isinstance(told[0], ValueError)
