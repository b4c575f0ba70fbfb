"""Who reads where somebody asks, before they are told what was said elsewhere: a click tells little of its room."""

from __future__ import annotations

from dataclasses import replace

from bot.command import Ask


async def look_up(ask: Ask) -> Ask:
    """`ask`, with what its platform says of the room, as far as others may read it. Runs before the transaction."""
    thread = ask.message.thread
    chat = ask.services.chat_of(thread)
    if chat is None or not thread.is_external:
        return ask
    told = await chat.look_up(thread)
    return replace(ask, message=ask.message.model_copy(update={"thread": told}))
