"""`repo`: what a channel's requests are about, unless they say otherwise."""

from __future__ import annotations

from bot import permissions, places
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Denied, Refused
from bot.ports import UnitOfWork
from models.base import now
from models.command import VerbSpec
from models.identity import Role
from models.pending import Room

OF_A_FORGE = (
    "This is {place}, and requests here are about it. A chat's channel takes `{slash} repo set owner/name`"
)
NONE = "Requests {here} are about no repository by default. `{slash} repo set owner/name`"
IS = (
    "Requests {here} are about `{repository}`. `{slash} repo set owner/name` changes that, "
    "`{slash} repo unset` ends it."
)
SET = "Requests {here} are about `{repository}` from now on. `{slash} fix` begins one."
UNSET = "Requests {here} are about no repository by default any more. `{slash} repo set owner/name`"
NO_RIGHT = "Can't set that: {reason}. `{slash} repo`"
NOT_YOURS = (
    "From elsewhere only whoever set a channel's repository last changes it. Type it in that channel: "
    "`{slash} repo set owner/name`"
)
HERE, ALONE, IN = "here", "of yours to me alone", "in #{channel}"
USAGE = "Type `{slash} repo`, `{slash} repo set owner/name` or `{slash} repo unset`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Tell it, set it (for a repository its author may write to), or unset it."""
    thread, words = ask.message.thread, ask.command.args
    if not thread.channel:
        raise Refused(OF_A_FORGE.format(place=thread.repository, slash=ask.slash))
    if _elsewhere(ask) and await _mine(work, ask) is None:
        raise Denied(NOT_YOURS.format(slash=ask.slash))
    if not words:
        room = await work.rooms.get(thread.source.value, thread.integration, thread.workspace, _channel(ask))
        form = IS if room and room.repository else NONE
        return Said(text=_told(form, ask, room.repository if room else ""), is_private=True)
    if words[0] == "unset" and len(words) == 1:
        await _put(work, ask, "")
        return Said(text=_told(UNSET, ask))
    if words[0] == "set" and len(words) == 2:
        repository = places.checked(words[1], ask.slash)
        await _put(work, ask, repository)
        return Said(text=_told(SET, ask, repository))
    raise Refused(USAGE.format(slash=ask.slash))


async def prepare(ask: Ask) -> Ask:
    """Refuses a repository that its author may not write to: requests about it would only be refused later. And from
    elsewhere, where the right of whoever is there was not looked up, one that they may not even read any more.
    """
    words = ask.command.args
    if not ask.message.thread.channel:
        return ask
    room = await _look(ask) if _elsewhere(ask) else None
    if len(words) == 2 and words[0] == "set":
        await _check(ask, places.checked(words[1], ask.slash), permissions.JOBS_NEED)
    elif words and room is not None and room.repository:
        await _check(ask, room.repository, SPEC.needs)
    return ask


async def _look(ask: Ask) -> Room:
    """The named channel. Raises Denied unless it was the author who set it last."""
    async with ask.services.storage.read() as work:
        room = await _mine(work, ask)
    if room is None:
        raise Denied(NOT_YOURS.format(slash=ask.slash))
    return room


async def _check(ask: Ask, repository: str, needs: Role) -> None:
    role = await ask.services.forge().role_of(ask.account, repository)
    decision = permissions.decide(needs, role, repository)
    if not decision.is_allowed:
        raise Denied(NO_RIGHT.format(reason=decision.reason, slash=ask.slash))


def _elsewhere(ask: Ask) -> str:
    """The channel that is named: a page's buttons stand in none."""
    return ask.command.options.get("in", "").lstrip("#")


async def _mine(work: UnitOfWork, ask: Ask) -> Room | None:
    """The named channel, if it was the author who set it last: that it is theirs to set needs no other proof."""
    mine = await work.rooms.set_by(places.account_of(ask.message, ask.actor))
    return next((room for room in mine if room.channel == _elsewhere(ask)), None)


def _channel(ask: Ask) -> str:
    return _elsewhere(ask) or places.room_of(ask.message.thread, ask.actor)


def _told(form: str, ask: Ask, repository: str = "") -> str:
    here = ALONE if _channel(ask) == ask.actor.id else HERE
    if _elsewhere(ask) and here is HERE:
        here = IN.format(channel=_elsewhere(ask))
    return form.format(here=here, repository=repository, slash=ask.slash)


async def _put(work: UnitOfWork, ask: Ask, repository: str) -> None:
    thread = ask.message.thread
    room = Room(
        platform=thread.source.value,
        integration=thread.integration,
        workspace=thread.workspace,
        channel=_channel(ask),
        repository=repository,
        set_by=ask.actor.id,
        updated_at=now(),
    )
    await work.rooms.put(room)


SPEC = CommandSpec(
    verb=VerbSpec(name="repo", takes_words=2, options=frozenset({"in"})),
    usage="repo [set owner/name | unset] [in=channel]",
    summary="the repository that a channel's requests are about",
    group="you and set-up",
    needs=Role.READ,
    scope=Scope.HERE,
    prepare=prepare,
    run=run,
)
