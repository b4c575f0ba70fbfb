"""Holds what the playground answers against GitHub's own REST description, when BELLHOP_SPECS says where it is."""

import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
from aiohttp import web
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from playground.github.world import FAULT

VENDOR = "https://api.github.com"
# The description has one path segment for each of these, real refs and paths have several.
MANY_SEGMENTS = re.compile(
    r"^(/repos/[^/]+/[^/]+/(?:git/refs?|git/matching-refs|contents|branches|rules/branches|compare|commits)/)(.+?)"
    r"(/(?:pulls|status|statuses|protection))?$"
)
# Where redirects lead; GitHub serves every path of a repository there too, undescribed.
BY_NUMBER = re.compile(r"^/repositories/\d+")
# The description at hand was cut to what a bot needs, and has no root folder. The page that each rests on instead:
ELSEWHERE = {
    "GET /meta": "docs.github.com/en/enterprise-server/rest/meta/meta#get-github-enterprise-server-meta-information",
    "GET /user/{account_id}": "docs.github.com/en/rest/users/users#get-a-user-using-their-id",
    "GET /orgs/{username}/repos": "docs.github.com/en/rest/repos/repos#list-organization-repositories",
    "GET /repos/{owner}/{repo}/contents": "docs.github.com/en/rest/repos/contents#get-repository-content",
}
# Cut out of it as well, and asked by the bot: written down here as the vendor's page describes it.
# docs.github.com/en/rest/repos/repos#list-repositories-for-the-authenticated-user
OWN_REPOSITORIES = {
    "visibility": {"type": "string", "enum": ["all", "public", "private"]},
    "affiliation": {
        "type": "string",
        "pattern": "^(owner|collaborator|organization_member)(,(owner|collaborator|organization_member))*$",
    },
    "type": {"type": "string", "enum": ["all", "owner", "public", "private", "member"]},
    "sort": {"type": "string", "enum": ["created", "updated", "pushed", "full_name"]},
    "direction": {"type": "string", "enum": ["asc", "desc"]},
    "per_page": {"type": "integer", "minimum": 1, "maximum": 100},
    "page": {"type": "integer", "minimum": 1},
    "since": {"type": "string", "format": "date-time"},
    "before": {"type": "string", "format": "date-time"},
}
ERROR_SCHEMA = {
    "type": "object",
    "required": ["message", "documentation_url", "status"],
    "properties": {"message": {"type": "string"}, "documentation_url": {"type": "string"}},
}
# GitHub answers null here for a comment whose line is gone, or on a whole file.
NULL_WHEN_OUTDATED = ("position", "line", "original_line", "original_position")


@cache
def description() -> OpenAPI | None:
    """GitHub's REST description, or None when it is not on this machine."""
    folder = os.environ.get("BELLHOP_SPECS")
    path = Path(folder) / "github.openapi.json" if folder else None
    if path is None or not path.exists():
        return None
    document = _relax(json.loads(path.read_text()))
    comment = document["components"]["schemas"]["pull-request-review-comment"]["properties"]
    for name in NULL_WHEN_OUTDATED:
        comment[name]["nullable"] = True
    for name in ("pull-request", "pull-request-simple"):
        _let_head_be_unknown(document["components"]["schemas"][name]["properties"]["head"]["properties"])
    document["paths"]["/user/repos"] = _own_repositories()
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))


def _own_repositories() -> dict[str, Any]:
    queries = [{"name": name, "in": "query", "schema": schema} for name, schema in OWN_REPOSITORIES.items()]
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/repository"}}
    answer = {"description": "listed", "content": {"application/json": {"schema": listed}}}
    return {"get": {"operationId": "own", "parameters": queries, "responses": {"200": answer}}}


def _let_head_be_unknown(head: dict[str, Any]) -> None:
    """The head of a deleted fork has neither repository nor user; the description forgets that."""
    for name in ("repo", "user"):
        head[name] = {"anyOf": [head[name], {"nullable": True, "enum": [None]}]}


def _relax(schema: Any) -> Any:
    """What a validator needs: null among the values of a nullable enum or choice (OpenAPI 3.0), left out here."""
    if isinstance(schema, list):
        return [_relax(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # A discriminator cannot look into a list, which a folder's content is; the choice alone tells the kinds apart.
    result = {key: _relax(item) for key, item in schema.items() if key != "discriminator"}
    if result.get("nullable") is True:
        for key in {"enum", "oneOf", "anyOf"} & result.keys():
            result[key] = [*result[key], None if key == "enum" else {"nullable": True, "enum": [None]}]
    return result


def template(method: str, route: str) -> str:
    """A route as pages write it: its parameters without patterns, no Enterprise prefix, by name and not by number."""
    plain = re.sub(r"\{(\w+)[^{}]*\}", r"{\1}", route).removeprefix("/api/v3")
    return f"{method} {plain.replace('/repositories/{repository_id}', '/repos/{owner}/{repo}')}"


def route_of(request: web.Request) -> str:
    """The template of the route that serves a request; a root folder is described apart from what is in it."""
    resource = request.match_info.route.resource
    found = template(request.method, resource.canonical if resource else request.path)
    return found.removesuffix("/{path}") if request.path.endswith("/contents/") else found


def _is_to_judge(response: web.Response) -> bool:
    return response.content_type == "application/json" or (response.status < 300 and not response.body)


def described_path(path: str) -> str:
    """The path as the description has it: no Enterprise prefix, slashes inside one parameter escaped."""
    plain = BY_NUMBER.sub("/repos/owner/name", path.removeprefix("/api/v3"))
    found = MANY_SEGMENTS.match(plain)
    return found[1] + quote(found[2], safe="") + (found[3] or "") if found else plain


REQUIRED: dict[str, list[str]] = json.loads((Path(__file__).parent / "required_keys.json").read_text())
NUMBER, REPO = r"/\d+", r"^/repos/[^/]+/[^/]+"
# What a path answers with, for the check that needs no vendor's file; lists and single objects alike.
KINDS = {
    r"^/user(/\d+|s/[^/]+)?$": "user",
    REPO + "(/forks)?$": "repository",
    REPO + f"/issues({NUMBER})?$": "issue",
    REPO + f"/issues(/comments{NUMBER}|{NUMBER}/comments|/comments)$": "issue comment",
    REPO + "/.*/reactions$": "reaction",
    REPO + "/.*labels$": "label",
    REPO + f"/pulls{NUMBER}$": "pull request",
    REPO + "/pulls$": "listed pull request",
    REPO + f"/pulls{NUMBER}/reviews({NUMBER})?$": "review",
    REPO
    + f"/pulls(/comments{NUMBER}|{NUMBER}/comments|{NUMBER}/comments{NUMBER}/replies)$": "review comment",
    REPO + "/collaborators/[^/]+/permission$": "permission",
    REPO + "/git/(ref/.+|refs|refs/.+)$": "ref",
    REPO + f"/(commits|pulls{NUMBER}/commits|commits/[^/]+)$": "commit",
    REPO + f"/pulls{NUMBER}/files$": "changed file",
    REPO + "/(statuses/[^/]+|commits/.+/statuses)$": "status",
    REPO + f"/hooks({NUMBER})?$": "hook",
    REPO + f"/hooks{NUMBER}/deliveries({NUMBER})?$": "delivery",
}


def missing_keys(path: str, body: bytes) -> list[str]:
    """The keys that GitHub's description requires and the answer lacks."""
    plain = described_path(path)
    kind = next((kind for pattern, kind in KINDS.items() if re.search(pattern, plain)), None)
    data = json.loads(body or b"[]")
    items = data if isinstance(data, list) else [data]
    return sorted({key for item in items for key in REQUIRED[kind] if key not in item}) if kind else []


@dataclass
class Watcher:
    """Sees every answer of a playground; `complaints` says where one broke the contract."""

    seen: int = 0
    answered: set[str] = field(default_factory=set)  # routes that answered well
    checked: set[str] = field(default_factory=set)  # those of them whose answer the description judged
    complaints: list[str] = field(default_factory=list)

    @property
    def middleware(self) -> Any:
        """For GithubPlayground(watchers=...)."""

        @web.middleware
        async def watch(request: web.Request, handler: Any) -> web.StreamResponse:
            response = await handler(request)
            if request.path.startswith("/api/v3") and not request.get(FAULT):
                self._see(request, response)
            return response

        return watch

    def _see(self, request: web.Request, response: web.StreamResponse) -> None:
        self.seen += 1
        self._check_headers(request, response)
        if not isinstance(response, web.Response) or not _is_to_judge(response):
            return
        called, route = f"{request.method} {request.path}", route_of(request)
        complaint = check(route, request.path, response.status, bytes(response.body or b""))
        if complaint:
            self.complaints.append(f"{called} -> {response.status}: {complaint}")
        elif response.status < 300:
            self.answered.add(route)
            if description() is not None and route not in ELSEWHERE:
                self.checked.add(route)

    def _check_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        for name in (
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "X-GitHub-Request-Id",
        ):
            if name not in response.headers:
                self.complaints.append(f"{request.method} {request.path}: no {name}")


def check(route: str, path: str, status: int, body: bytes) -> str | None:
    """What is wrong with one answer of a route, JSON or nothing, or None."""
    if status >= 300:
        return _complain_about_error(body)
    missing = missing_keys(path, body)
    if missing:
        return f"without {missing}"
    openapi = description()
    if openapi is None or route in ELSEWHERE:
        return None
    request = MockRequest(VENDOR, route.partition(" ")[0].lower(), described_path(path))
    try:
        openapi.validate_response(request, MockResponse(body, status, content_type="application/json"))
    except OpenAPIError as error:
        return _explain(error)
    return None


def _explain(error: OpenAPIError) -> str:
    """The schema's complaints alone: the value itself would hide them."""
    reasons = getattr(error.__cause__, "schema_errors", ())
    found = [f"{'.'.join(map(str, reason.absolute_path))}: {reason.message[-300:]}" for reason in reasons]
    return "; ".join(found) or f"{type(error).__name__}: {str(error)[:300]}"


def _complain_about_error(body: bytes) -> str | None:
    try:
        jsonschema.validate(json.loads(body), ERROR_SCHEMA)
    except (ValueError, jsonschema.ValidationError) as error:
        return str(error)
    return None
