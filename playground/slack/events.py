"""The events a workspace sends: each is the event's own fields inside Slack's envelope.

docs.slack.dev/apis/events-api · docs.slack.dev/reference/events
"""

from __future__ import annotations

import base64
import json
import secrets
import string
from typing import Any

from playground.slack.parcels import Parcel
from playground.slack.records import Channel, Message
from playground.slack.shapes import messages
from playground.slack.world import World

KINDS = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
LETTERS = string.ascii_uppercase + string.digits


def publish(world: World, event: dict[str, Any], channel: Channel | None = None) -> None:
    """Send an event to the app; outside the conversations of its bot it hears nothing."""
    is_deaf = channel and world.store.app.bot.id not in channel.members
    if is_deaf or world.is_gone:
        return
    event.setdefault("event_ts", world.store.clock.ts())
    world.postman.post(Parcel("events_api", envelope(world, event, channel)))


def envelope(world: World, event: dict[str, Any], channel: Channel | None) -> dict[str, Any]:
    """The wrapper. On Enterprise Grid `authorizations` may name no workspace."""
    app, team = world.store.app, world.store.team
    named = None if app.is_enterprise_install else team.id
    authorization = {
        "enterprise_id": team.enterprise_id,
        "team_id": named,
        "user_id": app.bot.id,
        "is_bot": True,
        "is_enterprise_install": app.is_enterprise_install,
    }
    top = {"enterprise_id": team.enterprise_id} if team.enterprise_id else {}
    return {
        "token": app.verification_token,
        "team_id": team.id,
        **top,
        "context_team_id": team.id,
        "context_enterprise_id": team.enterprise_id,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev" + "".join(secrets.choice(LETTERS) for _ in range(9)),
        "event_time": int(float(event["event_ts"])),
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": _context(world, event, channel),
    }


def _context(world: World, event: dict[str, Any], channel: Channel | None) -> str:
    known = {"et": event["type"], "tid": world.store.team.id, "aid": world.store.app.id}
    facts = known | ({"cid": channel.id} if channel else {})
    return "4-" + base64.b64encode(json.dumps(facts, separators=(",", ":")).encode()).decode().rstrip("=")


def message_posted(world: World, item: Message) -> None:
    """`message`, and for a mention in a channel also `app_mention`: two events with different ids.

    docs.slack.dev/reference/events/app_mention (direct messages have none)
    """
    publish(world, _message_event(world, item), item.channel)
    if is_mention(world, item) and item.channel.kind != "im":
        app_mentioned(world, item)


def is_mention(world: World, item: Message) -> bool:
    """Whether a person names the bot; "... has joined the channel" and bots' own words do not count."""
    return mentions_app(world, item.text) and not item.bot_id and item.subtype != "channel_join"


def mentions_app(world: World, text: str) -> bool:
    """Whether the wire text names the bot."""
    return f"<@{world.store.app.bot.id}>" in text


def app_mentioned(world: World, item: Message) -> None:
    """`app_mention` alone, as after an edit that adds the mention, or an invitation."""
    shape = _message_event(world, item)
    wanted = (
        "user",
        "ts",
        "client_msg_id",
        "text",
        "team",
        "thread_ts",
        "parent_user_id",
        "blocks",
        "files",
        "edited",
    )
    event = {"type": "app_mention"} | {key: shape[key] for key in wanted if key in shape}
    event_ts = item.edited_ts or item.ts
    publish(world, event | {"channel": item.channel.id, "event_ts": event_ts}, item.channel)


def _message_event(world: World, item: Message) -> dict[str, Any]:
    shape = messages.message(item, world.store.app, world.links)
    return shape | {
        "channel": item.channel.id,
        "event_ts": item.ts,
        "channel_type": KINDS[item.channel.kind],
    }


def message_changed(world: World, item: Message, before: dict[str, Any]) -> None:
    """`message` with subtype `message_changed`. docs.slack.dev/reference/events/message/message_changed"""
    ts = world.store.clock.ts()
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": messages.message(item, world.store.app, world.links),
        "previous_message": before,
        "channel": item.channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": KINDS[item.channel.kind],
    }
    publish(world, event, item.channel)


def message_deleted(world: World, channel: Channel, before: dict[str, Any]) -> None:
    """`message` with subtype `message_deleted`. docs.slack.dev/reference/events/message/message_deleted"""
    ts = world.store.clock.ts()
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": before,
        "channel": channel.id,
        "hidden": True,
        "deleted_ts": before["ts"],
        "event_ts": ts,
        "ts": ts,
        "channel_type": KINDS[channel.kind],
    }
    publish(world, event, channel)


def reacted(world: World, item: Message, user_id: str, name: str, event_type: str) -> None:
    """`reaction_added` or `reaction_removed`. docs.slack.dev/reference/events/reaction_added"""
    event: dict[str, Any] = {
        "type": event_type,
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": item.channel.id, "ts": item.ts},
    }
    if item.user:
        event["item_user"] = item.user.id
    publish(world, event, item.channel)


def member_moved(world: World, channel: Channel, user_id: str, event_type: str, inviter: str | None) -> None:
    """`member_joined_channel` or `member_left_channel`. docs.slack.dev/reference/events/member_joined_channel"""
    team = world.store.team
    event: dict[str, Any] = {
        "type": event_type,
        "user": user_id,
        "channel": channel.id,
        "channel_type": "C",
        "team": world.store.users[user_id].team_id,
    }
    if inviter:
        event["inviter"] = inviter
    if team.enterprise_id:
        event["enterprise"] = team.enterprise_id
    publish(world, event, channel)
