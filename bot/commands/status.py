"""`status`: how a job stands, in its card's words."""

from __future__ import annotations

from bot import cards, choice
from bot.command import Ask, CommandSpec, Said, Scope
from bot.courier import WORKERS_SILENT_SECONDS
from bot.discretion import told_at
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role
from models.job import Job

NEXT = ". Next: {commands}"
CARD_AT = " ([card]({url}))"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """The named job, else all active here, else the newest."""
    job = await choice.named(work.jobs, ask)
    if job is not None:
        return Said(text=await _describe(work, ask, job))
    active = await choice.active_here(work, ask)
    jobs = active or [await choice.newest(work, ask)]
    return Said(text="\n".join([f"- {await _describe(work, ask, each)}" for each in jobs]))


async def _describe(work: UnitOfWork, ask: Ask, job: Job) -> str:
    whole = told_at(await work.jobs.get_job(job.id) or job, ask.message.thread, ask.account)
    alive = await work.workers.alive(WORKERS_SILENT_SECONDS)
    ahead = [told_at(each, ask.message.thread, ask.account) for each in await work.jobs.ahead_of(job)]
    situation = cards.Situation(ahead=ahead, is_worked=bool(alive), slash=ask.slash)
    card = cards.draw(whole, situation)
    row = await work.outbox.card_of(job.id)
    link = CARD_AT.format(url=row.remote_url) if row and row.remote_url else ""
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
    prepare=choice.with_rights_there,
    scope=Scope.JOB,
    run=run,
)
