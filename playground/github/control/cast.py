"""People, their tokens, repositories and drafts."""

from typing import Any

from aiohttp import web

from playground.github import access
from playground.github.actions.pulls import set_draft
from playground.github.actions.repositories import create_repository
from playground.github.calls import text
from playground.github.control.asking import BAD_FIELD, find_repository, find_user, read_json, world_of
from playground.github.failures import ApiFailure, not_found
from playground.github.records import Repository
from playground.github.world import World


async def list_people(request: web.Request) -> web.Response:
    """`GET /people`: login -> id, kind and token."""
    store = world_of(request).store
    people = {
        user.login: {"id": user.id, "kind": user.kind, "name": user.name} for user in store.users.values()
    }
    for token, user in store.tokens.items():
        people[user.login].setdefault("token", token)
    return web.json_response(people)


async def add_person(request: web.Request) -> web.Response:
    """`POST /people {login, name?, kind?, email?, token?}`: an account with a token."""
    world, data = world_of(request), await read_json(request)
    login = text(data, "login", "User")
    user = world.store.user(login) or world.store.add_user(
        login, str(data.get("name") or login), str(data.get("kind") or "User"), data.get("email")
    )
    token = world.store.add_token(user, data.get("token"))
    return web.json_response({"login": user.login, "id": user.id, "token": token}, status=201)


async def rename_person(request: web.Request) -> web.Response:
    """`PATCH /people/{login} {login}`: another login; id and tokens stay, as on GitHub."""
    world = world_of(request)
    user = find_user(world, request.match_info["login"])
    world.store.rename(user, text(await read_json(request), "login", "User"))
    return web.json_response({"login": user.login, "id": user.id})


async def delete_person(request: web.Request) -> web.Response:
    """`DELETE /people/{login}`: the account is gone, what it wrote stays with `user: null`."""
    world = world_of(request)
    world.store.delete_user(find_user(world, request.match_info["login"]))
    return web.Response(status=204)


async def drop_token(request: web.Request) -> web.Response:
    """`DELETE /tokens {token}`: revoke a token."""
    world_of(request).store.tokens.pop(str((await read_json(request)).get("token")), None)
    return web.Response(status=204)


async def add_repository(request: web.Request) -> web.Response:
    """`POST /repositories {owner, name, files?, private?, collaborators?, protected?, default_branch?}`."""
    world, data = world_of(request), await read_json(request)
    owner, name = find_user(world, text(data, "owner", "Repository")), text(data, "name", "Repository")
    files = data.get("files") or {}
    branch = str(data.get("default_branch") or "main")
    repository = await create_repository(world, owner, name, files, branch)
    repository.is_private = data.get("private") is True
    repository.protected = [str(pattern) for pattern in data.get("protected") or []]
    for login, role in (data.get("collaborators") or {}).items():
        _grant(world, repository, login, role)
    return web.json_response(brief(repository), status=201)


async def change_repository(request: web.Request) -> web.Response:
    """`PATCH /repositories/{owner}/{repo} {private?, archived?, has_issues?, protected?, collaborators?, ...}`.

    Also `locked`, a list of issue numbers, and `name`: the former one is redirected. The role "none" removes
    a collaborator.
    """
    world, repository, data = world_of(request), find_repository(request), await read_json(request)
    repository.is_private = data.get("private", repository.is_private) is True
    repository.is_archived = data.get("archived", repository.is_archived) is True
    repository.has_issues = data.get("has_issues", repository.has_issues) is True
    repository.protected = [str(pattern) for pattern in data.get("protected", repository.protected)]
    for login, role in (data.get("collaborators") or {}).items():
        _grant(world, repository, login, role)
    for number in data.get("locked") or []:
        repository.issues[int(number)].is_locked = True
    if data.get("name"):
        world.store.rename_repository(repository, text(data, "name", "Repository"))
    return web.json_response(brief(repository))


async def delete_repository(request: web.Request) -> web.Response:
    """`DELETE /repositories/{owner}/{repo}`: pull requests from it keep an unknown head."""
    world_of(request).store.delete_repository(find_repository(request))
    return web.Response(status=204)


def _grant(world: World, repository: Repository, login: str, role: str) -> None:
    if role not in access.ROLES:
        raise ApiFailure(422, BAD_FIELD.format(name=role))
    repository.collaborators[find_user(world, login).id] = role


async def change_pull(request: web.Request) -> web.Response:
    """`PATCH /pulls/{owner}/{repo}/{number} {draft, login}`: REST cannot turn drafts, on GitHub a person clicks."""
    world, data = world_of(request), await read_json(request)
    issue = find_repository(request).issues.get(int(request.match_info["number"]))
    if issue is None or issue.pull is None:
        raise not_found()
    set_draft(world, find_user(world, data.get("login")), issue.pull, data.get("draft") is True)
    return web.Response(status=204)


def brief(repository: Repository) -> dict[str, Any]:
    numbers: dict[str, list[int]] = {"pull": [], "issue": []}
    for issue in repository.issues.values():
        numbers["pull" if issue.pull else "issue"].append(issue.number)
    facts = {
        "full_name": repository.full_name,
        "private": repository.is_private,
        "protected": repository.protected,
    }
    return facts | {"issues": numbers["issue"], "pulls": numbers["pull"], "hooks": list(repository.hooks)}
