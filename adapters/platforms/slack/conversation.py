"""Saying, changing, finding and taking back what Bellhop says on Slack, and the reaction that says "seen".

https://docs.slack.dev/reference/methods/chat.postMessage
https://docs.slack.dev/reference/methods/conversations.replies (oldest first; `include_all_metadata`)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.platforms.slack import plain, threads
from adapters.platforms.slack.client import Call
from adapters.platforms.slack.facts import Own, permalink
from adapters.platforms.slack.markup import EVENT_TYPE, MARKER, spoken
from bot.errors import IntegrationError, NotFoundError
from bot.platform import Posted
from models.message import MessageKind, Thread

PEOPLE = ("U", "W")
PAGE = 200
MOST_REPLIES = 10_000
HISTORY_PAGES = 2
# What leaves no message cannot be reacted to.
REACTS = frozenset({MessageKind.COMMENT, MessageKind.BODY, MessageKind.REVIEW, MessageKind.INLINE})
DONE_ALREADY = frozenset({"already_reacted", "no_reaction"})
# A preview would load what an agent linked to.
QUIETLY = {"unfurl_links": False, "unfurl_media": False}


class Rooms:
    """Channels by their ids; the conversation with a person is found by theirs, and remembered."""

    def __init__(self) -> None:
        self._direct: dict[str, str] = {}

    async def of(self, api: Call, channel: str) -> str:
        """The id of a channel. https://docs.slack.dev/reference/methods/conversations.open"""
        if not channel.startswith(PEOPLE):
            return channel
        if channel not in self._direct:
            opened = await api.post("conversations_open", users=channel)
            self._direct[channel] = str(opened["channel"]["id"])
        return self._direct[channel]


@dataclass(frozen=True)
class Place:
    """A thread, who we are in it, and where conversations with people are."""

    thread: Thread
    own: Own
    rooms: Rooms

    async def channel(self, api: Call) -> str:
        """The channel's id."""
        return await self.rooms.of(api, self.thread.channel)

    def posted(self, channel: str, said: Mapping[str, Any]) -> Posted:
        """A message of ours."""
        ts = str(said["ts"])
        return Posted(id=ts, url=permalink(self.own, channel, ts, self.thread.root))


async def react(api: Call, thread: Thread, kind: MessageKind, target_id: str, reaction: str) -> None:
    """Put `reaction` on that very message; nothing where there is none. Doing it twice changes nothing."""
    if kind not in REACTS:
        return
    try:
        await api.post("reactions_add", channel=thread.channel, timestamp=target_id, name=reaction)
    except IntegrationError as error:
        if not any(word in str(error) for word in DONE_ALREADY):
            raise


async def post(api: Call, place: Place, body: str) -> Posted:
    """Say it in the thread, or in the channel when there is none."""
    channel, root = await place.channel(api), place.thread.root
    under = {"thread_ts": root} if root else {}
    made = await plain.say(api, "chat_postMessage", spoken(body), channel=channel, **under, **QUIETLY)
    return place.posted(channel, made)


async def edit(api: Call, place: Place, message_id: str, body: str) -> Posted:
    """Replace what one of our messages says. Raises NotFoundError when it is gone, or can be edited no more."""
    channel = await place.channel(api)
    made = await plain.say(api, plain.UPDATE, spoken(body), channel=channel, ts=message_id)
    return place.posted(channel, made)


async def delete(api: Call, place: Place, message_id: str) -> None:
    """Take one of our messages back."""
    try:
        await api.post("chat_delete", channel=await place.channel(api), ts=message_id)
    except NotFoundError:
        return


async def find(api: Call, place: Place, marker: str) -> Sequence[Posted]:
    """Our messages with that marker, oldest first. The marker alone can be forged: the author must be we."""
    said = await said_in(api, place)
    found = [each for each in said if is_ours(each, place.own) and _marker_of(each) == marker]
    channel = await place.channel(api)
    return [place.posted(channel, each) for each in sorted(found, key=lambda each: str(each["ts"]))]


async def said_in(api: Call, place: Place) -> list[Mapping[str, Any]]:
    """What is said there: in the thread, else the newest of the channel."""
    channel, root = await place.channel(api), place.thread.root
    try:
        return await (replies(api, channel, root) if root else _history(api, channel))
    except NotFoundError:
        return []  # the thread is gone, and what was said in it


async def replies(api: Call, channel: str, root: str) -> list[Mapping[str, Any]]:
    """A thread, oldest first; of one too long to be read whole its first message and the newest."""
    return await threads.newest(api, channel, root, MOST_REPLIES)


async def is_active(api: Call, thread: Thread) -> bool:
    """Whether anybody answered in the thread yet: only then are words for one person shown in it.

    https://docs.slack.dev/reference/methods/chat.postEphemeral ("only shown if there is already an active thread")
    """
    if not thread.root:
        return False
    try:
        found = await api.get("conversations_replies", channel=thread.channel, ts=thread.root, limit=2)
    except IntegrationError:
        return False
    return len(found.get("messages") or ()) > 1


def is_ours(said: Mapping[str, Any], own: Own) -> bool:
    """Whether we said it: as a user, or as the bot of that user."""
    user, bot = said.get("user"), said.get("bot_id")
    return bool(user and user == own.user_id) or bool(bot and bot == own.bot_id)


async def _history(api: Call, channel: str) -> list[Mapping[str, Any]]:
    return await _pages(api, "conversations_history", HISTORY_PAGES, channel=channel)


async def _pages(api: Call, method: str, most: int, **arguments: Any) -> list[Mapping[str, Any]]:
    said: list[Mapping[str, Any]] = []
    cursor = ""
    for _ in range(most):
        at = {"cursor": cursor} if cursor else {}
        read = await api.get(method, limit=PAGE, include_all_metadata=True, **arguments, **at)
        said += read["messages"]
        cursor = (read.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return said


def _marker_of(said: Mapping[str, Any]) -> str:
    metadata = said.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return ""
    return str((metadata.get("event_payload") or {}).get(MARKER) or "")
