"""`cancel` stops what is meant, and nothing on a guess."""

from __future__ import annotations

from models.delivery import Disposition
from models.identity import Role
from models.job import JobStatus
from models.message import Thread
from models.source import SourceType
from tests.fakes.services import Bench


async def test_a_queued_job_never_starts() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [job] = await bench.jobs()
    assert job.status is JobStatus.CANCELLED
    assert bench.answers[1].startswith(f"⏹ {job.handle} cancelled before it began.")
    async with bench.storage.begin() as work:
        assert await work.jobs.claim(job.id, "w", 10) is None


async def test_a_running_job_is_asked_to_stop() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        await work.jobs.claim(job.id, "w", 10)
    await bench.hear(f"/bellhop cancel {job.handle}", comment_id="2")
    [after] = await bench.jobs()
    assert (after.status, after.cancel_requested_by) == (JobStatus.RUNNING, "ana")
    assert f"{job.handle} is being stopped by @ana" in bench.answers[0]
    await bench.hear(f"/bellhop cancel {job.handle}", comment_id="3")
    assert bench.answers[-1].startswith(f"{job.handle} is being stopped already, by @ana.")


async def test_two_candidates_are_listed_and_nothing_is_done() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("@bellhop ask why?", comment_id="2")
    await bench.hear("/bellhop cancel", comment_id="3")
    newest, oldest = await bench.jobs()
    assert bench.answers[-1].startswith("Two jobs are active here: ")
    assert f"{oldest.handle} (fix)" in bench.answers[-1]
    assert f"{newest.handle} (ask)" in bench.answers[-1]
    assert {job.status for job in await bench.jobs()} == {JobStatus.QUEUED}


async def test_a_part_of_a_handle_is_not_enough_to_destroy() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    [job] = await bench.jobs()
    await bench.hear(f"/bellhop cancel {job.handle[:5]}", comment_id="2")
    assert (await bench.jobs())[0].status is JobStatus.QUEUED
    assert bench.answers[-1].startswith(f"`cancel` wants the whole id: `/bellhop cancel {job.handle}`")


async def test_a_job_of_a_place_one_cannot_see_does_not_exist() -> None:
    bench = Bench()
    private = Thread(source=SourceType.GITHUB, repository="acme/secret", number=1)
    await bench.hear("@bellhop fix", comment_id="1", thread=private)
    [job] = await bench.jobs()

    async def role_of(actor: object, repository: str) -> Role:
        return Role.NONE if repository == "acme/secret" else Role.ADMIN

    bench.platform.role_of = role_of  # type: ignore[assignment, method-assign]
    await bench.hear(f"/bellhop cancel {job.handle}", comment_id="2")
    assert bench.answers[-1].startswith(f"No job `{job.handle}` here.")
    assert (await bench.jobs())[0].status is JobStatus.QUEUED


async def test_a_job_that_ended_stays_as_it_is() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [job] = await bench.jobs()
    delivery = await bench.hear(f"/bellhop cancel {job.handle}", comment_id="3")
    assert delivery.disposition is Disposition.ANSWERED
    assert "has ended already (cancelled)" in bench.answers[-1]


async def test_with_nothing_active_it_says_so() -> None:
    bench = Bench()
    await bench.hear("/bellhop cancel")
    assert bench.answers[0].startswith("No active job here.")
