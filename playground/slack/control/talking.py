"""What people do in conversations: say, edit, delete, react, reload, open the App Home."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from typing import Any

from playground.slack import events
from playground.slack.actions import messages
from playground.slack.control.asking import message, person, place
from playground.slack.endpoints.files import DEFAULT_TYPE
from playground.slack.failures import Unplayable
from playground.slack.records import Channel, File, User
from playground.slack.shapes import conversations
from playground.slack.world import World

NOT_MEMBER = "{user} is not in {channel}"
NOT_YOURS = "only its author may change a message"
BAD_FILE = "the content of {name} should be text, or base64 in `base64`"
NOT_INSIDE = "You mentioned @{bot}, but they're not in this channel."


async def say(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /say {user, channel, text, thread_ts?, files?: [{name, content|base64, mimetype?}]}`; "dm" is a channel."""
    user, channel = person(world, data), place(world, data)
    if user.id not in channel.members:
        raise Unplayable(NOT_MEMBER.format(user=user.name, channel=channel.name))
    files = [_file(world, user, wanted) for wanted in data.get("files") or []]
    typed, thread = str(data.get("text", "")), data.get("thread_ts")
    item = messages.person_posts(world, channel, user, typed, files, thread)
    is_missed = events.mentions_app(world, item.text) and world.store.app.bot.id not in channel.members
    seen = NOT_INSIDE.format(bot=world.store.app.bot.name) if is_missed else None
    return {"ts": item.ts, "channel": channel.id, "seen": seen, "message": messages.snapshot(world, item)}


def _file(world: World, user: User, wanted: dict[str, Any]) -> File:
    name = str(wanted.get("name", "file.txt"))
    try:
        content = base64.b64decode(wanted["base64"], validate=True) if "base64" in wanted else None
    except (binascii.Error, ValueError, TypeError) as error:
        raise Unplayable(BAD_FILE.format(name=name)) from error
    content = content if content is not None else str(wanted.get("content", "")).encode()
    kind = wanted.get("mimetype") or mimetypes.guess_type(name)[0] or DEFAULT_TYPE
    store = world.store
    file = File(store.next_id("F"), user, name, name, kind, content, int(store.clock.now()), is_uploaded=True)
    store.files[file.id] = file
    return file


async def edit(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /edit {user, channel, ts, text}`: an own message."""
    item = message(world, data)
    if item.user is not person(world, data):
        raise Unplayable(NOT_YOURS)
    messages.person_edits(world, item, str(data.get("text", "")))
    return {"message": messages.snapshot(world, item)}


async def delete(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /delete {user, channel, ts}`: an own message; an admin deletes anybody's."""
    item, user = message(world, data), person(world, data)
    if item.user is not user and not user.is_admin:
        raise Unplayable(NOT_YOURS)
    messages.delete(world, item)
    return {}


async def react(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /react {user, channel, ts, name, remove?}`."""
    change = messages.unreact if data.get("remove") else messages.react
    is_changed = change(world, message(world, data), person(world, data), str(data.get("name", "eyes")))
    return {"is_changed": is_changed}


async def reload(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /reload {user}`: restart the person's client; ephemeral messages are gone, modals too."""
    user = person(world, data)
    for channel in world.store.channels.values():
        channel.ephemerals = [one for one in channel.ephemerals if one.seen_by != user.id]
    world.store.modals.pop(user.id, None)
    return {}


async def open_home(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /home {user, tab?: home|messages}`: open the app; what the home shows is in `GET /screens/{user}`.

    docs.slack.dev/reference/events/app_home_opened
    """
    user = person(world, data)
    direct, home = world.store.direct(user), world.store.homes.get(user.id)
    tab = str(data.get("tab", "home"))
    event: dict[str, Any] = {"type": "app_home_opened", "user": user.id, "channel": direct.id, "tab": tab}
    if home and tab == "home":
        event["view"] = conversations.view(home, world.store.app, world.store.team)
    events.publish(world, event)
    return {"channel": direct.id}


async def move_member(world: World, channel: Channel, user: User) -> None:
    """An invitation that follows a mention delivers the mention. docs.slack.dev/reference/events/app_mention"""
    if user is not world.store.app.bot:
        return
    missed = [one for one in channel.messages.values() if events.is_mention(world, one)]
    if missed:
        events.app_mentioned(world, missed[-1])
