"""The payloads of interactions, and the wait of three seconds for the app's answer.

docs.slack.dev/reference/interaction-payloads · docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

from typing import Any

from playground.slack.actions.answers import make_response_url
from playground.slack.actions.views import make_trigger
from playground.slack.parcels import Attempt, Parcel
from playground.slack.records import Channel, Message, User, View
from playground.slack.shapes import conversations, messages
from playground.slack.world import World

CHANNEL_WORDS = {"im": "directmessage", "private": "privategroup", "mpim": "mpdm"}


async def ask(world: World, payload: dict[str, Any]) -> Attempt:
    """Send an interaction and wait; never sent again."""
    return await world.postman.ask(Parcel("interactive", payload))


def channel_facts(channel: Channel) -> dict[str, str]:
    """Conversations without a public name go by a word."""
    return {"id": channel.id, "name": CHANNEL_WORDS.get(channel.kind, channel.name)}


def person(user: User) -> dict[str, str]:
    """Who acts; both names are the username."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def frame(world: World, kind: str, user: User) -> dict[str, Any]:
    """What every interaction has. On an organization-wide installation `team` may be null."""
    app, team = world.store.app, world.store.team
    domain: dict[str, Any] = {"id": team.id, "domain": team.domain}
    enterprise = None
    if team.enterprise_id:
        enterprise = {"id": team.enterprise_id, "name": team.enterprise_name}
        domain |= {"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name}
    return {
        "type": kind,
        "user": person(user),
        "api_app_id": app.id,
        "token": app.verification_token,
        "team": None if app.is_enterprise_install else domain,
        "enterprise": enterprise,
        "is_enterprise_install": app.is_enterprise_install,
    }


def on_message(world: World, user: User, item: Message) -> dict[str, Any]:
    """Where in a conversation something was acted on; an ephemeral message itself is not sent along."""
    container: dict[str, Any] = {
        "type": "message",
        "message_ts": item.ts,
        "channel_id": item.channel.id,
        "is_ephemeral": item.is_ephemeral,
    }
    if item.thread_ts:
        container["thread_ts"] = item.thread_ts
    found: dict[str, Any] = {"container": container, "channel": channel_facts(item.channel)}
    if not item.is_ephemeral:
        found["message"] = messages.message(item, world.store.app, world.links)
    return found | {"state": {"values": world.store.states.get(f"{user.id}:{item.ts}", {})}}


def on_view(world: World, view: View) -> dict[str, Any]:
    """In which modal or home something was acted on."""
    shape = conversations.view(view, world.store.app, world.store.team)
    return {"container": {"type": "view", "view_id": view.id}, "view": shape}


def block_actions(world: World, user: User, where: Message | View, action: dict[str, Any]) -> dict[str, Any]:
    """docs.slack.dev/reference/interaction-payloads/block_actions-payload"""
    payload = frame(world, "block_actions", user)
    timed = action | {"action_ts": world.store.clock.ts()}
    if isinstance(where, View):
        trigger = make_trigger(world, user, where.id)
        return payload | on_view(world, where) | {"trigger_id": trigger.id, "actions": [timed]}
    url = make_response_url(world, "actions", where.channel, user, where)
    tail = {"trigger_id": make_trigger(world, user).id, "response_url": url, "actions": [timed]}
    return payload | on_message(world, user, where) | tail


def block_suggestion(
    world: World, user: User, where: Message | View, ids: tuple[str, str], typed: str
) -> dict[str, Any]:
    """docs.slack.dev/reference/interaction-payloads/block_suggestion-payload (no trigger, no response URL)"""
    place = on_view(world, where) if isinstance(where, View) else on_message(world, user, where)
    place.pop("state", None)
    asked = {"action_id": ids[1], "block_id": ids[0], "value": typed}
    return frame(world, "block_suggestion", user) | place | asked


def shortcut(world: World, user: User, callback_id: str) -> dict[str, Any]:
    """A global one: no channel, no response URL.

    docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    payload = frame(world, "shortcut", user)
    payload["user"] = {key: value for key, value in payload["user"].items() if key != "name"}
    more = {"action_ts": world.store.clock.ts(), "callback_id": callback_id}
    return payload | more | {"trigger_id": make_trigger(world, user).id}


def message_action(world: World, user: User, item: Message, callback_id: str) -> dict[str, Any]:
    """A shortcut on a message, of anybody and anywhere."""
    payload = frame(world, "message_action", user)
    payload["user"] = {"id": user.id, "name": user.name, "username": user.name, "team_id": user.team_id}
    return payload | {
        "action_ts": world.store.clock.ts(),
        "channel": channel_facts(item.channel),
        "callback_id": callback_id,
        "trigger_id": make_trigger(world, user).id,
        "response_url": make_response_url(world, "app", item.channel, user),
        "message_ts": item.ts,
        "message": messages.message(item, world.store.app, world.links),
    }


def view_submission(world: World, view: View) -> dict[str, Any]:
    """docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""
    payload = frame(world, "view_submission", view.user)
    shape = conversations.view(view, world.store.app, world.store.team)
    trigger = make_trigger(world, view.user, view.id)
    return payload | {"trigger_id": trigger.id, "view": shape, "response_urls": []}


def view_closed(world: World, view: View, *, is_cleared: bool) -> dict[str, Any]:
    """Sent only when the view asked for it with `notify_on_close`."""
    payload = frame(world, "view_closed", view.user)
    shape = conversations.view(view, world.store.app, world.store.team)
    return payload | {"view": shape, "is_cleared": is_cleared}


def slash_command(world: World, user: User, channel: Channel, command: str, text: str) -> dict[str, Any]:
    """The form of a command. docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling"""
    app, team, facts = world.store.app, world.store.team, channel_facts(channel)
    grid = {}
    if team.enterprise_id:
        grid = {"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name}
    return {
        "token": app.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        **grid,
        "channel_id": facts["id"],
        "channel_name": facts["name"],
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": str(app.is_enterprise_install).lower(),
        "response_url": make_response_url(world, "commands", channel, user),
        "trigger_id": make_trigger(world, user).id,
    }
