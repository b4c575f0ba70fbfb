"""What an answer leaves in the outbox: its words, a file for what is long, and the sign that the message was seen."""

from __future__ import annotations

from bot.command import Said
from bot.drafts import finish
from bot.enclosures import Output, file_name
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import Addressed
from models.base import now
from models.message import IncomingMessage, MessageKind, Reply, ThreadKind
from models.outbox import OutboxKind, OutboxRow

SEEN = "eyes"
OBJECTLESS = frozenset({MessageKind.SLASH, MessageKind.ACTION, MessageKind.FORM, MessageKind.EVENT})
REPLY_MARKER = "bellhop:d{delivery}-{index}"
IN_DIRECT = "{words}\n\nIt is long, so you get it as a file, in a direct message."


async def put(work: UnitOfWork, found: Addressed, index: int, text: str, *, is_private: bool = False) -> None:
    """Answer command `index` of a message with `text`, our own Markdown. Said once, however often it is put.

    `is_private`: to its author alone, where the platform can do that.
    """
    await _put(work, found, str(index), text, is_private=is_private)


async def say(
    services: Services, work: UnitOfWork, found: Addressed, index: int, said: Said, *, is_private: bool
) -> None:
    """Answer with all of `said`: one message, or as many as it takes, in order, and a file for long output."""
    ready = said if said.parts else await finish(services, found.message.thread, said)
    texts, output = list(ready.parts), ready.output
    is_alone = is_private and found.message.thread.kind is not ThreadKind.DIRECT
    words = texts.pop() if output is not None and texts else ""
    if output is not None and is_alone:
        texts.append(IN_DIRECT.format(words=words))
    for number, each in enumerate(texts, 1):
        part = f"{index}.{number}" if number > 1 else f"{index}"
        await _put(work, found, part, each, is_private=is_private)
    if output is not None:
        await _enclose(work, found, index, words, output, is_private=is_private)


async def _put(work: UnitOfWork, found: Addressed, index: str, text: str, *, is_private: bool) -> None:
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


async def _enclose(
    work: UnitOfWork, found: Addressed, index: int, words: str, output: Output, *, is_private: bool
) -> None:
    """The output as a file, and what is said with it."""
    marker = REPLY_MARKER.format(delivery=found.delivery.id, index=f"{index}-file")
    row = {
        "text": words,
        "body": output.content,
        "target_id": file_name(output.handle, marker, output.kind),
        "marker": marker,
        **(_alone(found.message) if is_private else {}),
    }
    await work.outbox.put(_row(found, f"file:{found.message.semantic_key}:{index}", OutboxKind.FILE, **row))


async def whisper(work: UnitOfWork, found: Addressed, key: str, body: str, text: str) -> None:
    """Ask a message's author something, alone: `body` as the platform takes it, or `text`, our own Markdown."""
    await _whisper(work, found, key, text=text, body=body)


async def replace(work: UnitOfWork, found: Addressed, key: str, text: str) -> None:
    """Say it to whoever clicked, alone, in the place of the message they clicked in; beside it where that is gone."""
    await _whisper(work, found, key, text=text, target_id=found.message.subject_id)


async def _whisper(work: UnitOfWork, found: Addressed, key: str, **said: str) -> None:
    marker = REPLY_MARKER.format(delivery=found.delivery.id, index="q")
    row = {"marker": marker, **said, **_alone(found.message)}
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
