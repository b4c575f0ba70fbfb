"""Repositories, collaborators and forks."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from playground.github import access
from playground.github.actions.repositories import fork_repository
from playground.github.calls import Call
from playground.github.endpoints import affiliations
from playground.github.failures import invalid, not_found
from playground.github.records import Repository, User
from playground.github.replies import answer, nothing, page
from playground.github.shapes.repositories import full_repository, seen_repository
from playground.github.shapes.users import simple_user

NOT_A_USER = "{login} is not a user"


async def get_repository(call: Call) -> web.Response:
    """`GET /repos/{owner}/{repo}`."""
    return answer(call, full_repository(call.world.links, call.repository, call.actor))


async def list_own(call: Call) -> web.Response:
    """`GET /user/repos`: where the person has a role of their own."""
    return _show(call, affiliations.chosen(call, call.world.store.repositories.values()))


async def list_owned(call: Call) -> web.Response:
    """`GET /users/{username}/repos` and `GET /orgs/{username}/repos`."""
    login = call.path("username").lower()
    if call.world.store.user(login) is None:
        raise not_found()
    return _list(call, lambda repository: repository.owner.login.lower() == login)


def _list(call: Call, wanted: Any) -> web.Response:
    found = [repository for repository in call.world.store.repositories.values() if wanted(repository)]
    return _show(call, [repository for repository in found if access.allows(repository, call.actor, "read")])


def _show(call: Call, found: Sequence[Repository]) -> web.Response:
    return page(call, found, lambda repository: seen_repository(call.world.links, repository, call.actor))


async def get_permission(call: Call) -> web.Response:
    """`GET .../collaborators/{username}/permission`: the legacy word and the real role."""
    login = call.path("username")
    user = call.world.store.user(login)
    if user is None:
        raise invalid_user(login)
    name = access.role(call.repository, user)
    legacy = access.legacy_permission(name)
    return answer(call, {"permission": legacy, "user": _collaborator(call, user), "role_name": name})


def invalid_user(login: str) -> Exception:
    """404 for a login that nobody has."""
    failure = not_found()
    failure.body["message"] = NOT_A_USER.format(login=login)
    return failure


def _collaborator(call: Call, user: User) -> dict[str, Any]:
    name = access.role(call.repository, user)
    shape = simple_user(call.world.links, user)
    return shape | {"permissions": access.permissions(name), "role_name": name}


async def list_collaborators(call: Call) -> web.Response:
    """`GET .../collaborators`."""
    users = [
        user for user in call.world.store.users.values() if affiliations.is_member(call.repository, user)
    ]
    return page(call, users, lambda user: _collaborator(call, user))


async def check_collaborator(call: Call) -> web.Response:
    """`GET .../collaborators/{username}`: 204 or 404."""
    user = call.world.store.user(call.path("username"))
    if user is None or not affiliations.is_member(call.repository, user):
        raise not_found()
    return nothing()


async def list_assignees(call: Call) -> web.Response:
    """`GET .../assignees`."""
    every = [user for user in call.world.store.users.values() if user.kind != "Organization"]
    users = [user for user in every if access.allows(call.repository, user, "triage")]
    return page(call, users, lambda user: simple_user(call.world.links, user))


async def create_fork(call: Call) -> web.Response:
    """`POST .../forks`: 202; an existing fork is answered again."""
    data = await call.json()
    owner = call.world.store.user(str(data.get("organization") or call.person.login))
    if owner is None or not _may_own(owner, call.person):
        raise invalid("Fork", "organization")
    name = str(data.get("name") or call.repository.name)
    fork = await fork_repository(call.world, call.person, call.repository, owner, name)
    return answer(call, full_repository(call.world.links, fork, call.actor), 202)


def _may_own(owner: User, person: User) -> bool:
    return owner is person or person.id in owner.members


async def list_forks(call: Call) -> web.Response:
    """`GET .../forks`."""
    return page(call, call.repository.forks, lambda fork: seen_repository(call.world.links, fork, call.actor))
