"""`undo`: close the pull request a job opened and delete its branch.

A job itself, so that it is queued, fenced and told.
"""

from __future__ import annotations

from bot import choice, keep, undoing
from bot.command import Ask, CommandSpec, Said
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role
from models.job import JobRequest

WHICH = "Undo which job? `{slash} undo ID`; `{slash} jobs` lists them."
NOTHING = "{handle} opened no pull request and pushed no branch: there is nothing to undo."
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
        raise Refused(NOTHING.format(handle=job.handle))
    request = JobRequest(verb="undo", text=job.handle, branch=change.branch)
    return await keep.job(work, ask, request, whole.context)


SPEC = CommandSpec(
    verb=VerbSpec(name="undo", takes_ids=True, is_destructive=True),
    usage="undo ID",
    summary="close a job's pull request and delete its branch",
    group="jobs",
    needs=Role.WRITE,
    prepare=choice.with_rights_there,
    run=run,
)
