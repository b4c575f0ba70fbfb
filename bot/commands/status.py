"""`status`: how a job stands, in its card's words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import audience, cards, choice, drafts
from bot.command import Ask, CommandSpec, Draft, Said, Scope, states_of
from bot.courier import WORKERS_SILENT_SECONDS
from bot.discretion import may_be_told, told_at
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role
from models.job import Job

NEXT = ". Next: {commands}"
CARD_AT = " ([card]({url}))"


@dataclass(frozen=True)
class Found:
    """A job with its events, what its card needs besides, and where that is."""

    job: Job
    situation: cards.Situation
    card_url: str


async def prepare(ask: Ask) -> Ask:
    """Read it and write it up before the transaction: a job's story is long."""
    ask = await audience.look_up(await choice.with_rights_there(ask))
    try:
        async with ask.services.storage.read() as work:
            jobs = await _meant(work, ask)
            found = [await _find(work, ask, job) for job in jobs]
    except Refused:
        return ask  # for `run` to say: an earlier command of the same message may change that
    said = await asyncio.to_thread(_told, ask, found)
    ready = await drafts.finish(ask.services, ask.message.thread, said)
    return replace(ask, draft=Draft(ready, states_of(jobs)))


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """The named job, else all active here, else the newest."""
    jobs = await _meant(work, ask)
    if ask.draft is not None and ask.draft.about == states_of(jobs):
        return ask.draft.said
    return _told(ask, [await _find(work, ask, job) for job in jobs])


async def _meant(work: UnitOfWork, ask: Ask) -> list[Job]:
    job = await choice.named(work.jobs, ask)
    if job is not None:
        return [job]
    return await choice.active_here(work, ask) or [await choice.newest(work, ask)]


async def _find(work: UnitOfWork, ask: Ask, job: Job) -> Found:
    alive = await work.workers.alive(WORKERS_SILENT_SECONDS)
    ahead = [told_at(each, ask.message.thread, ask.account) for each in await work.jobs.ahead_of(job)]
    row = await work.outbox.card_of(job.id)
    situation = cards.Situation(ahead=ahead, is_worked=bool(alive), slash=ask.slash)
    return Found(await work.jobs.get_job(job.id) or job, situation, row.remote_url if row else "")


def _told(ask: Ask, found: Sequence[Found]) -> Said:
    lines = [_describe(ask, each) for each in found]
    return Said(text=lines[0] if ask.command.ids else "\n".join(f"- {line}" for line in lines))


def _describe(ask: Ask, found: Found) -> str:
    """Where the job's words are not told, neither is what its agent says, nor where its card is."""
    job, there = found.job, ask.message.thread
    card = cards.draw(told_at(job, there, ask.account), found.situation)
    link = step = ""
    if may_be_told(job, there, ask.account):
        link = CARD_AT.format(url=found.card_url) if found.card_url else ""
        step = f" · {card.steps[-1].text}" if card.steps and not job.status.is_terminal else ""
    commands = " · ".join(f"`{command}`" for command in card.next_commands)
    following = NEXT.format(commands=commands) if commands else ""
    return f"{card.headline.removesuffix('.')}{step}{link}{following}"


SPEC = CommandSpec(
    verb=VerbSpec(name="status", takes_ids=True),
    usage="status [ID]",
    summary="how a job stands",
    group="jobs",
    needs=Role.READ,
    prepare=prepare,
    scope=Scope.JOB,
    run=run,
)
