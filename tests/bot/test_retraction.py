"""What a cancelled job published is taken back once, told once, and never more than its own."""

from __future__ import annotations

import pytest

from bot import retraction
from bot.errors import ConflictError, IntegrationError, NotFoundError
from models.base import now
from models.change import Change
from models.job import Job, JobEvent, JobEventType, JobStatus
from models.outbox import OutboxKind, OutboxRow
from tests.fakes.services import Bench

SHOP = "github:default:acme/shop#"


async def published(bench: Bench, *, branch: str = "", pull_number: int | None = 900) -> Job:
    """A running job that pushed, or was about to; with a pull request its change is known."""
    await bench.hear("@bellhop fix")
    [job] = await bench.jobs()
    branch = branch or f"bellhop/{job.handle}"
    facts = retraction.facts("acme/shop", branch)
    async with bench.storage.begin() as work:
        assert await work.jobs.claim(job.id, "w", 60) is not None
        step = JobEvent(type=JobEventType.STEP, data="Publishing", facts=facts)
        await work.jobs.add_event(job.id, step)
        if pull_number is not None:
            fields = {"place": SHOP, "repository": "acme/shop", "issue_number": 42}
            fields |= {"base": "main", "branch": branch, "job_id": job.id, "pull_number": pull_number}
            await work.changes.keep(Change.model_validate(fields | {"updated_at": now()}))
    return job


async def cancelled(bench: Bench, job: Job) -> list[OutboxRow]:
    """Asked for, settled; the retractions that were kept, not yet carried out."""
    async with bench.storage.begin() as work:
        await retraction.cancel(work, job.id, "ana")
        settled = await work.jobs.settle(job.id, 1, JobStatus.COMPLETED)
        await retraction.keep(work, settled)
    async with bench.storage.read() as work:
        return [row for row in await work.outbox.waiting(9) if row.kind is OutboxKind.RETRACTION]


async def told(bench: Bench) -> list[str]:
    [job] = await bench.jobs()
    return [event.data or "" for event in job.events if event.type == JobEventType.NOTICE]


async def test_asking_a_running_job_to_stop_takes_nothing_back_yet() -> None:
    bench = Bench()
    job = await published(bench)
    async with bench.storage.begin() as work:
        assert (await retraction.cancel(work, job.id, "ana")).status is JobStatus.RUNNING
    await bench.deliver_answers()
    assert "delete_branch" not in bench.platform.calls


async def test_the_row_is_there_with_the_cancel_whoever_dies_next() -> None:
    bench = Bench()
    [row] = await cancelled(bench, await published(bench))
    assert "delete_branch" not in bench.platform.calls
    await bench.deliver_answers()
    assert bench.platform.calls.count("delete_branch") == 1
    assert (row.platform, row.text) == ("github", f"take back `bellhop/{(await bench.jobs())[0].handle}`")


@pytest.mark.parametrize("error", [NotFoundError("closing: gone"), ConflictError("closing: it was merged")])
async def test_a_pull_request_that_cannot_be_closed_goes_with_its_branch(error: IntegrationError) -> None:
    bench = Bench()
    bench.platform.failures["close_pull"] = [error]
    job = await published(bench)
    await cancelled(bench, job)
    await bench.deliver_answers()
    assert await told(bench) == [f"Closed PR #900 and removed `bellhop/{job.handle}`"]


async def test_done_and_not_noted_it_is_neither_done_nor_told_again() -> None:
    bench = Bench()
    job = await published(bench)
    [row] = await cancelled(bench, job)
    await retraction.carry_out(bench.services, row)
    await bench.deliver_answers()
    assert bench.platform.calls.count("delete_branch") == 1
    assert len(await told(bench)) == 1
    async with bench.storage.read() as work:
        assert await work.outbox.waiting(9) == []


async def test_stopped_right_before_the_push_nothing_is_said_to_be_removed() -> None:
    bench = Bench()
    job = await published(bench, pull_number=None)
    assert len(await cancelled(bench, job)) == 1
    await bench.deliver_answers()
    assert "delete_branch" not in bench.platform.calls
    assert await told(bench) == []
    assert bench.answers[0].startswith(f"⏹ {job.handle} stopped by @ana")
    assert "Branch" not in bench.answers[0]


async def test_a_push_that_nobody_lived_to_tell_of_is_found() -> None:
    bench = Bench()
    job = await published(bench, pull_number=None)
    bench.platform.branches.add(f"bellhop/{job.handle}")
    await cancelled(bench, job)
    await bench.deliver_answers()
    assert bench.platform.branches == set()
    assert await told(bench) == [f"Removed `bellhop/{job.handle}`"]


async def test_the_branch_of_another_job_is_left_alone() -> None:
    bench = Bench()
    job = await published(bench, branch="bellhop/J-ZZZZ")
    assert await cancelled(bench, job) == []
    async with bench.storage.read() as work:
        change = await work.changes.of_job(job.id)
    assert change is not None
    assert change.is_open


async def test_a_job_that_ends_otherwise_keeps_what_it_published() -> None:
    bench = Bench()
    job = await published(bench)
    async with bench.storage.begin() as work:
        await retraction.keep(work, await work.jobs.settle(job.id, 1, JobStatus.COMPLETED))
        assert [row.kind for row in await work.outbox.waiting(9)] == []
