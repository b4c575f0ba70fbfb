"""The control door `/_playground`: people, repositories, faults, webhooks, the log, conversations; JSON in and out.

Everything a person does on the real site goes through REST with that person's token; this door is for what no REST has.
"""

from dataclasses import asdict, fields
from typing import Any

from aiohttp import web

from playground.github import access
from playground.github.actions.pulls import set_draft
from playground.github.actions.repositories import HookRequest, add_hook, create_repository
from playground.github.calls import Call, text
from playground.github.failures import ApiFailure, not_found
from playground.github.faults import Fault
from playground.github.postman import Behavior
from playground.github.records import Repository, User
from playground.github.seeds import plant
from playground.github.transcript import write_transcript
from playground.github.world import WORLD, HookTarget, World

ROOT = "/_playground"
IDLE_SECONDS = 15.0
NO_USER = "no user {login} here"
BAD_FIELD = "the control door does not know {name}"


def _world(request: web.Request) -> World:
    return request.app[WORLD]


async def _json(request: web.Request) -> dict[str, Any]:
    return await Call(request, _world(request), None).json()


def _user(world: World, login: Any) -> User:
    user = world.store.user(str(login))
    if user is None:
        raise ApiFailure(404, NO_USER.format(login=login))
    return user


def _repository(request: web.Request) -> Repository:
    found = _world(request).store.repository(request.match_info["owner"], request.match_info["repo"])
    if found is None:
        raise not_found()
    return found


async def show_state(request: web.Request) -> web.Response:
    """`GET /_playground`: where things are, who plays whom, what the seeds planted, every control route."""
    world = _world(request)
    links = world.links
    routes = [f"{method} {path}" for method, path, _ in ROUTES]
    return web.json_response(
        {
            "url": links.base,
            "api_url": links.api,
            "seed": world.seed,
            "cast": world.cast,
            "seeds": world.summary,
            "repositories": [_brief(repository) for repository in world.store.repositories.values()],
            "routes": routes,
        }
    )


def _brief(repository: Repository) -> dict[str, Any]:
    numbers: dict[str, list[int]] = {"pull": [], "issue": []}
    for issue in repository.issues.values():
        numbers["pull" if issue.pull else "issue"].append(issue.number)
    facts = {
        "full_name": repository.full_name,
        "private": repository.is_private,
        "protected": repository.protected,
    }
    return facts | {"issues": numbers["issue"], "pulls": numbers["pull"], "hooks": list(repository.hooks)}


async def list_people(request: web.Request) -> web.Response:
    """`GET /people`: login -> id, kind and token."""
    store = _world(request).store
    people = {
        user.login: {"id": user.id, "kind": user.kind, "name": user.name} for user in store.users.values()
    }
    for token, user in store.tokens.items():
        people[user.login].setdefault("token", token)
    return web.json_response(people)


async def add_person(request: web.Request) -> web.Response:
    """`POST /people {login, name?, kind?, email?, token?}`: an account with a token."""
    world, data = _world(request), await _json(request)
    login = text(data, "login", "User")
    user = world.store.user(login) or world.store.add_user(
        login, str(data.get("name") or login), str(data.get("kind") or "User"), data.get("email")
    )
    token = world.store.add_token(user, data.get("token"))
    return web.json_response({"login": user.login, "id": user.id, "token": token}, status=201)


async def rename_person(request: web.Request) -> web.Response:
    """`PATCH /people/{login} {login}`: another login; id and tokens stay, as on GitHub."""
    world = _world(request)
    user = _user(world, request.match_info["login"])
    world.store.rename(user, text(await _json(request), "login", "User"))
    return web.json_response({"login": user.login, "id": user.id})


async def drop_token(request: web.Request) -> web.Response:
    """`DELETE /tokens {token}`: revoke a token."""
    _world(request).store.tokens.pop(str((await _json(request)).get("token")), None)
    return web.Response(status=204)


async def add_repository(request: web.Request) -> web.Response:
    """`POST /repositories {owner, name, files?, private?, collaborators?, protected?, default_branch?}`."""
    world, data = _world(request), await _json(request)
    owner, name = _user(world, text(data, "owner", "Repository")), text(data, "name", "Repository")
    files = data.get("files") or {}
    branch = str(data.get("default_branch") or "main")
    repository = await create_repository(world, owner, name, files, branch)
    repository.is_private = data.get("private") is True
    repository.protected = [str(pattern) for pattern in data.get("protected") or []]
    for login, role in (data.get("collaborators") or {}).items():
        _grant(world, repository, login, role)
    return web.json_response(_brief(repository), status=201)


async def change_repository(request: web.Request) -> web.Response:
    """`PATCH /repositories/{owner}/{repo} {private?, protected?, collaborators?, locked?}`; role "none" removes."""
    world, repository, data = _world(request), _repository(request), await _json(request)
    repository.is_private = data.get("private", repository.is_private) is True
    repository.protected = [str(pattern) for pattern in data.get("protected", repository.protected)]
    for login, role in (data.get("collaborators") or {}).items():
        _grant(world, repository, login, role)
    for number in data.get("locked") or []:
        repository.issues[int(number)].is_locked = True
    return web.json_response(_brief(repository))


def _grant(world: World, repository: Repository, login: str, role: str) -> None:
    if role not in access.ROLES:
        raise ApiFailure(422, BAD_FIELD.format(name=role))
    repository.collaborators[_user(world, login).id] = role


async def change_pull(request: web.Request) -> web.Response:
    """`PATCH /pulls/{owner}/{repo}/{number} {draft, login}`: REST cannot turn drafts, on GitHub a person clicks."""
    world, data = _world(request), await _json(request)
    issue = _repository(request).issues.get(int(request.match_info["number"]))
    if issue is None or issue.pull is None:
        raise not_found()
    set_draft(world, _user(world, data.get("login")), issue.pull, data.get("draft") is True)
    return web.Response(status=204)


async def point_hooks(request: web.Request) -> web.Response:
    """`PUT /hook {url, secret?}`: a webhook on every repository, also on those to come."""
    world, data = _world(request), await _json(request)
    url, secret = text(data, "url", "Hook"), data.get("secret")
    world.hook_target = HookTarget(url, secret)
    for repository in world.store.repositories.values():
        add_hook(world, repository.owner, repository, HookRequest(url, secret))
    return web.Response(status=204)


async def show_webhooks(request: web.Request) -> web.Response:
    """`GET /webhooks`: how deliveries behave."""
    return web.json_response(asdict(_world(request).postman.behavior))


async def set_webhooks(request: web.Request) -> web.Response:
    """`PUT /webhooks {is_on?, copies?, delay_seconds?, timeout_seconds?}`; what is left out is as on GitHub."""
    _world(request).postman.behavior = Behavior(**_known(Behavior, await _json(request)))
    return await show_webhooks(request)


def _known(kind: Any, data: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    for name in data:
        if name not in names:
            raise ApiFailure(422, BAD_FIELD.format(name=name))
    return data


async def wait_idle(request: web.Request) -> web.Response:
    """`POST /webhooks/idle {timeout_seconds?}`: answers when no delivery is on its way."""
    seconds = float((await _json(request)).get("timeout_seconds", IDLE_SECONDS))
    return web.json_response({"is_idle": await _world(request).postman.idle(seconds)})


async def list_faults(request: web.Request) -> web.Response:
    """`GET /faults`: those waiting for requests."""
    return web.json_response(_world(request).faults.waiting())


async def add_fault(request: web.Request) -> web.Response:
    """`POST /faults {kind, method?, path?, when?, times?, status?, seconds?, retry_after?, headers?, body?}`."""
    try:
        fault = Fault(**_known(Fault, await _json(request)))
    except (TypeError, ValueError) as error:
        raise ApiFailure(422, str(error)) from error
    return web.json_response(asdict(_world(request).faults.add(fault)), status=201)


async def clear_faults(request: web.Request) -> web.Response:
    """`DELETE /faults`."""
    _world(request).faults.clear()
    return web.Response(status=204)


async def exhaust_limit(request: web.Request) -> web.Response:
    """`POST /rate_limit {login, reset_seconds?}`: the person's hour is used up until then."""
    world, data = _world(request), await _json(request)
    window = world.limits.exhaust(_user(world, data.get("login")), int(data.get("reset_seconds", 3600)))
    return web.json_response(window.rate())


async def show_log(request: web.Request) -> web.Response:
    """`GET /log?direction=in|out&method=&path=&after=ID`: oldest first; `path` is a part of the path."""
    query = request.query
    entries = [entry for entry in _world(request).journal.entries if entry["id"] > int(query.get("after", 0))]
    for key in ("direction", "method"):
        entries = [entry for entry in entries if query.get(key, entry[key]) == entry[key]]
    return web.json_response([entry for entry in entries if query.get("path", "") in entry["path"]])


async def clear_log(request: web.Request) -> web.Response:
    """`DELETE /log`."""
    _world(request).journal.entries.clear()
    return web.Response(status=204)


async def show_conversation(request: web.Request) -> web.Response:
    """`GET /conversations/{owner}/{repo}/{number}`: the conversation as a person sees it, as plain text."""
    issue = _repository(request).issues.get(int(request.match_info["number"]))
    if issue is None:
        raise not_found()
    return web.Response(text=write_transcript(issue))


async def reset(request: web.Request) -> web.Response:
    """`POST /reset {seed?}`: everything anew, faults and log too; ids and tokens are those of the seed."""
    world, data = _world(request), await _json(request)
    world.reset(int(data.get("seed", world.seed)))
    await plant(world)
    return await show_state(request)


ROUTES = [
    ("GET", ROOT, show_state),
    ("POST", f"{ROOT}/reset", reset),
    ("GET", f"{ROOT}/people", list_people),
    ("POST", f"{ROOT}/people", add_person),
    ("PATCH", f"{ROOT}/people/{{login}}", rename_person),
    ("DELETE", f"{ROOT}/tokens", drop_token),
    ("POST", f"{ROOT}/repositories", add_repository),
    ("PATCH", f"{ROOT}/repositories/{{owner}}/{{repo}}", change_repository),
    ("PATCH", f"{ROOT}/pulls/{{owner}}/{{repo}}/{{number:\\d+}}", change_pull),
    ("PUT", f"{ROOT}/hook", point_hooks),
    ("GET", f"{ROOT}/webhooks", show_webhooks),
    ("PUT", f"{ROOT}/webhooks", set_webhooks),
    ("POST", f"{ROOT}/webhooks/idle", wait_idle),
    ("GET", f"{ROOT}/faults", list_faults),
    ("POST", f"{ROOT}/faults", add_fault),
    ("DELETE", f"{ROOT}/faults", clear_faults),
    ("POST", f"{ROOT}/rate_limit", exhaust_limit),
    ("GET", f"{ROOT}/log", show_log),
    ("DELETE", f"{ROOT}/log", clear_log),
    ("GET", f"{ROOT}/conversations/{{owner}}/{{repo}}/{{number:\\d+}}", show_conversation),
]


def control_routes() -> list[web.RouteDef]:
    """The control door's routes for aiohttp."""
    return [web.route(method, path, handler) for method, path, handler in ROUTES]
