"""Which job is meant: the one whose id was typed, or the only one that fits here."""

from __future__ import annotations

from collections.abc import Sequence

from bot import permissions
from bot.command import Ask
from bot.errors import Refused
from bot.ports import Jobs, UnitOfWork
from models.identity import Role
from models.job import Job
from models.message import IncomingMessage, Thread

NO_SUCH = "No job `{id}` here. `{slash} jobs` lists them."
AMBIGUOUS_ID = "`{id}` could be {handles}. Type a letter more: `{slash} {verb} {handle}`"
NONE_HERE = "No {what} here. `{slash} jobs` lists those there are."
SEVERAL = "{count} jobs are active here: {jobs}. Say which: `{slash} {verb} {handle}`"
WHOLE_ID = "`{verb}` wants the whole id: `{slash} {verb} {handle}`"
SHORTEST_PREFIX = 5  # "J-" and three letters
COUNTS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}


async def with_rights_there(ask: Ask) -> Ask:
    """`ask`, refused unless the person may do this where the named jobs live. Looks up rights; runs before the
    transaction.

    A job of a place the person cannot see does not exist for them.
    """
    for typed in ask.command.ids:
        async with ask.services.storage.read() as work:
            found = await _by_id(work.jobs, ask, typed)
        if not await _is_theirs(ask, found):
            raise Refused(NO_SUCH.format(id=typed, slash=ask.slash))
    return ask


async def _is_theirs(ask: Ask, job: Job) -> bool:
    here, there = ask.there, job.place
    if there is None or (there.source, there.integration) != (here.source, here.integration):
        # The same account id is somebody else on another instance.
        return False
    if there.repository == here.repository:
        return True
    role = await ask.services.home_of(there).role_of(ask.account, there.repository)
    needs = ask.registry[ask.command.name].needs
    return role is not Role.NONE and permissions.decide(needs, role, there.repository).is_allowed


async def named(jobs: Jobs, ask: Ask, *, is_destructive: bool = False) -> Job | None:
    """The job whose id was typed; None when none was. Raises Refused when it is none or not exactly one."""
    if not ask.command.ids:
        return None
    typed = ask.command.ids[0]
    job = await _by_id(jobs, ask, typed)
    if is_destructive and typed != job.handle:
        raise Refused(WHOLE_ID.format(verb=ask.command.name, slash=ask.slash, handle=job.handle))
    return job


async def jobs_here(work: UnitOfWork, thread: Thread) -> list[Job]:
    """The jobs this conversation is about, newest first: asked for in it, or with their card at its head.

    A whole channel is no conversation.
    """
    if thread.channel and not thread.root:
        return []
    asked = await work.jobs.at_thread(thread.key, is_active=False)
    if not thread.channel:
        return asked
    row = await work.outbox.card_at(thread.source.value, thread.integration, thread.channel, thread.root)
    at_head = await work.jobs.of_ids([row.job_id]) if row and row.job_id else []
    head = [job for job in at_head if all(each.id != job.id for each in asked)]
    return [*asked, *head]


async def related(work: UnitOfWork, thread: Thread, place: str = "") -> list[Job]:
    """Those, newest first, and of a chat's also what was asked for on their pull requests: it is one conversation, on
    either side. `place` (a `Thread.place`) leaves out the pull requests of everywhere else.
    """
    here = await jobs_here(work, thread)
    if not thread.channel:
        return here
    found = {job.id: job for job in here}
    for key in await _pull_requests(work, here, place):
        found |= {job.id: job for job in await work.jobs.at_thread(key, is_active=False)}
    return sorted(found.values(), key=lambda job: (str(job.created_at), job.id), reverse=True)


async def _pull_requests(work: UnitOfWork, jobs: Sequence[Job], place: str) -> set[str]:
    """Where the changes of `jobs` are talked about on their forge."""
    keys = set()
    for job in jobs:
        change = await work.changes.of_job(job.id)
        number = (change.pull_number or change.issue_number) if change else None
        if number is not None and job.place is not None and _is_at(job, place):
            keys.add(job.place.model_copy(update={"number": number}).key)
    return keys


def _is_at(job: Job, place: str) -> bool:
    """Names of repositories are typed in any case."""
    return not place or (job.place is not None and job.place.place.lower() == place.lower())


def meant(jobs: Sequence[Job]) -> Job | None:
    """Of several the one that is meant where no id was typed, as far as one can be: an active one, else the newest."""
    active = (job for job in jobs if not job.status.is_terminal)
    return next(active, None) or next(iter(jobs), None)


async def active_here(work: UnitOfWork, ask: Ask) -> list[Job]:
    """Of all that is related, what has not ended."""
    here = await related(work, ask.message.thread, ask.there.place)
    return [job for job in here if not job.status.is_terminal]


async def only_active(work: UnitOfWork, ask: Ask) -> Job:
    """The one job that is active here. Several: they are listed and nothing is done."""
    return _only(await active_here(work, ask), ask, "active job")


async def newest(work: UnitOfWork, ask: Ask, what: str = "job") -> Job:
    """The one active here, else the newest."""
    here = await related(work, ask.message.thread, ask.there.place)
    active = [job for job in here if not job.status.is_terminal]
    return _only(active or here[:1], ask, what)


def _only(jobs: Sequence[Job], ask: Ask, what: str) -> Job:
    if len(jobs) > 1:
        raise Refused(_several(jobs, ask))
    # Rights were looked up in one repository, and a chat's thread may be about several.
    if not jobs or not _is_at(jobs[0], ask.there.place):
        raise Refused(NONE_HERE.format(what=what, slash=ask.slash))
    return jobs[0]


def is_whole_room(message: IncomingMessage) -> bool:
    """Whether it was said to a chat's channel itself, in none of its threads."""
    thread = message.thread
    return bool(thread.channel) and thread.root in {"", message.comment_id}


def _several(active: Sequence[Job], ask: Ask) -> str:
    listed = ", ".join(f"{job.handle} ({job.request.verb})" for job in active)
    count = COUNTS.get(len(active), str(len(active)))
    return SEVERAL.format(
        count=count, jobs=listed, slash=ask.slash, verb=ask.command.name, handle=active[0].handle
    )


async def _by_id(jobs: Jobs, ask: Ask, typed: str) -> Job:
    """A beginning names a job of this repository only: of others not even the ids are told."""
    if len(typed) < SHORTEST_PREFIX:
        raise Refused(NO_SUCH.format(id=typed, slash=ask.slash))
    whole = [job for job in await jobs.by_handle(typed) if job.handle == typed]
    here = whole or await jobs.by_handle(typed, place=ask.there.place)
    if len(here) == 1:
        return here[0]
    if not here:
        raise Refused(NO_SUCH.format(id=typed, slash=ask.slash))
    handles = ", ".join(f"`{job.handle}`" for job in here)
    told = {"slash": ask.slash, "verb": ask.command.name, "handle": here[0].handle}
    raise Refused(AMBIGUOUS_ID.format(id=typed, handles=handles, **told))
