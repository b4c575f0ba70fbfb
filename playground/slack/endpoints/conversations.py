"""conversations.* and users.conversations"""

from __future__ import annotations

from typing import Any

from playground.slack import pages
from playground.slack.actions import members
from playground.slack.calls import SCOPE_WORDS, Call
from playground.slack.failures import ApiFailure
from playground.slack.records import Channel, Message
from playground.slack.shapes import conversations, messages

TYPE_WORDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
LARGEST_HISTORY = 999
REPLIES = 1000  # a page, when none is named, and at most


async def info(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/conversations.info"""
    shape = _shape(call, call.channel())
    if call.flag("include_num_members"):
        shape["num_members"] = len(call.channel().members)
    return {"channel": shape}


async def list_all(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/conversations.list"""
    found = [channel for channel in _wanted(call) if call.sees(channel)]
    shown, more = pages.cut(call, found)
    return {"channels": [_shape(call, channel) for channel in shown], **more}


async def list_joined(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/users.conversations (of the bot, or of a person as far as the bot sees)"""
    member = call.text("user") or call.actor.id
    found = [channel for channel in _wanted(call) if member in channel.members and call.sees(channel)]
    shown, more = pages.cut(call, found)
    return {"channels": [_shape(call, channel) for channel in shown], **more}


async def list_members(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/conversations.members"""
    shown, more = pages.cut(call, call.channel().members)
    return {"members": shown, **more}


async def open_direct(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/conversations.open (one person; groups are not played here)"""
    call.require("im:write")
    names = [name for name in call.text("users").split(",") if name]
    user = call.store.users.get(names[0]) if len(names) == 1 else None
    if user is None:
        raise ApiFailure("user_not_found" if names else "invalid_arguments")
    if user.is_deleted:
        raise ApiFailure("user_disabled")
    if user.is_bot:
        raise ApiFailure("cannot_dm_bot")
    channel = call.store.direct(user)
    if call.flag("return_im"):
        return {"channel": _shape(call, channel)}
    return {"channel": {"id": channel.id}}


async def join(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/conversations.join"""
    channel = call.store.channels.get(call.needed("channel"))
    if channel is None or not call.sees(channel):
        raise ApiFailure("channel_not_found")
    if channel.is_archived:
        raise ApiFailure("is_archived")
    if channel.kind != "public":
        raise ApiFailure("method_not_supported_for_channel_type")
    members.join(call.world, channel, call.actor)
    return {"channel": _shape(call, channel)}


async def history(call: Call) -> dict[str, Any]:
    """The newest first, replies left out. docs.slack.dev/reference/methods/conversations.history"""
    channel = call.joined_channel()
    on_top = [item for item in channel.messages.values() if not item.thread_ts or item.is_broadcast]
    found = [item for item in reversed(on_top) if _within(call, item)]
    shown, more = pages.cut(call, found, LARGEST_HISTORY)
    cursor = more["response_metadata"]["next_cursor"]
    shapes = [_message(call, item) for item in shown]
    return {"messages": shapes, "has_more": bool(cursor), "pin_count": 0, **(more if cursor else {})}


async def replies(call: Call) -> dict[str, Any]:
    """The parent, then its replies, oldest first; every page begins with the parent.

    docs.slack.dev/reference/methods/conversations.replies
    """
    channel = call.joined_channel()
    asked = channel.messages.get(call.needed("ts"))
    if asked is None:
        raise ApiFailure("thread_not_found")
    parent, *rest = channel.thread(asked.thread_ts or asked.ts)
    if asked.thread_ts:
        return {"messages": [_message(call, asked)], "has_more": False}
    found = [item for item in rest if _within(call, item)]
    shown, more = pages.cut(call, found, default=REPLIES)
    cursor = more["response_metadata"]["next_cursor"]
    shapes = [_message(call, item) for item in [parent, *shown]]
    return {"messages": shapes, "has_more": bool(cursor), **(more if cursor else {})}


def _within(call: Call, item: Message) -> bool:
    oldest, latest = call.text("oldest", "0"), call.text("latest")
    try:
        at, begins, ends = float(item.ts), float(oldest), float(latest) if latest else float("inf")
    except ValueError as error:
        raise ApiFailure("invalid_ts_latest") from error
    is_edge = item.ts in (oldest, latest)
    return begins < at < ends or (is_edge and call.flag("inclusive"))


def _message(call: Call, item: Message) -> dict[str, Any]:
    """Metadata only for those who ask. docs.slack.dev/messaging/message-metadata"""
    has_metadata = call.flag("include_all_metadata")
    return messages.message(item, call.store.app, call.world.links, has_metadata=has_metadata)


def _shape(call: Call, channel: Channel) -> dict[str, Any]:
    return conversations.conversation(channel, call.store.team, call.actor)


def _wanted(call: Call) -> list[Channel]:
    """The conversations of the asked `types`; each type needs its own scope."""
    words = call.text("types", "public_channel").replace(" ", "").split(",")
    if not set(words) <= TYPE_WORDS.keys():
        raise ApiFailure("invalid_types")
    kinds = {TYPE_WORDS[word] for word in words}
    for kind in kinds:
        call.require(f"{SCOPE_WORDS[kind]}:read")
    is_hiding = call.flag("exclude_archived")
    every = call.store.channels.values()
    return [one for one in every if one.kind in kinds and not (is_hiding and one.is_archived)]
