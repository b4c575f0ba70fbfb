"""Output too long for a message: more messages in order, or a file. Each is a row of the outbox, and sent once.

A file cannot be shown to one person in a channel: what is for one alone goes to them in a direct message, and where the
platform takes no file from us, its beginning or end is said instead.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from bot import phrases
from bot.chat import Chat, Enclosure
from bot.errors import AuthenticationError, NotFoundError, Refused
from bot.platform import Platform, Posted
from bot.safety import clip, fence, mask
from bot.services import Services
from models.base import Noun, now
from models.card import Card, CardState
from models.message import Thread, ThreadKind
from models.outbox import OutboxKind, OutboxRow

# Slack recommends 4,000 characters for a message; what is around the output needs some.
# https://docs.slack.dev/changelog/2018-truncating-really-long-messages
INLINE_CHARACTERS = 3000
QUICK_CHARACTERS = 4000
MOST_PARTS = 4  # messages; what is longer is easier read as a file
MOST_FILE_BYTES = 512 * 1024
CLIPPED_CHARACTERS = 2500
LOG, ANSWER, OUTPUT = "log", "md", "txt"
BEFORE = "[{count} before this left out: a file of mine holds up to {most} kB]\n"
AFTER = "\n[{count} after this left out: a file of mine holds up to {most} kB]"
WHOLE_ANSWER = "All that {handle} answered:"
WHOLE_OUTPUT = "All that is kept of the output of {handle}:"
INSTEAD = "{words}\n\n{shown}\n\nThat is not all of it. It could not be sent as a file: {why}."
ENDED = frozenset({CardState.DONE, CardState.ANSWERED, CardState.FAILED, CardState.CANCELLED})


class Output(Noun):
    """Text that is too long for a message. `kind` is what its file's name ends with."""

    handle: str
    content: str
    kind: str = LOG


def is_long(text: str) -> bool:
    """Whether output should not stand in a message."""
    return len(text) > INLINE_CHARACTERS


def file_name(handle: str, marker: str, kind: str) -> str:
    """No two files of ours have the same: by it one is found again."""
    return f"{handle}.{marker.rpartition(':')[2]}.{kind}"


def capped(content: str, kind: str) -> str:
    """As much as a file holds, in whole lines where there are any, and a line that says what was left out."""
    if len(content.encode("utf-8", "replace")) <= MOST_FILE_BYTES:
        return content
    keep: Literal["head", "tail"] = "head" if kind == ANSWER else "tail"
    lines = content.splitlines()
    kept = clip(content, MOST_FILE_BYTES - len(BEFORE) - 100, keep, "bytes")
    count = phrases.counted(max(len(lines) - len(kept.splitlines()), 1), "line")
    told = {"count": count, "most": MOST_FILE_BYTES // 1024}
    return kept + AFTER.format(**told) if keep == "head" else BEFORE.format(**told) + kept


async def send(services: Services, row: OutboxRow, platform: Platform) -> Posted:
    """Upload the row's file, unless an earlier attempt did; else say what of it fits. Raises IntegrationError."""
    chat = services.chat_of(row.thread)
    if chat is None:
        return await platform.post(row.thread, _instead(row, platform, "files cannot be sent here"))
    there = _there(row)
    try:
        known = await _known(chat, platform, row, there) if row.is_ambiguous else None
        return known or await chat.upload(there, _enclosure(row))
    except Refused as refusal:
        why = str(refusal)
    except (NotFoundError, AuthenticationError) as error:
        if not row.audience or (isinstance(error, AuthenticationError) and not error.is_forbidden):
            raise
        why = str(error)  # they cannot be written to alone
    body = _instead(row, platform, why)
    if not row.audience:
        return await platform.post(row.thread, body)
    await chat.whisper(row.thread, row.audience, body, row.answer_url)
    return Posted(id="")


async def after(services: Services, row: OutboxRow, card: Card | None, posted: Posted) -> list[OutboxRow]:
    """What follows a job's card at its end: the words and the output that the card has no room for."""
    chat = services.chat_of(row.thread)
    if card is None or chat is None or card.state not in ENDED:
        return []
    rest = await asyncio.to_thread(chat.rest_of, card, MOST_PARTS + 1)
    below = _below(row.thread, posted)
    if len(rest.parts) > MOST_PARTS:
        rows = [_file(services, row, below, card, ANSWER)]
    else:
        rows = [_part(row, below, card, number, text) for number, text in enumerate(rest.parts, 2)]
    return [*rows, *([_file(services, row, below, card, OUTPUT)] if rest.hides_output else [])]


def _there(row: OutboxRow) -> Thread:
    """Where the file goes: for one person alone into the conversation with them."""
    if not row.audience or row.thread.kind is ThreadKind.DIRECT:
        return row.thread
    alone = {"channel": row.audience, "channel_name": "", "root": "", "kind": ThreadKind.DIRECT}
    return row.thread.model_copy(update=alone | {"is_private": True})


async def _known(chat: Chat, platform: Platform, row: OutboxRow, there: Thread) -> Posted | None:
    """What an earlier attempt sent: the file, or what was said instead."""
    if found := await chat.uploaded(there, row.target_id):
        return found
    said = [] if row.audience else await platform.find(row.thread, row.marker)
    return said[0] if said else None


def _enclosure(row: OutboxRow) -> Enclosure:
    stem, _, rest = row.target_id.partition(".")
    title = f"{stem}.{rest.rpartition('.')[2]}"
    return Enclosure(name=row.target_id, title=title, content=row.body, words=row.text)


def _instead(row: OutboxRow, platform: Platform, why: str) -> str:
    is_answer = row.target_id.endswith(f".{ANSWER}")
    shown = clip(row.body, CLIPPED_CHARACTERS, "head" if is_answer else "tail")
    text = INSTEAD.format(words=row.text, shown=shown if is_answer else fence(shown), why=why)
    return platform.render_reply(text, row.marker)


def _below(thread: Thread, posted: Posted) -> Thread:
    """A card that stands in a channel begins a thread."""
    is_open = thread.kind is ThreadKind.CHANNEL and thread.channel and not thread.root
    return thread.model_copy(update={"root": posted.id}) if is_open else thread


def _part(row: OutboxRow, below: Thread, card: Card, number: int, text: str) -> OutboxRow:
    return _row(
        row, below, f"part:{card.job_id}:{number}", OutboxKind.REPLY, f"{card.marker}.{number}", text=text
    )


def _file(services: Services, row: OutboxRow, below: Thread, card: Card, kind: str) -> OutboxRow:
    content, form = (card.body, WHOLE_ANSWER) if kind == ANSWER else (card.details, WHOLE_OUTPUT)
    marker = f"{card.marker}.{kind}"
    return _row(
        row,
        below,
        f"file:{card.job_id}:{kind}",
        OutboxKind.FILE,
        marker,
        text=form.format(handle=card.handle),
        body=capped(mask(content, services.known_secrets), kind),
        target_id=file_name(card.handle, marker, kind),
    )


def _row(row: OutboxRow, below: Thread, key: str, kind: OutboxKind, marker: str, **fields: str) -> OutboxRow:
    """Put when the card is shown, and so behind it."""
    moment = now()
    return OutboxRow(
        key=key,
        kind=kind,
        platform=row.platform,
        integration=row.integration,
        thread=below,
        marker=marker,
        delivery_id=row.delivery_id,
        request_id=row.request_id,
        due_at=moment,
        created_at=moment,
        text=fields.get("text", ""),
        body=fields.get("body", ""),
        target_id=fields.get("target_id", ""),
    )
