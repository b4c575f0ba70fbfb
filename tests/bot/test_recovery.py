"""What makes up for the dead."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import recovery
from bot.run import fuse_seconds
from models.base import now
from models.delivery import Disposition
from models.job import Failure, Job, JobStatus
from models.worker import HORSE, ProcessRecord
from tests.fakes.services import Bench
from tests.fakes.storage import MemoryStorage


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return now() + self.offset


async def running(bench: Bench, number: int = 42) -> Job:
    """A job of an issue of its own, claimed."""
    before = {job.id for job in await bench.jobs()}
    await bench.hear("@bellhop fix", number=number, comment_id=str(number))
    [job] = [job for job in await bench.jobs() if job.id not in before]
    async with bench.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "w", 10)
    assert claimed is not None
    return claimed


def bench_with_clock() -> tuple[Bench, Clock]:
    clock = Clock()
    bench = Bench()
    storage = MemoryStorage(clock)
    object.__setattr__(bench, "storage", storage)
    object.__setattr__(bench.services, "storage", storage)
    return bench, clock


async def test_a_lost_job_is_tried_again_visibly_and_told() -> None:
    bench, clock = bench_with_clock()
    job = await running(bench)
    await recovery.recover_lost(bench.services)
    assert (await bench.jobs())[0].status is JobStatus.RUNNING, "its lease has not run out"
    clock.offset = timedelta(seconds=11)
    bench.queue.told.clear()
    await recovery.recover_lost(bench.services)
    [again] = await bench.jobs()
    assert (again.status, again.attempt) == (JobStatus.QUEUED, 2)
    assert bench.queue.told == [job.handle]
    await bench.deliver_answers()
    assert "lost its worker" in bench.answers[0]
    assert "retried as attempt 2 of 3" in bench.answers[0]


async def remembered(bench: Bench, job: Job, pid: int = 7) -> ProcessRecord:
    record = ProcessRecord(
        job_id=job.id, attempt=job.attempt, host="h", boot_id="b", pid=pid, started_ticks=1, role=HORSE
    )
    async with bench.storage.begin() as work:
        await work.workers.remember(record)
    return record


async def test_a_job_is_late_before_it_is_lost_as_long_as_nobody_saw_its_horse_dead() -> None:
    bench, clock = bench_with_clock()
    record = await remembered(bench, await running(bench))
    lease_seconds = bench.services.settings.lease_seconds
    clock.offset = timedelta(seconds=lease_seconds + 1)
    await recovery.recover_lost(bench.services)
    assert (await bench.jobs())[0].status is JobStatus.RUNNING
    async with bench.storage.begin() as work:
        await work.workers.forget(record)
    await recovery.recover_lost(bench.services)
    assert (await bench.jobs())[0].status is JobStatus.QUEUED


async def test_a_horse_nobody_hears_of_is_lost_in_the_end_and_one_that_is_seen_alive_is_not() -> None:
    bench, clock = bench_with_clock()
    record = await remembered(bench, await running(bench))
    clock.offset = timedelta(seconds=fuse_seconds(bench.services.settings.lease_seconds) + 1)
    object.__setattr__(bench.services, "is_alive", lambda each: each == record)
    await recovery.recover_lost(bench.services)
    assert (await bench.jobs())[0].status is JobStatus.RUNNING
    object.__setattr__(bench.services, "is_alive", lambda _: False)
    await recovery.recover_lost(bench.services)
    assert (await bench.jobs())[0].status is JobStatus.QUEUED


async def test_lost_jobs_behind_living_ones_that_are_late_are_found_and_nothing_spins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "BATCH", 1)
    bench, clock = bench_with_clock()
    late = {
        (await remembered(bench, await running(bench, number), pid=number)).job_id for number in (1, 2, 3)
    }
    clock.offset = timedelta(seconds=1)  # whoever was late for longest is looked at first
    lost = await running(bench, 4)
    clock.offset = timedelta(seconds=fuse_seconds(bench.services.settings.lease_seconds) + 2)
    object.__setattr__(bench.services, "is_alive", lambda each: each.job_id in late)
    assert await recovery.recover_lost(bench.services)
    by_id = {job.id: job.status for job in await bench.jobs()}
    assert by_id == {lost.id: JobStatus.QUEUED} | dict.fromkeys(late, JobStatus.RUNNING)
    assert not await recovery.recover_lost(bench.services), (
        "nothing was settled, so nothing is looked at again"
    )


async def test_a_cancelled_job_waits_for_nobody_s_sign_of_life() -> None:
    bench, clock = bench_with_clock()
    job = await running(bench)
    await remembered(bench, job)
    object.__setattr__(bench.services, "is_alive", lambda _: True)
    async with bench.storage.begin() as work:
        await work.jobs.request_cancel(job.id, "ana")
    lease_seconds = bench.services.settings.lease_seconds
    clock.offset = timedelta(seconds=lease_seconds + recovery.CANCEL_PATIENCE_SECONDS + 1)
    await recovery.recover_lost(bench.services)
    assert (await bench.jobs())[0].status is JobStatus.CANCELLED


async def test_a_job_lost_in_all_attempts_fails_as_lost() -> None:
    bench, clock = bench_with_clock()
    await running(bench)
    for attempt in (1, 2, 3):
        clock.offset += timedelta(seconds=11)
        await recovery.recover_lost(bench.services)
        if attempt < 3:
            async with bench.storage.begin() as work:
                [job] = await bench.jobs()
                assert await work.jobs.claim(job.id, "w", 10) is not None
    [job] = await bench.jobs()
    assert (job.status, job.failure) == (JobStatus.FAILED, Failure.LOST)
    await bench.deliver_answers()
    assert "failed for good" in bench.answers[0]


async def test_a_cancelled_job_whose_worker_is_gone_ends_as_cancelled() -> None:
    bench, clock = bench_with_clock()
    job = await running(bench)
    await bench.hear(f"/bellhop cancel {job.handle}", comment_id="78")
    assert (await bench.jobs())[0].status is JobStatus.RUNNING
    clock.offset = timedelta(seconds=11)
    await recovery.recover_lost(bench.services)
    [ended] = await bench.jobs()
    assert ended.status is JobStatus.CANCELLED


async def test_a_lost_hint_is_given_again() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    bench.queue.told.clear()
    await recovery.tell_again(bench.services)
    [job] = await bench.jobs()
    assert bench.queue.told == [job.handle]


async def test_only_the_first_in_line_is_told_again() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("@bellhop fix more", comment_id="2")
    bench.queue.told.clear()
    await recovery.tell_again(bench.services)
    first = (await bench.jobs())[-1]
    assert bench.queue.told == [first.handle]


async def test_the_end_of_one_job_starts_the_next_and_moves_the_line() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("@bellhop fix more", comment_id="2")
    second, first = await bench.jobs()
    assert f"2nd behind {first.handle}" in bench.answers[1]
    bench.queue.told.clear()
    await bench.hear(f"/bellhop cancel {first.handle}", comment_id="3")
    assert bench.queue.told == [second.handle]
    assert "2nd behind" not in bench.answers[1]


async def test_finished_deliveries_go_after_their_time_and_open_ones_stay() -> None:
    bench, clock = bench_with_clock()
    await bench.hear("just talking")
    await bench.receive(b"{}", key="open")
    clock.offset = timedelta(days=31)
    bench_older = bench.services.settings.retention_days
    assert bench_older == 30
    async with bench.storage.begin() as work:
        gone = await work.deliveries.prune(clock() - timedelta(days=30), 100)
    assert gone >= 1
    left = await bench.deliveries()
    assert [row.key for row in left] == ["open"]
    assert Disposition.IGNORED_NOT_ADDRESSED not in {row.disposition for row in left}
