"""What there is and what happened: the play, screens, transcripts, the log, violations; and a fresh start."""

from __future__ import annotations

from typing import Any

from playground.slack.control.asking import person, place
from playground.slack.description import describe
from playground.slack.records import View
from playground.slack.seeds import plant
from playground.slack.shapes import conversations
from playground.slack.transcript import show, visible, write_transcript
from playground.slack.world import World


async def show_state(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`GET /_playground`: addresses, credentials, people by role, channels by use."""
    return describe(world) | {"seed": world.seed, "violations": len(world.violations)}


async def show_screen(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`GET /screens/{user}`: the person's modals (the visible one last), App Home, and conversations."""
    user = person(world, data)
    mine = [channel for channel in world.store.channels.values() if user.id in channel.members]
    home = world.store.homes.get(user.id)
    return {
        "modals": [_view(world, view) for view in world.store.modals.get(user.id, [])],
        "home": _view(world, home) if home else None,
        "channels": [{"id": one.id, "name": one.name, "kind": one.kind} for one in mine],
    }


def _view(world: World, view: View) -> dict[str, Any]:
    return conversations.view(view, world.store.app, world.store.team) | {"errors": view.errors}


async def show_messages(world: World, data: dict[str, Any]) -> list[dict[str, Any]]:
    """`GET /screens/{user}/{channel}`: what the person sees there, own ephemerals included; "dm" is a channel."""
    user, channel = person(world, data), place(world, data)
    return [show(world, item) for item in visible(channel, user)]


async def show_transcript(world: World, data: dict[str, Any]) -> str:
    """`GET /transcripts/{channel}?user=`: the conversation as plain text, with that person's ephemerals."""
    reader = person(world, data) if data.get("user") else None
    return write_transcript(world, place(world, data), reader)


async def show_log(world: World, data: dict[str, Any]) -> list[dict[str, Any]]:
    """`GET /log?direction=in|out&path=&after=ID`: requests and deliveries, oldest first; `path` is a part."""
    entries = [entry for entry in world.journal.read() if entry["id"] > int(data.get("after", 0))]
    wanted = data.get("direction")
    entries = [entry for entry in entries if wanted in (None, entry["direction"])]
    return [entry for entry in entries if data.get("path", "") in entry["path"]]


async def clear_log(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`DELETE /log`: the attempts too."""
    world.journal.entries.clear()
    world.postman.attempts.clear()
    return {}


async def list_violations(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`GET /violations`: Block Kit that Slack refuses, counted."""
    return {"count": len(world.violations), "violations": world.violations}


async def clear_violations(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`DELETE /violations`."""
    world.violations.clear()
    return {}


async def reset(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /reset {seed?}`: everything anew; ids and tokens are those of the seed."""
    world.reset(int(data.get("seed", world.seed)))
    plant(world)
    return await show_state(world, data)
