"""One REST request as its handler sees it: who asks, about which repository, with what body."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from playground.github import access
from playground.github.failures import (
    NO_JSON,
    NO_OBJECT,
    ApiFailure,
    forbidden,
    invalid,
    not_found,
    redirected,
    unauthenticated,
)
from playground.github.records import Repository, User
from playground.github.world import ACTOR, WORLD, World

LONGEST_BODY = 65_536  # characters; longer issue, pull request and comment bodies are refused with 422
TOO_LONG = "body is too long (maximum is 65536 characters)"
# docs.github.com/repositories/archiving-a-github-repository/archiving-repositories
ARCHIVED = "Repository was archived so is read-only."
LARGEST_NUMBER = 2**63


@dataclass(frozen=True)
class Call:
    """A request with its world; `actor` is None without a token."""

    request: web.Request
    world: World
    actor: User | None
    found: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository in the path; the route has checked that the actor sees it."""
        assert self.found, "this route names no repository"
        return self.found

    @property
    def person(self) -> User:
        """The actor; raises 401 without a token."""
        if not self.actor:
            raise unauthenticated()
        return self.actor

    def path(self, name: str) -> str:
        """A text in the path."""
        return self.request.match_info[name]

    def number(self, name: str) -> int:
        """A number in the path; the route's pattern lets only digits in."""
        return min(int(self.request.match_info[name]), LARGEST_NUMBER)

    def query(self, name: str, default: str = "") -> str:
        """A text in the query."""
        return self.request.query.get(name, default)

    def query_number(self, name: str, default: int) -> int:
        """A positive number in the query; GitHub ignores nonsense."""
        text = self.query(name)
        return max(min(int(text), LARGEST_NUMBER), 1) if text.isascii() and text.isdigit() else default

    async def json(self) -> dict[str, Any]:
        """The body as an object; an empty body is an empty object."""
        raw = await self.request.read()
        try:
            data = json.loads(raw) if raw.strip() else {}
        except ValueError as error:
            raise ApiFailure(400, NO_JSON) from error
        if not isinstance(data, dict):
            raise ApiFailure(400, NO_OBJECT)
        return data


Endpoint = Callable[[Call], Awaitable[web.StreamResponse]]


def endpoint(work: Endpoint, needed: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler of an endpoint; `needed` is "open", "person" or the least role in the repository."""

    async def handle(request: web.Request) -> web.StreamResponse:
        world, actor = request.app[WORLD], request.get(ACTOR)
        found = _find(request, world, actor)
        call = Call(request, world, actor, found)
        _check(call, needed)
        return await work(call)

    return handle


def _find(request: web.Request, world: World, actor: User | None) -> Repository | None:
    """The repository that the path names, if it names one; 404 when it is not there or not for this actor to know."""
    names = request.match_info
    if "repository_id" in names:
        found = world.store.repository_by_id(int(names["repository_id"]))
    elif "repo" in names:
        found = world.store.repository(names["owner"], names["repo"])
        if found is None:
            _redirect(request, world)
    else:
        return None
    if found is None or not access.allows(found, actor, "read"):
        raise not_found()
    return found


def _redirect(request: web.Request, world: World) -> None:
    """Raise the redirect of a renamed repository: 301 for reads, 307 for writes.

    docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
    """
    names = request.match_info
    moved = world.store.moved_repository(names["owner"], names["repo"])
    if moved:
        rest = request.path_qs.partition(f"/repos/{names['owner']}/{names['repo']}")[2]
        raise redirected(request.method == "GET", f"{world.links.api}/repositories/{moved.id}{rest}")


def _check(call: Call, needed: str) -> None:
    if needed == "open" or (needed == "read" and call.request.method == "GET"):
        return
    person = call.person  # raises 401 first, as GitHub does
    if call.found is not None and call.found.is_archived and call.request.method != "GET":
        raise forbidden(ARCHIVED)
    if needed != "person" and not access.allows(call.repository, person, needed):
        raise forbidden()


def text(data: dict[str, Any], field: str, resource: str) -> str:
    """A required text of the body; raises 422 when it is missing, blank or too long."""
    value = data.get(field)
    if not isinstance(value, str) or not value.strip():
        raise invalid(resource, field, "missing_field")
    return _short(value, field, resource)


def optional_text(data: dict[str, Any], field: str, resource: str) -> str | None:
    """An optional text of the body; raises 422 when it is no text or too long."""
    value = data.get(field)
    if value is not None and not isinstance(value, str):
        raise invalid(resource, field)
    return _short(value, field, resource) if value else value


def _short(value: str, field: str, resource: str) -> str:
    if len(value) > LONGEST_BODY:
        raise invalid(resource, field, "custom", TOO_LONG)
    return value
