"""chat.*"""

from __future__ import annotations

from typing import Any

from playground.slack.actions import messages
from playground.slack.actions.drafts import LONGEST_UPDATE, read_draft
from playground.slack.calls import Call
from playground.slack.failures import ApiFailure
from playground.slack.records import Channel, Message


async def post_message(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/chat.postMessage (a person's id opens the direct conversation)"""
    channel = _target(call)
    item = messages.bot_posts(call.world, channel, read_draft(call))
    return {"channel": channel.id, "ts": item.ts, "message": messages.snapshot(call.world, item)}


async def post_ephemeral(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/chat.postEphemeral (only to members, and it cannot be updated)"""
    channel, reader = _target(call), call.store.users.get(call.needed("user"))
    if reader is None or reader.id not in channel.members or reader.is_deleted:
        raise ApiFailure("user_not_in_channel")
    item = messages.bot_whispers(call.world, channel, reader, read_draft(call))
    return {"message_ts": item.ts}


async def update(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/chat.update"""
    channel = _target(call)
    item = _own(call, channel, "cant_update_message")
    draft = read_draft(call, LONGEST_UPDATE)
    messages.bot_edits(call.world, item, draft)
    shape = messages.snapshot(call.world, item)
    return {"channel": channel.id, "ts": item.ts, "text": item.text, "message": shape}


async def delete(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/chat.delete"""
    channel = _target(call)
    item = _own(call, channel, "cant_delete_message")
    messages.delete(call.world, item)
    return {"channel": channel.id, "ts": item.ts}


async def get_permalink(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/chat.getPermalink"""
    channel = call.store.channels.get(call.needed("channel"))
    if channel is None or not call.sees(channel):
        raise ApiFailure("channel_not_found")
    item = channel.messages.get(call.needed("message_ts"))
    if item is None:
        raise ApiFailure("message_not_found")
    return {"channel": channel.id, "permalink": call.world.links.message(item)}


def _target(call: Call) -> Channel:
    """Where the bot may speak; raises `channel_not_found`, `not_in_channel` and `is_archived`."""
    name = call.needed("channel")
    person = call.store.users.get(name)
    if person:
        return _direct(call, person.id)
    channel = call.store.find_channel(name)
    if channel is None or not call.sees(channel):
        raise ApiFailure("channel_not_found")
    if channel.is_archived:
        raise ApiFailure("is_archived")
    may_speak = bool(call.token and "chat:write.public" in call.token.scopes)
    if call.actor.id not in channel.members and not may_speak:
        raise ApiFailure("not_in_channel")
    return channel


def _direct(call: Call, user_id: str) -> Channel:
    user = call.store.users[user_id]
    if user.is_deleted or user.is_bot or user is call.actor:
        raise ApiFailure("channel_not_found")
    return call.store.direct(user)


def _own(call: Call, channel: Channel, error: str) -> Message:
    item = channel.messages.get(call.needed("ts"))
    if item is None or item.subtype == "tombstone":
        raise ApiFailure("message_not_found")
    if item.user is not call.actor:
        raise ApiFailure(error)
    return item
