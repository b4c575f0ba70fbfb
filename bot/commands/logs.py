"""`logs`: the last lines of what a job did; many of them as a file, where the platform takes files."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot import audience, choice, drafts, retention
from bot.command import Ask, CommandSpec, Draft, Said, Scope, states_of
from bot.discretion import may_be_told
from bot.enclosures import LOG, Output, is_long
from bot.errors import Refused
from bot.phrases import counted
from bot.ports import UnitOfWork
from bot.safety import fence, mask
from models.command import VerbSpec
from models.identity import Role
from models.job import Job, JobEvent
from models.message import ThreadKind

LINES = 50
MOST_LINES = 500
NONE = "{handle} has not written anything yet. `{slash} status {handle}`"
FORGOTTEN = "{handle} ended more than {days} days ago, and so long logs are kept. `{slash} status {handle}`"
HEAD = "Last {lines} of {handle} ({status}):"
FOLLOWING = "`{slash} status {handle}`"
HIDDEN = (
    "{handle} ({status}) was asked for in private, so its log is not shown where everybody reads."
    " Ask for it where that was. `{slash} status {handle}`"
)
BAD_NUMBER = "`-n` takes a number from 1 to {most}: `{slash} logs -n {usual}`"


async def prepare(ask: Ask) -> Ask:
    """Read it and write it up before the transaction: a log is long."""
    ask = await audience.look_up(await choice.with_rights_there(ask))
    try:
        async with ask.services.storage.read() as work:
            job = await _read(work, ask, await _meant(work, ask))
    except Refused:
        return ask  # for `run` to say: an earlier command of the same message may change that
    said = await asyncio.to_thread(_told, ask, job)
    ready = await drafts.finish(ask.services, ask.message.thread, said)
    return replace(ask, draft=Draft(ready, states_of([job])))


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Of the named job, else of the one active here, else of the newest."""
    job = await _meant(work, ask)
    if ask.draft is not None and ask.draft.about == states_of([job]):
        return ask.draft.said
    return _told(ask, await _read(work, ask, job))


async def _meant(work: UnitOfWork, ask: Ask) -> Job:
    return await choice.named(work.jobs, ask) or await choice.newest(work, ask)


async def _read(work: UnitOfWork, ask: Ask, job: Job) -> Job:
    """The job with the events its last lines are in: all of them only where the newest hold too few."""
    most = _wanted(ask)
    newest = max(job.last_seq - most, 0)
    events = await work.jobs.get_events_since(job.id, newest)
    if newest and sum(bool(_text(event).strip()) for event in events) < most:
        events = await work.jobs.get_events_since(job.id, 0)
    return job.model_copy(update={"events": tuple(events)})


def _told(ask: Ask, job: Job) -> Said:
    """In a room where the job's words are not told, its log is for whoever asked alone, or for nobody."""
    is_for_all, is_chat = may_be_told(job, ask.message.thread, ask.account), _is_chat(ask)
    told = {"handle": job.handle, "slash": ask.slash, "status": job.status.value}
    if not is_for_all and not is_chat:
        return Said(text=HIDDEN.format(**told))
    lines = [line for event in job.events for line in _lines(event)][-_wanted(ask) :]
    if not lines:
        settings = ask.services.settings
        form = FORGOTTEN if retention.is_forgotten(job, settings) else NONE
        return Said(text=form.format(days=settings.job_retention_days, **told))
    head, following = HEAD.format(lines=counted(len(lines), "line"), **told), FOLLOWING.format(**told)
    body = mask("\n".join(lines), ask.services.known_secrets)
    is_private = not is_for_all and ask.message.thread.kind is not ThreadKind.DIRECT
    if is_long(body) and is_chat:
        output = Output(handle=job.handle, content=body, kind=LOG)
        return Said(text=f"{head}\n\n{following}", output=output, is_private=is_private)
    return Said(text=f"{head}\n\n{fence(body)}\n\n{following}", is_private=is_private)


def _is_chat(ask: Ask) -> bool:
    return ask.services.chat_of(ask.message.thread) is not None


def _wanted(ask: Ask) -> int:
    typed = ask.command.options.get("n", str(LINES))
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed) <= MOST_LINES:
        raise Refused(BAD_NUMBER.format(most=MOST_LINES, usual=LINES, slash=ask.slash))
    return int(typed)


def _lines(event: JobEvent) -> list[str]:
    stamp = event.timestamp.strftime("%H:%M:%S") if event.timestamp else "        "
    return [f"{stamp} {event.type:<7} {line}" for line in _text(event).splitlines() if line.strip()]


def _text(event: JobEvent) -> str:
    return str(event.facts.get("output") or event.data or "")


SPEC = CommandSpec(
    verb=VerbSpec(name="logs", takes_ids=True, options=frozenset({"n"})),
    usage="logs [ID] [-n 50]",
    summary="the last lines of a job's log",
    group="jobs",
    needs=Role.WRITE,
    prepare=prepare,
    scope=Scope.JOB,
    run=run,
)
