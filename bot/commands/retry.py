"""`retry`: the same request again, as a new job, with the rights of whoever asks now."""

from __future__ import annotations

from bot import choice, keep
from bot.command import Ask, CommandSpec, Said
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role

STILL = "{handle} is still {status}. `{slash} cancel {handle}` first, or wait for it."


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Of the named job, else of the newest here. The original request's context is kept."""
    job = await choice.named(work.jobs, ask, is_destructive=True) or await choice.newest(work.jobs, ask)
    if not job.status.is_terminal:
        return Said(text=STILL.format(handle=job.handle, status=job.status.value, slash=ask.slash))
    whole = await work.jobs.get_job(job.id) or job
    return await keep.job(work, ask, job.request, whole.context)


SPEC = CommandSpec(
    verb=VerbSpec(name="retry", takes_ids=True, is_destructive=True),
    usage="retry [ID]",
    summary="do a job's request again",
    group="jobs",
    needs=Role.WRITE,
    prepare=choice.with_rights_there,
    run=run,
)
