"""What stands on a person's own page: what they may do, their jobs, who they are, what their channels are set to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import cards
from bot.ports import UnitOfWork
from bot.services import Services
from models.identity import Account
from models.job import Job
from models.outbox import OutboxRow
from models.pending import Room, Subscription
from models.picker import Menu, Page, Section

HELP, JOBS, ENDED, LINK = "What you may do", "Your jobs", "Lately", "Who you are"
ALONE, CHANNELS = "Your default", "Your channels"
ACTIVE = "{handle} · {status}"
LINE = "- {status}: {what}"
NO_JOBS = (
    "Nothing of yours is queued or running. Mention `@{name}` in a channel, or write to it alone, to begin."
)
LINKED = "You are @{login} on {forge}. Jobs run with that account's rights."
UNLINKED = "I don't know yet who you are on {forge}. Jobs run with your own rights there, so I need to."
OWN = "What you ask me alone is about `{repository}`, unless you say otherwise."
NO_OWN = "When you ask me alone and name no repository, I ask which one. Choose one here, and I take that."
DEFAULT = "Requests in {channel} are about `{repository}`."
FOLLOWS = "{channel} follows `{repository}`: {events}."
CHOOSE = "Choose a repository"
SET, CLEAR, OF = "{slash} repo set {{choice}}{of}", "{slash} repo unset{of}", " in={channel}"
NO_CHANNELS = (
    "You set none yet. In a channel, `/{name} repo set owner/name` says what its requests are about, and "
    "`/{name} subscribe owner/name` has it told what happens there."
)
# Nobody looks at a page longer than that; with the next look it is drawn anew.
OPEN_SECONDS = 24 * 3600.0
MOST_ACTIVE = 10
MOST_ENDED = 10
MOST_LOOKED_AT = 50
MOST_CHANNELS = 10


@dataclass(frozen=True)
class Seen:
    """What is known of a person, newest first."""

    name: str  # the bot's
    help: str
    forge: str
    login: str = ""
    active: Sequence[Job] = ()
    ended: Sequence[Job] = ()
    default: str = ""
    rooms: Sequence[Room] = ()
    subscriptions: Sequence[Subscription] = ()


async def look(services: Services, row: OutboxRow) -> Seen:
    """All that is to stand on the page now. Raises StorageUnavailable."""
    forge = services.forge()
    thread = row.thread
    me = Account(
        platform=row.platform, integration=row.integration, workspace=thread.workspace, id=row.audience
    )
    async with services.storage.read() as work:
        account = await work.people.partner(me, forge.name, forge.integration)
        jobs = await work.jobs.page(
            requester_id=account.id if account else "", repository=None, before=None, limit=MOST_LOOKED_AT
        )
        rooms = await work.rooms.set_by(me)
        subscriptions = await work.rooms.subscribed_by(me)
    # The same number is somebody else on another instance.
    mine = [
        job
        for job in jobs
        if account
        and job.place
        and (job.place.source.value, job.place.integration) == (forge.name, forge.integration)
    ]
    return Seen(
        name=services.settings.name,
        help=row.text if account or not row.body else row.body,
        forge=forge.name,
        login=account.login or account.id if account else "",
        active=[job for job in mine if not job.status.is_terminal][:MOST_ACTIVE],
        ended=[job for job in mine if job.status.is_terminal][:MOST_ENDED],
        default=next((room.repository for room in rooms if room.channel == me.id), ""),
        rooms=[room for room in rooms if room.repository and room.channel != me.id],
        subscriptions=subscriptions,
    )


async def refresh(work: UnitOfWork, job: Job) -> None:
    """A job came to its end: the page of whoever asked for it shows it, if they looked at it lately."""
    place, requester = job.place, job.requester
    if place is None or requester is None or not requester.id:
        return
    account = Account(platform=place.source.value, integration=place.integration, id=requester.id)
    for partner in await work.people.partners(account):
        await work.outbox.want_again(key_of(partner), OPEN_SECONDS)


def key_of(account: Account) -> str:
    """The row of somebody's page."""
    return "page:" + ":".join(account.key)


def draw(seen: Seen) -> Page:
    """The page. Pure. Texts of requests are their author's own, and made harmless."""
    slash = f"/{seen.name}"
    return Page(
        sections=(
            Section(title=HELP, text=seen.help, commands=(f"{slash} help",)),
            *_jobs(seen, slash),
            _link(seen, slash),
            *([_own(seen, slash)] if seen.login else []),
            *_channels(seen, slash),
        )
    )


def _jobs(seen: Seen, slash: str) -> list[Section]:
    if not seen.active:
        made = [Section(title=JOBS, text=NO_JOBS.format(name=seen.name))]
    else:
        made = [_active(job, slash) for job in seen.active]
    if seen.ended:
        lines = [LINE.format(status=job.status.value, what=cards.what(job)) for job in seen.ended]
        made.append(Section(title=ENDED, text="\n".join(lines)))
    return made


def _active(job: Job, slash: str) -> Section:
    return Section(
        title=ACTIVE.format(handle=job.handle, status=job.status.value),
        text=cards.what(job),
        commands=(f"{slash} status {job.handle}", f"{slash} cancel {job.handle}"),
    )


def _link(seen: Seen, slash: str) -> Section:
    if seen.login:
        text = LINKED.format(login=seen.login, forge=seen.forge)
        return Section(title=LINK, text=text, commands=(f"{slash} whoami", f"{slash} unlink"))
    return Section(title=LINK, text=UNLINKED.format(forge=seen.forge), commands=(f"{slash} link",))


def _own(seen: Seen, slash: str) -> Section:
    text = OWN.format(repository=seen.default) if seen.default else NO_OWN
    return _default(text, slash, "", title=ALONE, is_set=bool(seen.default))


def _channels(seen: Seen, slash: str) -> list[Section]:
    made = [
        _default(
            DEFAULT.format(channel=_name(room.channel), repository=room.repository),
            slash,
            OF.format(channel=room.channel),
        )
        for room in seen.rooms[:MOST_CHANNELS]
    ]
    follows = [
        FOLLOWS.format(channel=each.thread.name, repository=each.repository, events=", ".join(each.events))
        for each in seen.subscriptions
    ][:MOST_CHANNELS]
    made += [Section(title="", text=text) for text in follows]
    return [Section(title=CHANNELS, text="" if made else NO_CHANNELS.format(name=seen.name)), *made]


def _default(text: str, slash: str, of: str, *, title: str = "", is_set: bool = True) -> Section:
    """What a default is, to be changed and cleared. A click is a command: rights are looked up then."""
    menu = Menu(command=SET.format(slash=slash, of=of), placeholder=CHOOSE)
    clear = (CLEAR.format(slash=slash, of=of),) if is_set else ()
    return Section(title=title, text=text, menu=menu, commands=clear)


def _name(channel: str) -> str:
    return f"#{channel}"
