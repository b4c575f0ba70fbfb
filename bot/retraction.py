"""Taking back what a cancelled job published: its own branch, and the pull request with it.

A cancel may win when the attempt that published is done, dead or lost. So what is to be taken back is a row of the
outbox, committed with the cancel, and the courier sees to it like to all that leaves: again and again, visibly.
A branch that people know from an earlier job keeps what was pushed to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from bot import homepage, trail
from bot.errors import AuthenticationError, IntegrationError
from bot.ports import UnitOfWork
from bot.services import Services
from models.base import now
from models.change import Change
from models.job import Job, JobEvent, JobEventType, JobStatus
from models.outbox import OutboxKind, OutboxRow

TARGET = "push_target"
KEY = "retraction:{job}"
TEXT = "take back `{branch}`"
REMOVED = "Removed `{branch}`"
CLOSED = "Closed PR #{number} and removed `{branch}`"
LEFT = "`{branch}` could not be removed ({error})"


def facts(repository: str, branch: str) -> dict[str, Any]:
    """What an event says right before a push, so that whoever cancels knows where to look."""
    return {TARGET: {"repository": repository, "branch": branch}}


async def cancel(work: UnitOfWork, job_id: str, by: str) -> Job:
    """Ask for a cancel, in the caller's transaction: the job as it is then, its card due."""
    job = await work.jobs.request_cancel(job_id, by)
    await work.outbox.want(job_id, is_urgent=True)
    await keep(work, job)
    if job.status is JobStatus.CANCELLED:
        await homepage.refresh(work, job)
    return job


async def keep(work: UnitOfWork, job: Job) -> None:
    """If `job` was just cancelled and may have pushed a branch of its own: that is to be taken back.

    From the same moment nobody continues that change: the next in line may start before the branch is gone.
    """
    if job.status is not JobStatus.CANCELLED or job.start_time is None:
        return
    whole = await work.jobs.get_job(job.id)
    if whole is None or (row := _row(whole)) is None:
        return
    await work.outbox.put(row)
    change = await work.changes.of_job(job.id)
    if change is not None and change.is_open:
        await work.changes.keep(change.model_copy(update={"is_open": False, "updated_at": now()}))


def _row(job: Job) -> OutboxRow | None:
    target, thread, moment = _target(job), job.place, now()
    if target is None or thread is None:
        return None
    return OutboxRow(
        key=KEY.format(job=job.id),
        kind=OutboxKind.RETRACTION,
        platform=thread.source.value,
        integration=thread.integration,
        thread=thread,
        text=TEXT.format(branch=target["branch"]),
        job_id=job.id,
        request_id=job.request_id,
        due_at=moment,
        created_at=moment,
    )


def _target(job: Job) -> Mapping[str, str] | None:
    """Where the job pushed, or was about to: only a branch that it began itself."""
    targets = [event.facts[TARGET] for event in job.events if TARGET in event.facts]
    is_own = bool(targets) and targets[-1]["branch"].rpartition("/")[2] == job.handle
    return targets[-1] if is_own else None


async def carry_out(services: Services, row: OutboxRow) -> None:
    """Close the pull request, delete the branch, say so on the card. Doing it twice changes nothing.

    Raises IntegrationError.
    """
    async with services.storage.read() as work:
        job = await work.jobs.get_job(row.job_id or "")
        change = await work.changes.of_job(row.job_id or "")
    target = _target(job) if job else None
    if job is None or target is None or _is_told(job):
        return
    forge, branch = services.forge_of(row.thread), target["branch"]
    if change is None and not await forge.has_branch(target["repository"], branch):
        return  # it was cancelled before the push
    if change is not None and change.pull_number is not None:
        with _closing_may_fail():
            await forge.close_pull(change.repository, change.pull_number)
    await forge.delete_branch(target["repository"], branch)
    await _tell(services, job, "taken_back", _words(change, branch), {"removed_branch": branch})


@contextlib.contextmanager
def _closing_may_fail() -> Iterator[None]:
    """What can never be closed (it is gone, it was merged) is closed with its branch at the latest."""
    try:
        yield
    except AuthenticationError:
        raise
    except IntegrationError as error:
        if error.retryable:
            raise


def _words(change: Change | None, branch: str) -> str:
    number = change.pull_number if change else None
    return CLOSED.format(number=number, branch=branch) if number else REMOVED.format(branch=branch)


def _is_told(job: Job) -> bool:
    return any("removed_branch" in event.facts for event in job.events)


async def _tell(services: Services, job: Job, action: str, text: str, told: dict[str, Any]) -> None:
    event = JobEvent(type=JobEventType.NOTICE, data=text, timestamp=now(), facts=told)
    async with services.storage.begin() as work:
        await work.jobs.add_event(job.id, event)
        await work.outbox.want(job.id, is_urgent=True)
        await trail.of_job(work, job, action, **told)


async def give_up(services: Services, row: OutboxRow, error: Exception) -> None:
    """It cannot be taken back: the card says what is left, and why."""
    async with services.storage.read() as work:
        job = await work.jobs.get_job(row.job_id or "")
    target = _target(job) if job else None
    if job is not None and target is not None:
        branch = target["branch"]
        text = LEFT.format(branch=branch, error=error)
        await _tell(services, job, "not_taken_back", text, {"kept_branch": branch})
