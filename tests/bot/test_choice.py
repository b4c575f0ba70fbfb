"""Which job is meant, and what nobody learns of jobs elsewhere."""

from __future__ import annotations

import pytest

from models.identity import Role
from models.job import Job, JobStatus
from models.message import Thread
from models.source import SourceType
from tests.fakes.services import Bench

ELSEWHERE = {
    "another repository": Thread(source=SourceType.GITHUB, repository="acme/secret", number=1),
    "another instance": Thread(
        source=SourceType.GITHUB, integration="second", repository="acme/shop", number=42
    ),
    "another platform": Thread(source=SourceType.GITLAB, repository="acme/shop", number=42),
}


async def kept(bench: Bench, handle: str, thread: Thread, comment_id: str) -> Job:
    """A job of that handle, asked for there."""
    await bench.hear("@bellhop fix", comment_id=comment_id)
    job = (await bench.jobs())[0]
    assert job.context is not None
    moved = job.context.model_copy(update={"thread": thread, "repository": thread.repository})
    rows = bench.storage._memory.jobs
    rows[job.id] = job.model_copy(update={"handle": handle, "context": moved, "lock_key": thread.key})
    return rows[job.id]


def sees_only_the_shop(bench: Bench) -> None:
    async def role_of(actor: object, repository: str) -> Role:
        return Role.ADMIN if repository == "acme/shop" else Role.NONE

    bench.platform.role_of = role_of  # type: ignore[assignment, method-assign]


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("verb", ["status", "logs", "cancel", "retry", "undo"])
async def test_a_job_elsewhere_does_not_exist(verb: str, where: str) -> None:
    bench = Bench()
    job = await kept(bench, "J-7K3Q", ELSEWHERE[where], "1")
    sees_only_the_shop(bench)
    await bench.hear(f"/bellhop {verb} {job.handle}", comment_id="2")
    assert bench.answers[-1].startswith(f"No job `{job.handle}` here.")
    assert [each.status for each in await bench.jobs()] == [JobStatus.QUEUED]


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_a_beginning_lists_no_ids_of_elsewhere(where: str) -> None:
    bench = Bench()
    await kept(bench, "J-7K3Q", ELSEWHERE[where], "1")
    await kept(bench, "J-7K3A", ELSEWHERE[where], "2")
    sees_only_the_shop(bench)
    await bench.hear("/bellhop status J-7K3", comment_id="3")
    assert bench.answers[-1].startswith("No job `J-7K3` here.")
    await kept(bench, "J-7K3Z", Thread(source=SourceType.GITHUB, repository="acme/shop", number=42), "4")
    await bench.hear("/bellhop status J-7K3", comment_id="5")
    assert bench.answers[-1].startswith("👀 J-7K3Z fix")


async def test_ids_of_here_that_begin_alike_are_listed() -> None:
    bench = Bench()
    here = Thread(source=SourceType.GITHUB, repository="acme/shop", number=42)
    await kept(bench, "J-7K3Q", here, "1")
    await kept(bench, "J-7K3A", here, "2")
    await bench.hear("/bellhop status J-7K3", comment_id="3")
    assert bench.answers[-1].startswith("`J-7K3` could be `J-7K3A`, `J-7K3Q`.")


@pytest.mark.parametrize("flag", ["--mine", "--all", "--here"])
@pytest.mark.parametrize("where", ELSEWHERE)
async def test_a_listing_shows_none_of_elsewhere(flag: str, where: str) -> None:
    bench = Bench()
    job = await kept(bench, "J-7K3Q", ELSEWHERE[where], "1")
    await bench.hear(f"/bellhop jobs {flag}", comment_id="2")
    assert bench.answers[-1].startswith("No jobs ")
    await kept(bench, "J-7K3Z", Thread(source=SourceType.GITHUB, repository="acme/shop", number=42), "3")
    await bench.hear(f"/bellhop jobs {flag}", comment_id="4")
    assert "J-7K3Z" in bench.answers[-1]
    assert job.handle not in bench.answers[-1]


async def test_whoever_may_do_it_there_may_name_it_from_here() -> None:
    bench = Bench()
    job = await kept(bench, "J-7K3Q", ELSEWHERE["another repository"], "1")
    await bench.hear(f"/bellhop cancel {job.handle}", comment_id="2")
    assert bench.answers[-1].startswith("⏹ J-7K3Q cancelled before it began")
