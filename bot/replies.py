"""What an answer leaves in the outbox: its words, and the sign that the message was seen."""

from __future__ import annotations

from bot.ports import UnitOfWork
from bot.triage import Addressed
from models.base import now
from models.message import IncomingMessage, MessageKind, Reply
from models.outbox import OutboxKind, OutboxRow

SEEN = "eyes"
OBJECTLESS = frozenset({MessageKind.SLASH, MessageKind.ACTION, MessageKind.FORM, MessageKind.EVENT})
REPLY_MARKER = "bellhop:d{delivery}-{index}"


async def put(work: UnitOfWork, found: Addressed, index: int, text: str, *, is_private: bool = False) -> None:
    """Answer command `index` of a message with `text`, our own Markdown. Said once, however often it is put.

    `is_private`: to its author alone, where the platform can do that.
    """
    message = found.message
    reply = Reply(
        source=message.source,
        message=text,
        thread=message.thread,
        marker=REPLY_MARKER.format(delivery=found.delivery.id, index=index),
    )
    key = f"reply:{message.semantic_key}:{index}"
    alone = _alone(message) if is_private and message.thread.channel else {}
    await work.outbox.put(
        _row(found, key, OutboxKind.REPLY, text=reply.message, marker=reply.marker, **alone)
    )


async def whisper(work: UnitOfWork, found: Addressed, key: str, body: str, text: str) -> None:
    """Ask a message's author something, alone: `body` as the platform takes it, or `text`, our own Markdown."""
    message = found.message
    marker = REPLY_MARKER.format(delivery=found.delivery.id, index="q")
    row = {"text": text, "body": body, "marker": marker, **_alone(message)}
    await work.outbox.put(_row(found, key, OutboxKind.REPLY, **row))


def _alone(message: IncomingMessage) -> dict[str, object]:
    if message.actor is None:
        return {}
    return {"audience": message.actor.id, "answer_url": message.answer_url}


async def see(work: UnitOfWork, found: Addressed) -> None:
    """👀 on the very object that was written."""
    message = found.message
    if message.kind in OBJECTLESS:
        return
    await work.outbox.put(
        _row(
            found,
            f"seen:{message.semantic_key}",
            OutboxKind.REACTION,
            reaction=SEEN,
            target_kind=message.kind,
            target_id=message.comment_id,
        )
    )


def _row(found: Addressed, key: str, kind: OutboxKind, **fields: object) -> OutboxRow:
    delivery, moment = found.delivery, now()
    return OutboxRow.model_validate(
        {
            "key": key,
            "kind": kind,
            "platform": delivery.platform,
            "integration": delivery.integration,
            "thread": found.message.thread,
            "delivery_id": delivery.id,
            "request_id": delivery.request_id,
            "due_at": moment,
            "created_at": moment,
            **fields,
        }
    )
