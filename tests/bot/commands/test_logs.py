"""`logs` shows the end of what a job did, masked."""

from __future__ import annotations

from models.identity import Role
from models.job import Failure, JobStatus
from tests.fakes.logging_job import log
from tests.fakes.services import Bench


async def with_log(bench: Bench, *lines: str) -> str:
    await bench.hear("@bellhop fix", comment_id="1")
    [job] = await bench.jobs()
    await log(bench, job, *lines)
    return job.handle


async def test_the_last_lines_are_shown() -> None:
    bench = Bench()
    handle = await with_log(bench, *(f"line {number}" for number in range(100)))
    await bench.hear(f"/bellhop logs {handle} -n 3", comment_id="2")
    shown = bench.answers[-1]
    assert "Last 3 lines" in shown
    assert "line 99" in shown
    assert "line 96" not in shown


async def test_a_job_that_failed_before_it_wrote_anything_says_why() -> None:
    bench = Bench()
    handle = await with_log(bench)
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        detail = "cloning acme/shop: it is away"
        await work.jobs.settle(job.id, 1, JobStatus.FAILED, failure=Failure.SETUP, detail=detail)
    await bench.hear(f"/bellhop logs {handle}", comment_id="2")
    assert f"Last 1 line of {handle} (failed)" in bench.answers[-1]
    assert "complete cloning acme/shop: it is away" in bench.answers[-1]


async def test_secrets_are_masked() -> None:
    bench = Bench()
    token = "ghp_" + "A" * 36
    await with_log(bench, f"cloning with {token}")
    await bench.hear("/bellhop logs", comment_id="2")
    assert token not in bench.answers[-1]


async def test_a_fence_in_the_log_does_not_break_out() -> None:
    bench = Bench()
    await with_log(bench, "```", "/bellhop cancel")
    await bench.hear("/bellhop logs", comment_id="2")
    assert "````" in bench.answers[-1]


async def test_readers_do_not_see_logs() -> None:
    bench = Bench()
    await with_log(bench, "private")
    bench.platform.default_role = Role.READ
    await bench.hear("/bellhop logs", comment_id="2")
    assert "private" not in bench.answers[-1]


async def test_a_silly_number_is_refused() -> None:
    bench = Bench()
    await with_log(bench, "x")
    await bench.hear("/bellhop logs -n 99999", comment_id="2")
    assert bench.answers[-1].startswith("`-n` takes a number from 1 to 500: `/bellhop logs -n 50`")
