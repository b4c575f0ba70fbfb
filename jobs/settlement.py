"""Settling a job: its end is written once, by the attempt that owns it, however long the database takes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot import ending as ends
from bot import retraction
from bot.errors import BellhopError, InvalidTransition, StorageUnavailable
from bot.ports import UnitOfWork
from bot.run import Run
from jobs import processes
from jobs.attempt import Ending, Give
from models.base import now
from models.job import Job, JobEvent, JobEventType
from models.worker import HORSE, ProcessRecord

PAUSE_SECONDS = 0.3
GIVEN_BACK = "its worker was stopped; another goes on with it"
GIVEN_OVER = "its worker did not reach the database; another goes on with it"

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
            return await _give(work, run, ending.give)
        settled = await work.jobs.settle(
            job.id,
            job.attempt,
            ending.status,
            result=ending.result,
            failure=ending.failure,
            detail=ending.detail,
        )
        await work.outbox.want(job.id, is_urgent=True)
        await retraction.keep(work, settled)
        await ends.tell(work, settled)
    return settled


async def _give(work: UnitOfWork, run: Run, give: Give) -> Job | None:
    """To the next worker. None: the recovery does it at its next look (or the cancel somebody asked for)."""
    job = run.job
    await work.jobs.renew(job.id, job.attempt, run.worker, 0.0)
    if give is Give.BACK:
        return None
    queued = await work.jobs.requeue(job.id, job.attempt, is_counted=False)
    if queued is not None:
        text = GIVEN_BACK if give is Give.ON else GIVEN_OVER
        await work.jobs.add_event(job.id, JobEvent(type=JobEventType.NOTICE, data=text, timestamp=now()))
        await work.outbox.want(job.id, is_urgent=True)
    return queued


async def forget(run: Run, started: Sequence[ProcessRecord]) -> None:
    """What is gone need not be looked for. What is left stays recorded, for the supervisor."""
    ours = processes.record(run.job.id, run.job.attempt, os.getpid(), HORSE)
    gone = [each for each in started if not await asyncio.to_thread(processes.is_left, each)]
    with suppress(StorageUnavailable, InvalidTransition):
        async with run.services.storage.begin() as work:
            for process in [*gone, *([ours] if ours else [])]:
                await work.workers.forget(process)
