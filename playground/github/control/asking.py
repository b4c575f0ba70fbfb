"""What every control request needs: its world, its JSON, the people and repositories it names."""

from dataclasses import fields
from typing import Any

from aiohttp import web

from playground.github.calls import Call
from playground.github.failures import ApiFailure, not_found
from playground.github.records import Repository, User
from playground.github.world import WORLD, World

NO_USER = "no user {login} here"
BAD_FIELD = "the control door does not know {name}"


def world_of(request: web.Request) -> World:
    return request.app[WORLD]


async def read_json(request: web.Request) -> dict[str, Any]:
    return await Call(request, world_of(request), None).json()


def find_user(world: World, login: Any) -> User:
    user = world.store.user(str(login))
    if user is None:
        raise ApiFailure(404, NO_USER.format(login=login))
    return user


def find_repository(request: web.Request) -> Repository:
    found = world_of(request).store.repository(request.match_info["owner"], request.match_info["repo"])
    if found is None:
        raise not_found()
    return found


def only_known(kind: Any, data: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    for name in data:
        if name not in names:
            raise ApiFailure(422, BAD_FIELD.format(name=name))
    return data
