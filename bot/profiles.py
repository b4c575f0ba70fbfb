"""How somebody is called: a chat tells of who speaks only an id, so their name is asked for where it is shown or kept.

A name is for people to read, never for us to know anybody by, and it is worth no failure.
"""

from __future__ import annotations

from dataclasses import replace

from bot.command import Ask
from bot.errors import IntegrationError
from bot.places import account_of
from bot.ports import UnitOfWork
from bot.services import Services
from models.message import Actor, IncomingMessage, Thread


async def known(services: Services, thread: Thread, actor: Actor) -> Actor:
    """`actor` with the names they have there now; as they are where nobody tells."""
    chat = services.chat_of(thread)
    try:
        return await chat.profile(actor) if chat is not None else actor
    except IntegrationError:
        return actor


async def remember(work: UnitOfWork, message: IncomingMessage) -> None:
    """A forge tells with each message how its author is called now: who knows them from elsewhere reads that."""
    if message.actor is not None and not message.thread.channel:
        await work.people.rename(account_of(message, message.actor))


async def introduce(ask: Ask) -> Ask:
    """`ask` with the names of its author."""
    actor = await known(ask.services, ask.message.thread, ask.actor)
    # Who has linked no account stands for themselves on both sides.
    account = actor if ask.account == ask.actor else ask.account
    return replace(ask, actor=actor, account=account)
