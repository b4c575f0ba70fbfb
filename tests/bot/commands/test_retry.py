"""`retry` keeps the same request as a new job."""

from __future__ import annotations

from tests.fakes.services import Bench


async def test_a_job_that_ended_is_asked_for_again() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix the login", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [first] = await bench.jobs()
    await bench.hear(f"/bellhop retry {first.handle}", comment_id="3", login="bo")
    second, _ = await bench.jobs()
    assert second.request == first.request
    assert second.handle != first.handle
    assert second.requester is not None
    assert second.requester.login == "bo"


async def test_a_job_that_still_runs_is_not() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop retry", comment_id="2")
    assert "is still queued" in bench.answers[-1]
    assert len(await bench.jobs()) == 1
