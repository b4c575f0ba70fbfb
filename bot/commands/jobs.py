"""`jobs`: what is queued, running and done."""

from __future__ import annotations

from bot import audience, choice
from bot.command import Ask, CommandSpec, Said
from bot.discretion import told_at
from bot.errors import Refused
from bot.phrases import first_line, short
from bot.ports import UnitOfWork
from bot.safety import headline
from models.command import VerbSpec
from models.identity import Role
from models.job import Job
from models.message import Thread
from models.source import SourceType

SHOWN = 15
LINE = "- `{handle}` {status} · {verb}{text} on {thread}{who}"
NONE = "No jobs {where}. `{slash} fix` begins one."
NONE_FOR_READERS = "No jobs {where}. `{slash} help` says what you may do here."
ON = "on {place}"
IN_ROOM = "asked for in {place}"
IN_THREAD = "of this thread"
HEAD = "Jobs {where}, newest first:"
WHICH = "All jobs of which repository? `{slash} repo set owner/name` says what this channel is about."
TAIL = "`--mine`, `--here` and `--all` choose which. More of one: `{slash} status {handle}`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Those of this thread or channel, of the person (`--mine`), or of the whole repository (`--all`)."""
    jobs, where = await _chosen(work, ask)
    # A list of one's own may be of all places: where that can be, it is for whoever asked alone.
    is_alone = "mine" in ask.command.options and bool(ask.message.thread.channel)
    if not jobs:
        form = NONE if ask.role >= ask.registry["fix"].needs else NONE_FOR_READERS
        return Said(text=form.format(where=where, slash=ask.slash), is_private=is_alone)
    if not is_alone:
        jobs = [told_at(job, ask.message.thread, ask.account) for job in jobs]
    head, tail = HEAD.format(where=where), TAIL.format(slash=ask.slash, handle=jobs[0].handle)
    return Said(text="\n".join([head, "", *map(_line, jobs), "", tail]), is_private=is_alone)


async def _chosen(work: UnitOfWork, ask: Ask) -> tuple[list[Job], str]:
    # Never beyond this repository: what the person may see elsewhere was not asked for here.
    if not {"mine", "all"} & set(ask.command.options):
        return await _here(work, ask)
    there, is_mine = ask.there, "mine" in ask.command.options
    if not there.repository and not is_mine:
        raise Refused(WHICH.format(slash=ask.slash))
    found = await work.jobs.page(
        requester_id=ask.account.id if is_mine else None,
        repository=there.repository or None,
        before=None,
        limit=SHOWN,
        place=there.place if there.repository else _anywhere(ask),
    )
    where = f"on {there.repository}" if there.repository else "anywhere"
    return found, f"of @{ask.account.login} {where}" if is_mine else where


def _anywhere(ask: Ask) -> str:
    """Their jobs on the forge where the account is theirs: the same number is somebody else on another."""
    forge = ask.services.forge()
    return Thread(source=SourceType(forge.name), integration=forge.integration).instance


async def _here(work: UnitOfWork, ask: Ask) -> tuple[list[Job], str]:
    """Of a whole channel what was asked for in it, in whatever thread: their cards can be read there too."""
    thread = ask.message.thread
    if choice.is_whole_room(ask.message):
        return await work.jobs.in_room(thread.place, SHOWN), IN_ROOM.format(place=thread.name)
    here = await choice.related(work, thread, ask.there.place)
    return here[:SHOWN], IN_THREAD if thread.channel else ON.format(place=thread.name)


def _line(job: Job) -> str:
    asked = short(headline(first_line(job.request.text)), 40)
    return LINE.format(
        handle=job.handle,
        status=job.status.value,
        verb=job.request.verb,
        text=f' "{asked}"' if asked else "",
        thread=job.thread,
        who=f", @{job.requester.login}" if job.requester else "",
    )


SPEC = CommandSpec(
    verb=VerbSpec(name="jobs", flags=frozenset({"mine", "here", "all"})),
    usage="jobs [--mine|--here|--all]",
    summary="list jobs",
    group="jobs",
    needs=Role.READ,
    prepare=audience.look_up,
    run=run,
)
