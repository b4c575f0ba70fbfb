"""Where a remark that names nobody is meant for us: an inline thread on our own open pull request, a chat's thread that
holds our card. Everywhere else people talk among themselves."""

from __future__ import annotations

from bot import choice, triage
from bot.services import Services
from models.message import IncomingMessage, MessageKind


def is_said(text: str) -> bool:
    """Whether it holds a word of its author's own: who only quotes asks for nothing. A fence is no word."""
    return any(line.strip(" \t`~") and not line.lstrip().startswith(">") for line in text.splitlines())


async def is_ours(services: Services, message: IncomingMessage) -> bool:
    """Whether an unaddressed `message` goes on with work of ours. Raises StorageUnavailable."""
    if not is_said(message.text):
        return False
    if triage.is_in_chat_thread(message):
        async with services.storage.read() as work:
            return bool(await choice.jobs_here(work, message.thread))
    if message.kind is not MessageKind.INLINE or message.thread.number is None:
        return False
    async with services.storage.read() as work:
        change = await work.changes.find(message.thread.place, message.thread.number)
    return change is not None and change.is_open and change.pull_number == message.thread.number
