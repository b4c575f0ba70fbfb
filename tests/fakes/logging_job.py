"""A job at work, as far as its log goes."""

from __future__ import annotations

from bot.run import Run
from models.job import Job, JobEventType
from tests.fakes.services import Bench


async def log(bench: Bench, job: Job, *lines: str) -> Job:
    """A worker takes the job and writes that into its log; the job as it was claimed."""
    async with bench.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "w", 60)
    assert claimed is not None
    run = Run(bench.services, claimed, "w")
    for line in lines:
        run.event(JobEventType.LOG, line)
    await run.flush()
    return claimed
