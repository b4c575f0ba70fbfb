"""What could not be said where it was asked is told to whoever asked, alone: nobody is left without an answer.

A command can be typed in a channel to which the bot was never invited; what it says there stays unsaid until it is.
"""

from __future__ import annotations

from bot.errors import AuthenticationError, IntegrationError, NotFoundError
from bot.services import Services
from models.base import now
from models.outbox import OutboxKind, OutboxRow

WAITS = "What I have to say where you asked waits until I may: {error}"
LOST = (
    "I could not answer where you asked: {error}. Ask me here instead, or invite me there (`/invite @{name}`) and ask "
    "again."
)
SAID = frozenset({OutboxKind.CARD, OutboxKind.REPLY, OutboxKind.FILE})


async def tell_who_asked(
    services: Services, row: OutboxRow, error: IntegrationError, *, is_lost: bool
) -> None:
    """Keep a word for them, once for each message, where the platform lets us speak to one person alone.

    `is_lost`: it was given up; else it is tried again.
    """
    is_about_the_place = isinstance(error, NotFoundError) or _is_forbidden(error)
    if not is_about_the_place or row.audience or row.kind not in SAID or row.delivery_id is None:
        return
    if services.chat_of(row.thread) is None:
        return
    moment = now()
    async with services.storage.begin() as work:
        delivery = await work.deliveries.get(row.delivery_id)
        if delivery is None or not delivery.actor_id:
            return
        await work.outbox.put(
            OutboxRow(
                key=f"unsaid:{row.key}",
                kind=OutboxKind.REPLY,
                platform=row.platform,
                integration=row.integration,
                thread=row.thread,
                text=(LOST if is_lost else WAITS).format(error=error, name=services.settings.name),
                audience=delivery.actor_id,
                delivery_id=row.delivery_id,
                request_id=row.request_id,
                due_at=moment,
                created_at=moment,
            )
        )


def _is_forbidden(error: IntegrationError) -> bool:
    return isinstance(error, AuthenticationError) and error.is_forbidden
