"""Holds what the adapter asks against GitHub's own REST description, when BELLHOP_SPECS says where it is."""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest

from adapters.platforms.github.sessions import USER_AGENT
from tests.playground.contract import VENDOR, described_path, description

# What the REST description does not describe, and the vendor's page that does.
ELSEWHERE = {
    "POST /api/graphql": "docs.github.com/en/graphql/reference/mutations#addreaction",
    "GET /repos/{owner}/{repo}/contents/": "docs.github.com/en/rest/repos/contents#get-repository-content",
    "GET /user/{account_id}": "docs.github.com/en/rest/users/users#get-a-user-using-their-id",
}
ROOT_LISTING = re.compile(r"^/repos/[^/]+/[^/]+/contents/$")
BY_ID = re.compile(r"^/user/\d+$")


@dataclass
class Watcher:
    """Sees every request that reaches a playground: valid by the contract, or described elsewhere, by port method."""

    doing: str = ""
    valid: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    elsewhere: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    complaints: list[str] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)

    @property
    def middleware(self) -> Any:
        """For GithubPlayground(watchers=...)."""

        @web.middleware
        async def watch(request: web.Request, handler: Any) -> web.StreamResponse:
            # What lies beside the API (signing in) is in no description.
            if request.headers.get("User-Agent") == USER_AGENT and request.path.startswith("/api/"):
                self._see(request, await request.read())
            response: web.StreamResponse = await handler(request)
            return response

        return watch

    @contextmanager
    def during(self, method: str) -> Iterator[None]:
        """Note what is asked on behalf of one method of the port."""
        self.doing = method
        yield
        self.doing = ""

    def _see(self, request: web.Request, body: bytes) -> None:
        called = f"{request.method} {request.path}"
        self.seen.append((request.method, request.path_qs))
        plain = described_path(request.path)
        if request.path == "/api/graphql":
            self.elsewhere[self.doing].add(called)
        elif ROOT_LISTING.match(plain):
            self.elsewhere[self.doing].add("GET /repos/{owner}/{repo}/contents/")
        elif BY_ID.match(plain):
            self.elsewhere[self.doing].add("GET /user/{account_id}")
        elif (complaint := complaint_of(request, plain, body)) is not None:
            self.complaints.append(f"{called}: {complaint}")
        else:
            self.valid[self.doing].add(f"{request.method} {plain}")


def complaint_of(request: web.Request, path: str, body: bytes) -> str | None:
    """What is wrong with a request, or None."""
    openapi = description()
    if openapi is None:
        return None
    asked = MockRequest(
        VENDOR,
        request.method.lower(),
        path,
        args=dict(request.query),
        headers=dict(request.headers),
        data=body or None,
        content_type=request.content_type if body else "",
    )
    try:
        openapi.validate_request(asked)
    except OpenAPIError as error:
        reasons = getattr(error.__cause__, "schema_errors", ())
        return "; ".join(reason.message for reason in reasons) or f"{type(error).__name__}: {error}"
    return None
