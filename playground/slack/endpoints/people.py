"""users.*, usergroups.*, bots.info and team.info"""

from __future__ import annotations

from typing import Any

from playground.slack import pages
from playground.slack.calls import Call
from playground.slack.failures import ApiFailure
from playground.slack.records import User
from playground.slack.shapes import people

EMAIL_SCOPE = "users:read.email"


async def info(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/users.info"""
    return {"user": _shape(call, call.person())}


async def list_all(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/users.list (strangers are not members)"""
    found = [user for user in call.store.users.values() if not user.is_stranger]
    shown, more = pages.cut(call, found)
    cache_ts = int(call.store.clock.now())
    return {"members": [_shape(call, user) for user in shown], "cache_ts": cache_ts, **more}


async def look_up_by_email(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/users.lookupByEmail"""
    email = call.needed("email").lower()
    every = call.store.users.values()
    found = next((u for u in every if u.email == email and not u.is_deleted and not u.is_bot), None)
    if found is None:
        raise ApiFailure("users_not_found")
    return {"user": _shape(call, found)}


async def list_usergroups(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/usergroups.list"""
    shapes = [people.usergroup(group, call.store.team) for group in call.store.usergroups.values()]
    if not call.flag("include_users"):
        shapes = [{key: value for key, value in shape.items() if key != "users"} for shape in shapes]
    return {"usergroups": shapes}


async def list_usergroup_users(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/usergroups.users.list"""
    group = call.store.usergroups.get(call.needed("usergroup"))
    if group is None:
        raise ApiFailure("no_such_subteam")
    return {"users": group.users}


async def bot_info(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/bots.info"""
    if call.needed("bot") != call.store.app.bot.bot_id:
        raise ApiFailure("bot_not_found")
    return {"bot": people.bot(call.store.app)}


async def team_info(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/team.info"""
    team = call.store.team
    if call.text("team", team.id) != team.id:
        raise ApiFailure("team_not_found")
    return {"team": people.team_info(team, call.world.links.base)}


def _shape(call: Call, user: User) -> dict[str, Any]:
    has_email = bool(call.token and EMAIL_SCOPE in call.token.scopes)
    return people.user(user, call.store.team, has_email=has_email)
