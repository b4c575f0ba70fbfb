"""What administrators do: people, channels, membership, the installation, Enterprise Grid."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from playground.slack import events
from playground.slack.actions import members
from playground.slack.control.asking import only_known, person, place
from playground.slack.control.talking import move_member
from playground.slack.failures import Unplayable
from playground.slack.records import Channel, User, Usergroup
from playground.slack.seeds import BOT_SCOPES
from playground.slack.world import World

CHANNEL_FIELDS = ("name", "is_archived", "is_ext_shared", "topic", "purpose")
TEAM_FIELDS = ("name", "domain", "enterprise_id", "enterprise_name")
KINDS = ("public", "private", "mpim")
BAD_KIND = "a channel is public, private or mpim"


async def list_people(world: World, data: dict[str, Any]) -> list[dict[str, Any]]:
    """`GET /people`: everybody, as the records are."""
    return [asdict(user) for user in world.store.users.values()]


async def add_person(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /people {name, real_name?, email?, id?, is_restricted?, ...}`: a member of no channel."""
    store, name = world.store, str(data.get("name", "someone"))
    base = {"id": store.next_id("U"), "team_id": store.team.id, "real_name": name.title()}
    wanted = base | {"display_name": name, "email": f"{name}@example.com"} | only_known(User, data)
    return asdict(store.add_user(User(**wanted)))


async def change_person(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`PATCH /people/{user} {name?, display_name?, email?, is_deleted?, is_admin?, tz?, ...}`; the id never changes."""
    user = person(world, data)
    for name, value in only_known(
        User, {key: data[key] for key in data if key not in ("user", "id")}
    ).items():
        setattr(user, name, value)
    user.updated = int(world.store.clock.now())
    return asdict(user)


async def list_channels(world: World, data: dict[str, Any]) -> list[dict[str, Any]]:
    """`GET /channels`."""
    return [_brief(channel) for channel in world.store.channels.values()]


async def add_channel(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /channels {name, kind?: public|private|mpim, members?: [...]}`; the bot is a member only when named."""
    kind = str(data.get("kind", "public"))
    if kind not in KINDS:
        raise Unplayable(BAD_KIND)
    people = [person(world, {"user": one}) for one in data.get("members") or ["admin"]]
    channel = world.store.add_channel(str(data.get("name", "")), kind, people[0])
    channel.members = [user.id for user in people]
    return _brief(channel)


async def change_channel(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`PATCH /channels/{channel} {name?, is_archived?, is_ext_shared?, topic?, purpose?}`."""
    channel = place(world, data)
    for name in CHANNEL_FIELDS:
        if name in data:
            setattr(channel, name, data[name])
    return _brief(channel)


async def invite(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /channels/{channel}/members {user, inviter?}`: "bot" is the app's; it also gets the mention it missed."""
    channel, user = place(world, data), person(world, data)
    inviter = person(world, data, "inviter") if data.get("inviter") else None
    members.join(world, channel, user, inviter)
    await move_member(world, channel, user)
    return _brief(channel)


async def kick(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`DELETE /channels/{channel}/members/{user}`."""
    channel = place(world, data)
    members.leave(world, channel, person(world, data))
    return _brief(channel)


def _brief(channel: Channel) -> dict[str, Any]:
    wanted = ("id", "name", "kind", "members", "is_archived", "is_ext_shared", "creator")
    return {name: getattr(channel, name) for name in wanted}


async def add_usergroup(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /usergroups {handle, users}`."""
    users = [person(world, {"user": one}).id for one in data.get("users") or []]
    handle = str(data.get("handle", "group"))
    group = Usergroup(world.store.next_id("S"), handle, handle.title(), users)
    world.store.usergroups[group.id] = group
    return asdict(group)


async def change_team(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`PATCH /team {name?, domain?, enterprise_id?, enterprise_name?, is_enterprise_install?}`: Enterprise Grid too."""
    for name in TEAM_FIELDS:
        if name in data:
            setattr(world.store.team, name, data[name])
    if "is_enterprise_install" in data:
        world.store.app.is_enterprise_install = bool(data["is_enterprise_install"])
    return asdict(world.store.team)


async def change_scopes(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`PUT /scopes {scopes}`: what the bot token may do from now on."""
    for token in world.store.tokens.values():
        if token.kind == "bot":
            token.scopes = tuple(data.get("scopes") or ())
    return {"scopes": data.get("scopes")}


async def uninstall(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /uninstall`: `tokens_revoked` and `app_uninstalled`, in no promised order; tokens are dead at once.

    docs.slack.dev/reference/events/app_uninstalled
    """
    bot = world.store.app.bot
    _end_tokens(world, "inactive")
    events.publish(world, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot.id]}})
    events.publish(world, {"type": "app_uninstalled"})
    world.is_gone = True
    return {}


async def revoke_tokens(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /revoke_tokens {is_told?}`: the bot's tokens are dead; unless `is_told` is false the event says so."""
    _end_tokens(world, "revoked")
    if data.get("is_told", True):
        bot = world.store.app.bot
        events.publish(world, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot.id]}})
    return {}


async def reinstall(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /reinstall`: a new bot token."""
    world.is_gone = False
    return {"bot_token": world.store.add_token("bot", world.store.app.bot, BOT_SCOPES).text}


def _end_tokens(world: World, state: str) -> None:
    for token in world.store.tokens.values():
        if token.kind == "bot":
            token.state = state
