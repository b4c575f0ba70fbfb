"""Settling a job: its end is written once, by the attempt that owns it, however long the database takes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot.errors import BellhopError, InvalidTransition, StorageUnavailable
from bot.run import Run
from jobs import processes
from jobs.attempt import Ending, Give
from models.job import Job
from models.worker import ProcessRecord

PAUSE_SECONDS = 0.3

log = structlog.get_logger(__name__)


async def settle(run: Run, ending: Ending) -> Job | None:
    """The job as settled; None: not by this attempt. The guard ends a wait for a database that stays away."""
    if ending.status is None and ending.give is Give.NOTHING:
        return None
    while True:
        try:
            await run.flush()
            if run.is_written:
                return await _write(run, ending)
        except StorageUnavailable as error:
            log.warning("settling waits: the database is away", error=str(error))
        except BellhopError as error:  # InvalidTransition or LeaseLost: it is somebody else's now
            log.warning("this attempt no longer owns its job", error=str(error))
            return None
        await asyncio.sleep(PAUSE_SECONDS)


async def _write(run: Run, ending: Ending) -> Job | None:
    job = run.job
    async with run.services.storage.begin() as work:
        if ending.status is None:
            # A lease of no time: the recovery finds the job at its next look and gives it to the next worker.
            await work.jobs.renew(job.id, job.attempt, run.worker, 0.0)
            return None
        settled = await work.jobs.settle(
            job.id,
            job.attempt,
            ending.status,
            result=ending.result,
            failure=ending.failure,
            detail=ending.detail,
        )
        await work.outbox.want(job.id, is_urgent=True)
    return settled


async def forget(run: Run, started: Sequence[ProcessRecord]) -> None:
    """What is gone need not be looked for. What is left stays recorded, for the supervisor."""
    ours = processes.record(run.job.id, run.job.attempt, os.getpid(), "horse")
    gone = [each for each in started if not await asyncio.to_thread(processes.is_left, each)]
    with suppress(StorageUnavailable, InvalidTransition):
        async with run.services.storage.begin() as work:
            for process in [*gone, *([ours] if ours else [])]:
                await work.workers.forget(process)
