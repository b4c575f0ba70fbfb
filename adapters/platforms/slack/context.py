"""What surrounds a message, fetched fresh: the thread and nothing else of the channel; what it begins with, its newest
messages, and who wrote them.

https://docs.slack.dev/reference/methods/conversations.replies
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from adapters.platforms.slack import attached, conversation, facts, threads, unseen_files, whereabouts
from adapters.platforms.slack.client import Call
from adapters.platforms.slack.conversation import Rooms
from adapters.platforms.slack.entities import Reader
from adapters.platforms.slack.facts import Own
from adapters.platforms.slack.interactions import mentioned
from adapters.platforms.slack.normalize import TOMBSTONE
from adapters.platforms.slack.payload import Saying
from adapters.platforms.slack.people import People, actor_of
from bot.errors import AuthenticationError, NotFoundError
from bot.safety import clip
from models.job import JobContext
from models.message import Actor, Attachment, Comment, IncomingMessage, Thread

NEWEST_COMMENTS = 50  # the first among them
LONGEST_COMMENT = 8_000
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 32_000
WITH_FILE = "[attached: {name}]"


async def gather(api: Call, rooms: Rooms, people: People, own: Own, message: IncomingMessage) -> JobContext:
    """Everything a job must know of where it was asked."""
    thread = await whereabouts.ask(api, rooms, message.thread)
    actor = message.actor
    newest = _told(await _thread(api, rooms, thread), thread.root, message.comment_id)
    who = {name for each in newest for name in (each.user or "", *mentioned(each.text or ""))} - {""}
    names = await people.names(api, who)
    files = [*message.files, *(file for each in newest[::-1] for file in facts.files_of(each.files))]
    seen = await unseen_files.look_up(api, files)
    comments = tuple(_comment(each, own, names, seen) for each in newest)
    asker = await _asker(api, people, actor)
    return JobContext(
        issue_id=f"{thread.channel}:{thread.root}",
        issue_key=thread.name,
        user_msg=message.text,
        user_email=asker.email if asker else None,
        display_name=(asker.display_name or asker.login) if asker else "",
        platform_user_id=actor.id if actor else "",
        workspace_name=thread.workspace,
        base_api_url=api.client.reach.api_url,
        issue_title=clip(message.title, LONGEST_TITLE),
        issue_description=clip(message.description, LONGEST_DESCRIPTION),
        thread=thread,
        comment_id=message.comment_id,
        comment_url=message.url,
        previous_comments=comments,
        files=_seen(message.files, seen),
    )


async def _asker(api: Call, people: People, actor: Actor | None) -> Actor | None:
    """Whoever asked, with their name and address; as the message told them where the app may not read people."""
    try:
        found = await people.find(api, actor.id) if actor else None
    except AuthenticationError as error:
        if not error.is_forbidden:
            raise
        found = None
    return actor_of(found) if found else actor


async def _thread(api: Call, rooms: Rooms, thread: Thread) -> list[Saying]:
    """The thread's first message and its newest, in order; none where we may not read (a command needs no
    invitation).
    """
    if not thread.root:
        return []
    try:
        channel = await rooms.of(api, thread.channel)
        read = await threads.newest(api, channel, thread.root, NEWEST_COMMENTS)
    except (NotFoundError, AuthenticationError) as error:
        if isinstance(error, AuthenticationError) and not error.is_forbidden:
            raise
        return []
    return [msgspec.convert(_known(each), Saying) for each in read]


def _told(said: Sequence[Saying], root: str, asked: str) -> list[Saying]:
    """What was said besides the request: what the thread begins with, and the newest. What was deleted is gone."""
    told = [each for each in said if each.ts != asked and each.subtype != TOMBSTONE]
    begins = [each for each in told if each.ts == root]
    return begins + [each for each in told if each.ts != root][-(NEWEST_COMMENTS - len(begins)) :]


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is read: another field's form must not cost the whole thread."""
    return {name: said[name] for name in Saying.__struct_fields__ if said.get(name) is not None}


def _seen(files: Sequence[Attachment], seen: Mapping[str, Attachment]) -> tuple[Attachment, ...]:
    return tuple(seen.get(file.id, file) for file in files)


def _comment(said: Saying, own: Own, names: Mapping[str, str], seen: Mapping[str, Attachment]) -> Comment:
    reader = Reader(own.name, frozenset({own.user_id} - {""}), people=names)
    author = facts.author_of(said)
    files = _seen(facts.files_of(said.files), seen)
    named = " ".join(WITH_FILE.format(name=file.name) for file in files)
    shown = (facts.text_of(reader, said), attached.read(reader, said), named)
    text = "\n".join(part for part in shown if part)
    fields = {"user": said.user or "", "bot_id": said.bot_id or ""}
    return Comment(
        id=said.ts or "",
        author=names.get(said.user or "") or (author.display_name or author.login if author else ""),
        text=clip(text, LONGEST_COMMENT),
        created_at=facts.moment_of(said.ts),
        is_ours=conversation.is_ours(fields, own),
        files=files,
    )
