"""`subscribe`: a channel follows a repository."""

from __future__ import annotations

from bot import topics
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.base import now
from models.command import VerbSpec
from models.identity import Role
from models.message import Thread
from models.news import Topic
from models.pending import Subscription

OF_A_FORGE = (
    "A chat's channel follows a repository: type `{slash} subscribe {repository}` there. `{slash} help`"
)
FOLLOWS = (
    "This channel follows `{repository}` from now on: {events}. `{slash} unsubscribe {repository}` ends it."
)


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """From now on what happens there is told here. Whoever asks for it must be able to read it."""
    thread, repository = ask.message.thread, ask.there.repository
    if not thread.channel:
        raise Refused(OF_A_FORGE.format(slash=ask.slash, repository=repository))
    events = topics.named(ask, ask.command.args) or tuple(topic.value for topic in Topic)
    await work.rooms.subscribe(
        Subscription(
            platform=thread.source.value,
            integration=thread.integration,
            thread=room_of(thread),
            forge=ask.there.source.value,
            forge_integration=ask.there.integration,
            # A forge takes names in any case; in one, they can be compared.
            repository=repository.lower(),
            events=events,
            by=ask.actor.id,
            created_at=now(),
        )
    )
    told = {"repository": repository, "events": ", ".join(events)}
    return Said(text=FOLLOWS.format(slash=ask.slash, **told), detail=f"{thread.room} follows {repository}")


def room_of(thread: Thread) -> Thread:
    """The channel itself, whatever thread of it was written in."""
    return thread.model_copy(update={"root": ""})


SPEC = CommandSpec(
    verb=VerbSpec(name="subscribe", takes_words=topics.MOST_WORDS),
    usage="subscribe owner/name [issues pulls reviews releases jobs]",
    summary="tell this channel what happens in a repository",
    group="order",
    needs=Role.READ,
    scope=Scope.REPOSITORY,
    names_repository=True,
    run=run,
)
