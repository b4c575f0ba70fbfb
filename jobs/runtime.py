"""Running a job in a worker's horse: claim it, do it, settle it, and let nothing of it survive.

`app.py` installs how to open the services before workers fork; they are opened here, after the fork, for one job.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog
import uvloop

from bot import order, trail
from bot.errors import StorageUnavailable
from bot.run import Run, fuse_seconds, uptime
from bot.services import Services
from jobs import host, processes, pulse, settlement, supervisor, tether
from jobs.attempt import Ending, Give, Work, drive
from jobs.guard import Guard
from models.worker import HORSE

Factory = Callable[[], AbstractAsyncContextManager[Services]]

GUARD_SHARE = 0.9  # of the fuse: then this process ends, come what may
LEAVE_SECONDS = 5.0

NOT_INSTALLED = "running a job: no services were installed in this process"

log = structlog.get_logger(__name__)
_factory: Factory | None = None


def install(factory: Factory) -> None:
    """Say how services are opened. Called once, before workers fork."""
    global _factory  # noqa: PLW0603 - RQ hands a function nothing but its arguments
    _factory = factory


def open_services() -> AbstractAsyncContextManager[Services]:
    """What `install` was given."""
    if _factory is None:
        raise RuntimeError(NOT_INSTALLED)
    return _factory()


def warm_up() -> None:
    """Open the services once and close them, before workers fork: horses inherit what that imports and prepares.

    Raises ConfigurationError. A database that is away now may be back when a job comes.
    """
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_touch())
    except StorageUnavailable as error:
        log.warning("the database is away; workers start anyway", error=str(error))


async def _touch() -> None:
    async with open_services() as services:
        await services.storage.ping()


def run(job_id: str, work: Work) -> None:
    """Do one job in this process, which exists for it alone. Never raises: how a job ends is not RQ's business."""
    processes.adopt_orphans()
    if tether.is_cut():
        return  # the host died in between; another one's worker takes the job
    structlog.contextvars.bind_contextvars(process="horse")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(perform(job_id, work, is_alone=True))
    except StorageUnavailable as error:
        log.warning("a job waits: the database is away", job_id=job_id, error=str(error))
    except Exception:
        log.exception("running a job", job_id=job_id)


async def perform(job_id: str, work: Work, *, is_alone: bool = False) -> None:
    """Claim the job and do `work`; return quietly when it is not its turn.

    `is_alone`: this process exists for the job, so all its descendants are the job's and end with it.
    """
    async with open_services() as services:
        worker = f"{socket.gethostname()}:{os.getpid()}"
        run = await _claim(services, job_id, worker)
        if run is None:
            log.info("not this job's turn", job_id=job_id)
            return
        job = run.job
        seen = {"job": job.handle, "job_id": job.id, "attempt": job.attempt, "request_id": job.request_id}
        with structlog.contextvars.bound_contextvars(**seen):
            await _live(run, work, is_alone=is_alone)


async def _claim(services: Services, job_id: str, worker: str) -> Run | None:
    async with services.storage.begin() as work:
        claimed_at = uptime()  # the lease begins when it is our turn to write, however long that took
        job = await work.jobs.claim(job_id, worker, services.settings.lease_seconds)
        horse = processes.record(job_id, job.attempt, os.getpid(), HORSE) if job else None
        if horse is not None:
            await work.workers.remember(horse)
        if job is not None:
            await trail.of_job(work, job, "job_started", worker=worker)
    if job is None:
        return None
    run = Run(services, job, worker, claimed_at)
    run.is_seen = host.is_app_here(services.settings)
    return run


async def _live(run: Run, work: Work, *, is_alone: bool) -> None:
    fuse = fuse_seconds(run.services.settings.lease_seconds)
    guard = Guard(lambda: run.sure_at + fuse * GUARD_SHARE)
    guard.start()
    lease = asyncio.create_task(run.keep_lease())
    signs = asyncio.create_task(
        pulse.keep(pulse.path(run.services.settings.data_dir, run.job.id, run.job.attempt))
    )
    try:
        await _attempt(run, work, lease, guard, is_alone=is_alone)
    finally:
        lease.cancel()
        signs.cancel()
        if is_alone:
            guard.leave_within(LEAVE_SECONDS)
        else:
            guard.off()


async def _attempt(run: Run, work: Work, lease: asyncio.Task[None], guard: Guard, *, is_alone: bool) -> None:
    async def remember(pid: int, role: str) -> None:
        started = processes.record(run.job.id, run.job.attempt, pid, role)
        if started is not None:
            guard.started.append(started)
            async with run.services.storage.begin() as unit:
                await unit.workers.remember(started)

    run.remember = remember
    if run.job.attempt > 1:
        await supervisor.reap_earlier(run.services, run.job)
    ending = await _until_stopped(run, work, lease)
    if is_alone:
        await asyncio.to_thread(processes.kill_descendants)
    if ending.give is Give.BACK:
        lease.cancel()  # or it would take the job again
        await asyncio.wait({lease})
    settled = await settlement.settle(run, ending)
    await settlement.forget(run, guard.started)
    if settled is not None:
        log.info("settled", status=settled.status.value, failure=settled.failure and settled.failure.value)
        await order.moved(run.services, settled)


async def _until_stopped(run: Run, work: Work, lease: asyncio.Task[None]) -> Ending:
    loop, shutdown = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, shutdown.set)
    try:
        return await drive(run, work, lease, shutdown)
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
