"""`cancel`: a queued job never starts; a running one is stopped with everything it started."""

from __future__ import annotations

from bot import choice, retraction
from bot.command import Ask, CommandSpec, Said, Scope
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.delivery import Disposition
from models.identity import Role
from models.job import JobEvent, JobEventType, JobStatus

STOPPING = "⏹ Stopping {handle}; its card tells when it is done. `{slash} status {handle}`"
CANCELLED = "⏹ {handle} cancelled before it began. `{slash} retry {handle}`"
ENDED = "{handle} has ended already ({status}). `{slash} status {handle}`"
TWICE = "{handle} is being stopped already, by @{by}. `{slash} status {handle}`"
ASKED = "@{by} asked to stop it"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Cancel the named job, or the only active one."""
    job = await choice.named(work.jobs, ask, is_destructive=True) or await choice.only_active(work, ask)
    if job.status.is_terminal:
        return Said(text=ENDED.format(handle=job.handle, status=job.status.value, slash=ask.slash))
    if job.cancel_requested_at is not None:
        return Said(text=TWICE.format(handle=job.handle, by=job.cancel_requested_by, slash=ask.slash))
    note = JobEvent(type=JobEventType.NOTICE, data=ASKED.format(by=ask.account.login))
    await work.jobs.add_event(job.id, note)
    after = await retraction.cancel(work, job.id, ask.account.login)
    text = CANCELLED if after.status is JobStatus.CANCELLED else STOPPING
    return Said(
        text=text.format(handle=job.handle, slash=ask.slash),
        disposition=Disposition.ACCEPTED,
        detail=f"cancel of {job.handle}",
        moved=(after,) if after.status is JobStatus.CANCELLED else (),
    )


SPEC = CommandSpec(
    verb=VerbSpec(name="cancel", aliases=("stop",), takes_ids=True, is_destructive=True),
    usage="cancel [ID]",
    summary="stop a job, queued or running",
    group="jobs",
    needs=Role.WRITE,
    prepare=choice.with_rights_there,
    scope=Scope.JOB,
    run=run,
)
