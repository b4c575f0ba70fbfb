"""`retry`: the same request again, as a new job, with the rights of whoever asks now."""

from __future__ import annotations

from dataclasses import replace

from bot import choice, keep
from bot.command import Ask, CommandSpec, Said, Scope
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role
from models.job import Job

STILL = "{handle} is still {status}. `{slash} cancel {handle}` first, or wait for it."


async def prepare(ask: Ask) -> Ask:
    """The original request's context; of a pull request the head as it is now, which is what whoever retries sees."""
    ask = await choice.with_rights_there(ask)
    async with ask.services.storage.read() as work:
        job = await _meant(work, ask)
    context, thread = job.context, job.place
    if context is not None and thread is not None and context.pull_number is not None:
        pull = await ask.services.forge_of(thread).pull(thread.repository, context.pull_number)
        context = context.model_copy(update={"head_ref": pull.head_ref, "head_sha": pull.head_sha})
    return replace(ask, context=context)


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Of the named job, else of the newest here."""
    job = await _meant(work, ask)
    if not job.status.is_terminal:
        return Said(text=STILL.format(handle=job.handle, status=job.status.value, slash=ask.slash))
    return await keep.job(work, ask, job.request)


async def _meant(work: UnitOfWork, ask: Ask) -> Job:
    return await choice.named(work.jobs, ask, is_destructive=True) or await choice.newest(work, ask)


SPEC = CommandSpec(
    verb=VerbSpec(name="retry", takes_ids=True, is_destructive=True),
    usage="retry [ID]",
    summary="do a job's request again",
    group="jobs",
    needs=Role.WRITE,
    prepare=prepare,
    scope=Scope.JOB,
    run=run,
)
