"""`undo` keeps a job that takes a change back."""

from __future__ import annotations

from bot.errors import NotFoundError
from models.base import now
from models.change import Change
from models.job import JobEvent, JobEventType, JobStatus
from tests.bot.bench import Shop
from tests.fakes.services import Bench


async def test_the_named_jobs_change_is_to_be_undone() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        await work.changes.keep(
            Change(
                place="github:default:acme/shop#",
                repository="acme/shop",
                issue_number=42,
                branch="b",
                base="main",
                job_id=job.id,
                updated_at=now(),
            )
        )
    await bench.hear(f"/bellhop undo {job.handle}", comment_id="3")
    undo, _ = await bench.jobs()
    assert (undo.request.verb, undo.request.text, undo.request.branch) == ("undo", job.handle, "b")


async def test_without_a_change_there_is_nothing_to_undo() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [job] = await bench.jobs()
    await bench.hear(f"/bellhop undo {job.handle}", comment_id="3")
    assert "there is nothing to undo" in bench.answers[-1]


async def test_without_an_id_it_asks_which() -> None:
    bench = Bench()
    await bench.hear("/bellhop undo")
    assert bench.answers[0].startswith("Undo which job?")


async def test_what_is_undone_is_not_undone_again() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.agent.writes = {"NOTES.md": "why"}
    second = await shop.ask("@bellhop write down why", comment_id="78")
    undo = await shop.accept(f"/bellhop undo {first.handle}", comment_id="79")
    for job in (first, second):  # one change, whichever of its jobs is named
        await shop.hear(f"/bellhop undo {job.handle}", comment_id=f"before-{job.handle}")
        assert shop.answers[-1].startswith(
            f"{job.handle} is being undone already, by {undo.handle}. `/bellhop status {undo.handle}`"
        )
    await shop.work(undo)
    for job in (first, second):
        await shop.hear(f"/bellhop undo {job.handle}", comment_id=f"after-{job.handle}")
        assert shop.answers[-1].startswith(
            f"{job.handle} is undone already, by {undo.handle}: `bellhop/{first.handle}` is gone. "
            f"`/bellhop retry {job.handle}`"
        )
    assert len(await shop.jobs()) == 3


async def test_what_somebody_closed_by_hand_may_still_be_undone() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    change = await shop.change()
    assert change is not None
    async with shop.storage.begin() as work:
        await work.changes.keep(change.model_copy(update={"is_open": False}))
    undone = await shop.ask(f"/bellhop undo {first.handle}", comment_id="78")
    assert undone.status is JobStatus.COMPLETED


async def test_an_undo_that_failed_may_be_asked_for_again() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.platform.failures["close_pull"] = [NotFoundError("closing: it is gone")]
    failed = await shop.ask(f"/bellhop undo {first.handle}", comment_id="78")
    assert failed.status is JobStatus.FAILED
    undone = await shop.ask(f"/bellhop undo {first.handle}", comment_id="79")
    assert undone.status is JobStatus.COMPLETED


async def test_a_change_that_a_later_job_went_on_with_is_still_the_first_ones() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [job] = await bench.jobs()
    event = JobEvent(type=JobEventType.CHANGE, data="pushed", facts={"branch": "b"})
    memory = bench.storage._memory
    memory.jobs[job.id] = memory.jobs[job.id].model_copy(update={"status": JobStatus.RUNNING, "attempt": 1})
    async with bench.storage.begin() as work:
        await work.jobs.add_events(job.id, 1, [event])
        await work.jobs.settle(job.id, 1, JobStatus.COMPLETED)
        await work.changes.keep(
            Change(
                place="github:default:acme/shop#",
                repository="acme/shop",
                issue_number=42,
                branch="b",
                base="main",
                job_id="a later one",
                updated_at=now(),
            )
        )
    await bench.hear(f"/bellhop undo {job.handle}", comment_id="3")
    assert (await bench.jobs())[0].request.verb == "undo"
