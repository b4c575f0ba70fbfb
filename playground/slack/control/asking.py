"""What every control request needs: its world, its JSON, the people, channels and messages it names."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

from aiohttp import web

from playground.slack.failures import ApiFailure, Unplayable
from playground.slack.records import Channel, Message, User
from playground.slack.world import WORLD, World

NO_USER = "nobody is called {name}"
NO_CHANNEL = "no channel is called {name}"
NO_MESSAGE = "there is no message {ts} that {user} sees"
BAD_FIELD = "the control door does not know {name}"
NO_OBJECT = "the body should be a JSON object"
DIRECT = "dm"
Act = Callable[[World, dict[str, Any]], Awaitable[Any]]


def act(work: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """An aiohttp handler of something that takes a world and JSON; what cannot be done is 404, 409 or 422."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            found = await work(request.app[WORLD], await _read(request))
        except Unplayable as failure:
            return web.json_response({"ok": False, "message": str(failure)}, status=failure.status)
        except ApiFailure as failure:
            return web.json_response(failure.body, status=409)
        if isinstance(found, str):
            return web.Response(text=found)
        return web.json_response({"ok": True} | found if isinstance(found, dict) else found)

    handle.__doc__ = work.__doc__
    return handle


async def _read(request: web.Request) -> dict[str, Any]:
    """Path, query and body together."""
    raw = await request.read()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise Unplayable(NO_OBJECT, 400) from error
    if not isinstance(body, dict):
        raise Unplayable(NO_OBJECT, 400)
    return {**request.query, **body, **request.match_info}


def person(world: World, data: dict[str, Any], name: str = "user") -> User:
    """By role in the play, id or username."""
    given = str(data.get(name, ""))
    found = world.store.find_user(world.cast.get(given, given))
    if found is None:
        raise Unplayable(NO_USER.format(name=given), 404)
    return found


def place(world: World, data: dict[str, Any]) -> Channel:
    """By use in the play, id or name; "dm" is the person's direct conversation with the bot."""
    given = str(data.get("channel", ""))
    if given == DIRECT:
        return world.store.direct(person(world, data))
    found = world.store.find_channel(world.places.get(given, given))
    if found is None:
        raise Unplayable(NO_CHANNEL.format(name=given), 404)
    return found


def message(world: World, data: dict[str, Any]) -> Message:
    """The message `ts` in `channel`: also an own ephemeral one, also one that was deleted a moment ago."""
    channel, user, ts = place(world, data), person(world, data), str(data.get("ts", ""))
    found = channel.messages.get(ts) or world.store.find_ephemeral(channel, ts) or channel.deleted.get(ts)
    if found is None or (found.is_ephemeral and found.seen_by != user.id):
        raise Unplayable(NO_MESSAGE.format(ts=ts, user=user.name), 404)
    return found


def only_known(kind: Any, data: dict[str, Any]) -> dict[str, Any]:
    """The data, if each name is a field of the dataclass."""
    names = {field.name for field in fields(kind)}
    for name in data:
        if name not in names:
            raise Unplayable(BAD_FIELD.format(name=name))
    return data
