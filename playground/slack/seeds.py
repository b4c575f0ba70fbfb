"""Plants a workspace by its seed: the same people as on the pretend GitHub, and some only Slack has."""

from __future__ import annotations

import random

from playground.seeds.catalog import FIRST_NAMES, draw_cast
from playground.slack.records import App, Channel, Team, User, Usergroup
from playground.slack.store import Store
from playground.slack.world import World

BOT_NAME = "bellhop"
# What an app like this asks for; docs.slack.dev/reference/scopes
BOT_SCOPES = (
    "app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write",
    "groups:history", "groups:read", "im:history", "im:read", "im:write", "mpim:history", "mpim:read",
    "reactions:read", "reactions:write", "team:read", "usergroups:read", "users:read", "users:read.email",
)  # fmt: skip
APP_SCOPES = ("connections:write",)
ZONES = (("Europe/Berlin", 3600), ("America/New_York", -18000), ("Asia/Tokyo", 32400), ("UTC", 0))
TEAM_WORDS = ("backend", "payments", "platform", "shipping", "search", "mobile")
INSIDERS = ("admin", "maintainer", "writer", "triager", "reader", "guest", "grid")


def plant(world: World) -> None:
    """Fill an empty world."""
    store, chance = world.store, random.Random(f"slack people {world.seed}")
    cast = draw_cast(world.seed or 1)
    store.team = Team(store.next_id("T"), cast.organization.title(), cast.organization)
    _install(store)
    people = {
        role: _enroll(store, chance, login, name)
        for role, (login, name) in cast.people.items()
        if role != "bot"
    }
    people["stranger"].team_id, people["stranger"].is_stranger = store.next_id("T"), True
    people["admin"].is_admin = True
    people |= _more_people(store, chance)
    world.cast = {role: user.id for role, user in people.items()} | {"bot": store.app.bot.id}
    _furnish(world, chance, people)
    store.app.signing_secret = world.signing_secret or store.app.signing_secret
    world.postman.signing_secret = store.app.signing_secret
    world.postman.behavior.is_socket_mode = world.is_socket_mode


def _install(store: Store) -> None:
    """The app with its bot user and tokens, as after the first installation."""
    bot = User(store.next_id("U"), store.team.id, BOT_NAME, "Bellhop", "", None, is_bot=True)
    app_id = store.next_id("A")
    client_id = f"{store.number()}.{store.number()}"
    secrets = (store.secret(32).lower(), store.secret(32).lower(), store.secret(24))
    store.app = App(app_id, "Bellhop", client_id, *secrets, bot)
    bot.app_id, bot.bot_id = app_id, store.next_id("B")
    store.add_user(bot)
    store.add_token("bot", bot, BOT_SCOPES)
    store.add_token("app", bot, APP_SCOPES)


def _enroll(store: Store, chance: random.Random, login: str, name: str) -> User:
    zone, offset = chance.choice(ZONES)
    first = name.split()[0]
    email = f"{login}@example.com"
    return store.add_user(User(store.next_id("U"), store.team.id, login, name, first, email, zone, offset))


def _more_people(store: Store, chance: random.Random) -> dict[str, User]:
    """A guest, somebody who left, an Enterprise Grid id, and another app's bot."""
    names = chance.sample(FIRST_NAMES, 3)
    logins = [f"{name.lower()}.{chance.randrange(100, 1000)}" for name in names]
    pairs = zip(("guest", "deactivated", "grid"), zip(logins, names, strict=True), strict=True)
    found = {role: _enroll(store, chance, login, f"{name} Extra") for role, (login, name) in pairs}
    found["guest"].is_restricted = found["deactivated"].is_deleted = True
    grid = found["grid"]
    del store.users[grid.id]
    grid.id = store.next_id("W")
    store.add_user(grid)
    robot = User(store.next_id("U"), store.team.id, "buildbot", "Build Bot", "", None, is_bot=True)
    robot.bot_id, robot.app_id = store.next_id("B"), store.next_id("A")
    return found | {"robot": store.add_user(robot)}


def _furnish(world: World, chance: random.Random, people: dict[str, User]) -> None:
    """Channels with the bot, without it, shared with another company; a group of people."""
    store, word = world.store, chance.choice(TEAM_WORDS)
    everybody = [people[role].id for role in INSIDERS]
    places = {
        "general": _channel(store, "general", "public", people, everybody),
        "team": _channel(store, f"{word}-{chance.randrange(10, 100)}", "public", people, everybody),
        "private": _channel(store, f"{word}-leads", "private", people, everybody[:3]),
        "shared": _channel(store, f"ext-{word}", "public", people, [*everybody[:3], people["stranger"].id]),
        "elsewhere": _channel(store, f"{word}-random", "public", people, everybody),
        "secret": _channel(store, f"{word}-secret", "private", people, everybody[:2]),
    }
    places["general"].is_general = places["shared"].is_ext_shared = True
    for name in ("general", "team", "private", "shared"):
        places[name].members.append(store.app.bot.id)
    world.places = {name: channel.id for name, channel in places.items()}
    writers = [people[role].id for role in ("admin", "maintainer", "writer")]
    group = Usergroup(store.next_id("S"), f"{word}-devs", f"{word.title()} developers", writers)
    store.usergroups[group.id] = group


def _channel(store: Store, name: str, kind: str, people: dict[str, User], members: list[str]) -> Channel:
    channel = store.add_channel(name, kind, people["admin"])
    channel.members = list(members)
    return channel
