"""`new` starts afresh."""

from __future__ import annotations

from tests.fakes.services import Bench


async def test_the_job_ignores_earlier_work() -> None:
    bench = Bench()
    await bench.hear("@bellhop new try it another way")
    [job] = await bench.jobs()
    assert (job.request.is_fresh, job.request.text) == (True, "try it another way")
