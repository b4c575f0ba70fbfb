"""`logs`: the last lines of what a job did; many of them as a file, where the platform takes files."""

from __future__ import annotations

from bot import choice, retention
from bot.command import Ask, CommandSpec, Said, Scope
from bot.enclosures import LOG, Output, is_long
from bot.errors import Refused
from bot.phrases import counted
from bot.ports import UnitOfWork
from bot.safety import fence, mask
from models.command import VerbSpec
from models.identity import Role
from models.job import JobEvent

LINES = 50
MOST_LINES = 500
NONE = "{handle} has not written anything yet. `{slash} status {handle}`"
FORGOTTEN = "{handle} ended more than {days} days ago, and so long logs are kept. `{slash} status {handle}`"
HEAD = "Last {lines} of {handle} ({status}):"
BAD_NUMBER = "`-n` takes a number from 1 to {most}: `{slash} logs -n {usual}`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Of the named job, else of the one active here, else of the newest."""
    job = await choice.named(work.jobs, ask) or await choice.newest(work, ask)
    whole = await work.jobs.get_job(job.id) or job
    lines = [line for event in whole.events for line in _lines(event)][-_wanted(ask) :]
    if not lines:
        settings = ask.services.settings
        form = FORGOTTEN if retention.is_forgotten(whole, settings) else NONE
        told = {"handle": job.handle, "slash": ask.slash, "days": settings.job_retention_days}
        return Said(text=form.format(**told))
    head = HEAD.format(lines=counted(len(lines), "line"), handle=job.handle, status=whole.status.value)
    body = mask("\n".join(lines), ask.services.known_secrets)
    next_command = f"`{ask.slash} status {job.handle}`"
    if is_long(body) and ask.services.chat_of(ask.message.thread) is not None:
        output = Output(handle=job.handle, content=body, kind=LOG)
        return Said(text=f"{head}\n\n{next_command}", output=output)
    return Said(text=f"{head}\n\n{fence(body)}\n\n{next_command}")


def _wanted(ask: Ask) -> int:
    typed = ask.command.options.get("n", str(LINES))
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed) <= MOST_LINES:
        raise Refused(BAD_NUMBER.format(most=MOST_LINES, usual=LINES, slash=ask.slash))
    return int(typed)


def _lines(event: JobEvent) -> list[str]:
    text = event.facts.get("output") or event.data or ""
    stamp = event.timestamp.strftime("%H:%M:%S") if event.timestamp else "        "
    return [f"{stamp} {event.type:<7} {line}" for line in str(text).splitlines() if line.strip()]


SPEC = CommandSpec(
    verb=VerbSpec(name="logs", takes_ids=True, options=frozenset({"n"})),
    usage="logs [ID] [-n 50]",
    summary="the last lines of a job's log",
    group="jobs",
    needs=Role.WRITE,
    prepare=choice.with_rights_there,
    scope=Scope.JOB,
    run=run,
)
