"""`unsubscribe`: a channel follows a repository no more."""

from __future__ import annotations

from collections.abc import Sequence

from bot import topics
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Refused
from bot.places import checked
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role
from models.pending import Subscription

OF_A_FORGE = "It is a chat's channel that follows a repository, and this is {place}. `{slash} help`"
NONE = "This channel follows no repository. `{slash} subscribe owner/name`"
NOT_THAT = "This channel does not follow `{repository}`. It follows {listed}. `{slash} unsubscribe {first}`"
WHICH = "This channel follows {listed}. Say which: `{slash} unsubscribe {first}`"
ENDED = "This channel follows `{repository}` no more. `{slash} subscribe {repository}` begins again."
LESS = "This channel still follows `{repository}`: {events} only. `{slash} unsubscribe {repository}` ends that too."


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """End it, or leave some of it. What a channel hears is its own matter: everybody in it may."""
    thread = ask.message.thread
    if not thread.channel:
        raise Refused(OF_A_FORGE.format(place=thread.name, slash=ask.slash))
    followed = await work.rooms.followed(thread.source.value, thread.integration, thread.channel)
    subscription = _meant(ask, followed)
    less = topics.named(ask, ask.command.args)
    left = tuple(event for event in subscription.events if less and event not in less)
    told = {"repository": subscription.repository, "slash": ask.slash}
    if left:
        await work.rooms.subscribe(subscription.model_copy(update={"events": left}))
        return Said(text=LESS.format(events=", ".join(left), **told))
    await work.rooms.unsubscribe(subscription)
    return Said(text=ENDED.format(**told), detail=f"{thread.room} follows {subscription.repository} no more")


def _meant(ask: Ask, followed: Sequence[Subscription]) -> Subscription:
    """The one that was named, else the only one."""
    told = {"slash": ask.slash}
    if not followed:
        raise Refused(NONE.format(**told))
    listed = ", ".join(f"`{each.repository}` ({', '.join(each.events)})" for each in followed)
    first = followed[0].repository
    named = next((word for word in ask.command.args if "/" in word), "")
    if not named and len(followed) == 1:
        return followed[0]
    if not named:
        raise Refused(WHICH.format(listed=listed, first=first, **told))
    found = next((each for each in followed if each.repository == checked(named, ask.slash).lower()), None)
    if found is None:
        raise Refused(NOT_THAT.format(repository=named, listed=listed, first=first, **told))
    return found


SPEC = CommandSpec(
    verb=VerbSpec(name="unsubscribe", takes_words=topics.MOST_WORDS),
    usage="unsubscribe [owner/name] [events]",
    summary="tell this channel no more of a repository",
    group="order",
    needs=Role.NONE,
    scope=Scope.HERE,
    run=run,
)
