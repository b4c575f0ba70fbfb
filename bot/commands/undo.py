"""`undo`: close the pull request a job opened and delete its branch.

A job itself, so that it is queued, fenced and told.
"""

from __future__ import annotations

from bot import choice, keep, retention, undoing
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.change import Change
from models.command import VerbSpec
from models.identity import Role
from models.job import Job, JobRequest, JobStatus

WHICH = "Undo which job? `{slash} undo ID`; `{slash} jobs` lists them."
NOTHING = "{handle} opened no pull request and pushed no branch: there is nothing to undo. `{slash} status {handle}`"
FORGOTTEN = (
    "{handle} ended more than {days} days ago, and so long I know what a job did. Close its pull request and "
    "delete its branch by hand, if they are still there. `{slash} status {handle}`"
)
UNDONE = "{handle} is undone already, by {by}: `{branch}` is gone. `{slash} retry {handle}` does it again."
UNDOING = "{handle} is being undone already, by {by}. `{slash} status {by}`"
LOOKED_AT = 100
STILL = "{handle} is still {status}. `{slash} cancel {handle}` stops it."


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Keep a job that undoes the change the named one worked on."""
    job = await choice.named(work.jobs, ask, is_destructive=True)
    if job is None:
        raise Refused(WHICH.format(slash=ask.slash))
    if not job.status.is_terminal:
        raise Refused(STILL.format(handle=job.handle, status=job.status.value, slash=ask.slash))
    whole = await work.jobs.get_job(job.id) or job
    change = await undoing.change_of(work, whole)
    if change is None:
        settings = ask.services.settings
        form = FORGOTTEN if retention.is_forgotten(whole, settings) else NOTHING
        told = {"handle": job.handle, "slash": ask.slash, "days": settings.job_retention_days}
        raise Refused(form.format(**told))
    if (earlier := await _earlier(work, whole, change)) is not None:
        form = UNDONE if earlier.status.is_terminal else UNDOING
        named = {"handle": job.handle, "by": earlier.handle, "branch": change.branch}
        raise Refused(form.format(slash=ask.slash, **named))
    request = JobRequest(verb="undo", text=job.handle, branch=change.branch)
    return await keep.job(work, ask, request, whole.context)


async def _earlier(work: UnitOfWork, job: Job, change: Change) -> Job | None:
    """The job that undid the change, or is about to. What was closed by a person may still be undone."""
    if job.context is None or job.context.thread is None:
        return None
    listed = await work.jobs.at_thread(job.context.thread.key, is_active=False, limit=LOOKED_AT)
    undos = [each for each in listed if each.request.verb == "undo" and each.request.branch == change.branch]
    pending = (each for each in undos if not each.status.is_terminal)
    done = (each for each in undos if each.status is JobStatus.COMPLETED and not change.is_open)
    return next(pending, None) or next(done, None)


SPEC = CommandSpec(
    verb=VerbSpec(name="undo", takes_ids=True, is_destructive=True),
    usage="undo ID",
    summary="close a job's pull request and delete its branch",
    group="jobs",
    needs=Role.WRITE,
    prepare=choice.with_rights_there,
    scope=Scope.JOB,
    run=run,
)
