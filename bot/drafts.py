"""Answers as they leave: masked, in messages that a chat takes, what is longer as a file."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.chat import Chat
from bot.command import Said
from bot.enclosures import ANSWER, MOST_PARTS, QUICK_CHARACTERS, Output, capped
from bot.safety import mask
from bot.services import Services
from models.message import Thread

WHOLE = "answer"
ALL_OF_IT = "That is more than messages should hold. All of it:"


async def finish(services: Services, thread: Thread, said: Said) -> Said:
    """`said` as it leaves: masked, in messages that a chat takes, its file no longer than files may be.

    What is long is read aside, and that takes its time: its command does so before the transaction.
    """
    chat = services.chat_of(thread)
    if len(said.text) <= QUICK_CHARACTERS and said.output is None:
        return _finished(services, chat, said)
    # Reading a long text takes longer than the loop may stand still.
    return await asyncio.to_thread(_finished, services, chat, said)


def _finished(services: Services, chat: Chat | None, said: Said) -> Said:
    text = mask(said.text, services.known_secrets)
    if chat is None:
        return replace(said, parts=(text,), output=None)
    parts, output = tuple(chat.parts(text, MOST_PARTS + 1)), said.output
    if len(parts) > MOST_PARTS:
        parts, output = (ALL_OF_IT,), Output(handle=WHOLE, content=text, kind=ANSWER)
    if output is not None:
        output = output.model_copy(update={"content": capped(output.content, output.kind)})
    return replace(said, parts=parts, output=output)
