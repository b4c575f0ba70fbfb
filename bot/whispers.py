"""What one person alone sees: said, and later something else in its place, as far as the platform lets us.

A question is such a thing, and it must not stay on the screen when it is answered or void. Whoever answers it by a
click brings along the address at which the clicked message is replaced. Without a click only what is a message like any
other (in a conversation with that person alone) can be changed; what is shown to one person of many stays until they
reload.
"""

from __future__ import annotations

from bot.chat import Chat
from models.outbox import OutboxRow


async def send(chat: Chat, row: OutboxRow, body: str) -> str:
    """Say `row`, or put it in the place of what was said. The id of the message; "" where nobody can change it.

    Nothing finds a whisper again: after an ambiguous result it is said once more rather than not at all.
    """
    if row.wanted > 1:
        # Reworded: the question is over. Where it cannot be replaced, a second message about it would help nobody.
        await chat.replace_whisper(row.thread, row.remote_id or "", body)
        return row.remote_id or ""
    if row.target_id and await chat.replace_whisper(row.thread, row.target_id, body, row.answer_url):
        return row.target_id
    return await chat.whisper(row.thread, row.audience, body, row.answer_url)
