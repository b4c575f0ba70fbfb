"""reactions.*"""

from __future__ import annotations

import re
from typing import Any

from playground.slack.actions import messages
from playground.slack.calls import Call
from playground.slack.failures import ApiFailure
from playground.slack.records import Message

NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


async def add(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/reactions.add"""
    item, name = _item(call), _name(call)
    if not messages.react(call.world, item, call.actor, name):
        raise ApiFailure("already_reacted")
    return {}


async def remove(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/reactions.remove"""
    item, name = _item(call), _name(call)
    if not messages.unreact(call.world, item, call.actor, name):
        raise ApiFailure("no_reaction")
    return {}


async def get(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/reactions.get"""
    item = _item(call)
    shape = messages.snapshot(call.world, item) | {"permalink": call.world.links.message(item)}
    return {"type": "message", "channel": item.channel.id, "message": shape}


def _name(call: Call) -> str:
    name = call.needed("name").strip(":")
    if not NAME.fullmatch(name):
        raise ApiFailure("invalid_name")
    return name


def _item(call: Call) -> Message:
    channel = call.store.channels.get(call.needed("channel"))
    if channel is None or not call.sees(channel):
        raise ApiFailure("channel_not_found")
    if call.actor.id not in channel.members:
        raise ApiFailure("not_in_channel")
    if channel.is_archived:
        raise ApiFailure("is_archived")
    item = channel.messages.get(call.needed("timestamp"))
    if item is None or item.subtype == "tombstone":
        raise ApiFailure("message_not_found")
    return item
