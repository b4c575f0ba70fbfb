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
NONE = "This channel is about no repository yet. `{slash} repo set owner/name`"
IS = "Requests here are about `{repository}`. `{slash} repo set owner/name` changes that, `{slash} repo unset` ends it."
SET = "Requests here are about `{repository}` from now on. `{slash} fix` begins one."
UNSET = "Requests here are about no repository by default any more. `{slash} repo set owner/name`"
NO_RIGHT = "Can't set that: {reason}. `{slash} repo`"
USAGE = "Type `{slash} repo`, `{slash} repo set owner/name` or `{slash} repo unset`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Tell it, set it (for a repository its author may write to), or unset it."""
    thread, words = ask.message.thread, ask.command.args
    if not thread.channel:
        raise Refused(OF_A_FORGE.format(place=thread.repository, slash=ask.slash))
    if not words:
        room = await work.rooms.get(thread.source.value, thread.integration, thread.workspace, thread.channel)
        form = IS if room and room.repository else NONE
        return Said(
            text=form.format(repository=room.repository if room else "", slash=ask.slash), is_private=True
        )
    if words[0] == "unset" and len(words) == 1:
        await _put(work, ask, "")
        return Said(text=UNSET.format(slash=ask.slash))
    if words[0] == "set" and len(words) == 2:
        repository = places.checked(words[1], ask.slash)
        await _put(work, ask, repository)
        return Said(text=SET.format(repository=repository, slash=ask.slash))
    raise Refused(USAGE.format(slash=ask.slash))


async def prepare(ask: Ask) -> Ask:
    """Refuses a repository that its author may not write to: requests about it would only be refused later."""
    words = ask.command.args
    if ask.message.thread.channel and len(words) == 2 and words[0] == "set":
        repository = places.checked(words[1], ask.slash)
        role = await ask.services.forge().role_of(ask.account, repository)
        decision = permissions.decide(permissions.JOBS_NEED, role, repository)
        if not decision.is_allowed:
            raise Denied(NO_RIGHT.format(reason=decision.reason, slash=ask.slash))
    return ask


async def _put(work: UnitOfWork, ask: Ask, repository: str) -> None:
    thread = ask.message.thread
    room = Room(
        platform=thread.source.value,
        integration=thread.integration,
        workspace=thread.workspace,
        channel=thread.channel,
        repository=repository,
        set_by=ask.actor.id,
        updated_at=now(),
    )
    await work.rooms.put(room)


SPEC = CommandSpec(
    verb=VerbSpec(name="repo", takes_words=2),
    usage="repo [set owner/name | unset]",
    summary="the repository that a channel's requests are about",
    group="you and set-up",
    needs=Role.READ,
    scope=Scope.HERE,
    prepare=prepare,
    run=run,
)
