"""One attempt, driven: the work, and beside it whatever may end it (cancel, lost lease, time limit, shutdown)."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import structlog

from bot.errors import (
    IntegrationError,
    InvalidTransition,
    JobCancelled,
    JobFailed,
    LeaseLost,
    StorageUnavailable,
)
from bot.masking import mask
from bot.run import Run, uptime
from models.job import Failure, JobResult, JobStatus

Work = Callable[[Run], Awaitable[JobResult]]

# A cancel is noticed within a renewal (3 s) and done within 15, settling included: stopping may take this of it.
# A publication that is under way gets what the processes leave of it, to end its step.
ALL_SECONDS = 10.5
STOP_SECONDS = 5.0
LAST_WORDS_SECONDS = 1.0

TOO_LONG = "it ran longer than the {minutes:.0f} minutes a job may take"
DEFECT = "a defect in Bellhop ({error}); its log has the details"
UPSTREAM = "{error}"

log = structlog.get_logger(__name__)


class Give(Enum):
    """What becomes of a job that this attempt does not end."""

    NOTHING = "nothing"  # somebody else owns it
    ON = "on"  # this worker is being stopped: it is no fault of the job's, and not counted
    OVER = "over"  # the database was away or too busy for the work: neither is that
    BACK = "back"  # at once, to whoever is next, as one that was lost


@dataclass(frozen=True)
class Ending:
    """How the attempt ended. `give` is set instead of `status` when the job goes on elsewhere."""

    status: JobStatus | None = None
    result: JobResult | None = None
    failure: Failure | None = None
    detail: str = ""
    give: Give = Give.NOTHING


async def drive(run: Run, work: Work, lease: asyncio.Task[None], shutdown: asyncio.Event) -> Ending:
    """Do `work`, unless something ends it first. `lease` is the task of `run.keep_lease`.

    Returns with what the work started stopped, and its events written (or kept, when the database is away).
    """
    task = asyncio.ensure_future(work(run))
    batches = asyncio.create_task(run.write_batches())
    try:
        ending = await _first(run, task, lease, shutdown)
        run.finished.set()
        await asyncio.wait({batches})
        _retrieve(batches)
        return ending
    finally:
        batches.cancel()


async def _first(
    run: Run, task: asyncio.Future[JobResult], lease: asyncio.Task[None], shutdown: asyncio.Event
) -> Ending:
    watchers = {event: asyncio.create_task(event.wait()) for event in (run.cancelled, run.lost, shutdown)}
    try:
        among: set[asyncio.Future[Any]] = {task, lease, *watchers.values()}
        await asyncio.wait(among, timeout=run.seconds_left(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for watcher in watchers.values():
            watcher.cancel()
    if lease.done():
        _retrieve(lease)
        run.lost.set()
    if task.done():
        return _ending_of(run, task)
    ending = _interrupted(run, shutdown)
    await _stop(run, task)
    is_ours = not run.lost.is_set() and task.done() and not task.cancelled()
    if is_ours and task.exception() is None:
        return Ending(
            status=JobStatus.COMPLETED, result=task.result()
        )  # it was done before it could be stopped
    return ending


def _interrupted(run: Run, shutdown: asyncio.Event) -> Ending:
    if run.lost.is_set():
        log.warning("this attempt gives its job up", silent_seconds=round(uptime() - run.sure_at, 1))
        return Ending()
    if run.cancelled.is_set():
        return Ending(status=JobStatus.CANCELLED)
    if shutdown.is_set():
        return Ending(give=Give.ON)
    minutes = run.services.settings.job_timeout_seconds / 60
    return Ending(status=JobStatus.FAILED, failure=Failure.TIMEOUT, detail=TOO_LONG.format(minutes=minutes))


async def _stop(run: Run, task: asyncio.Future[JobResult]) -> None:
    """End what the work started, then the work itself. One that does not end is left behind: the process is ended."""
    clock = asyncio.get_running_loop().time
    until = clock() + ALL_SECONDS
    stops = [asyncio.ensure_future(stop()) for stop in run.stoppers]
    if stops:
        await asyncio.wait(stops, timeout=STOP_SECONDS)
        await asyncio.wait({task}, timeout=LAST_WORDS_SECONDS)  # an agent that was stopped may still say so
    task.cancel()
    await asyncio.wait({task}, timeout=max(until - clock(), 0.0))
    for stop in stops:
        stop.cancel()
    if not task.done():
        log.warning("the work does not stop; its process will be ended")
        return
    _retrieve(task)


def _ending_of(run: Run, task: asyncio.Future[JobResult]) -> Ending:
    try:
        return Ending(status=JobStatus.COMPLETED, result=task.result())
    except JobFailed as error:
        return _failed(run, error.failure, str(error), error.detail)
    except (JobCancelled, asyncio.CancelledError):
        return Ending(status=JobStatus.CANCELLED) if run.cancelled.is_set() else Ending(give=Give.BACK)
    except (LeaseLost, InvalidTransition):
        return Ending()
    except StorageUnavailable as error:
        log.warning("the work waits: the database is away", error=str(error))
        return Ending(give=Give.OVER)
    except IntegrationError as error:
        return _failed(run, Failure.UPSTREAM, UPSTREAM.format(error=error))
    except Exception as error:  # noqa: BLE001 - any defect ends its job, visibly, and nothing else
        log.error("the work raised", traceback=mask(traceback.format_exc(), run.services.known_secrets))
        return _failed(run, Failure.INTERNAL, DEFECT.format(error=type(error).__name__))


def _failed(run: Run, failure: Failure, text: str, detail: str = "") -> Ending:
    """The first line is the reason as the card says it, the rest its folded part."""
    reason = " ".join(text.split())
    told = run.folders.told(mask(f"{reason}\n{detail}".strip(), run.services.known_secrets))
    return Ending(status=JobStatus.FAILED, failure=failure, detail=told)


def _retrieve(task: asyncio.Future[Any]) -> None:
    """Look at how a task ended, so that an error is logged here and not when it is collected."""
    if task.cancelled():
        return
    error = task.exception()
    if error is not None and not isinstance(error, (JobFailed, JobCancelled, LeaseLost, StorageUnavailable)):
        log.error("while stopping", exc_info=error)
