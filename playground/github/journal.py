"""The log of both directions: requests that came in and webhooks that went out, without secrets."""

import json
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from playground.github.store import now
from playground.github.world import ACTOR, FAULT, WORLD, Handler

KEPT_ENTRIES = 5000
KEPT_BODY_CHARACTERS = 100_000
SECRET_HEADERS = {"authorization", "cookie", "x-hub-signature", "x-hub-signature-256"}
HIDDEN = "***"
SECRET_KEYS = {"secret", "token"}


class Journal:
    """The newest entries, oldest first; each has a growing `id`."""

    def __init__(self) -> None:
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT_ENTRIES)
        self._written = 0

    def write(self, direction: str, **facts: Any) -> None:
        """Add one entry; `direction` is "in" or "out"."""
        self._written += 1
        self.entries.append({"id": self._written, "direction": direction, "at": now(), **facts})


def visible(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with secrets hidden."""
    return {key: HIDDEN if key.lower() in SECRET_HEADERS else value for key, value in headers.items()}


def readable(body: bytes) -> Any:
    """A body as JSON without secrets, else as text, shortened."""
    try:
        return _without_secrets(json.loads(body))
    except ValueError:
        return body[:KEPT_BODY_CHARACTERS].decode("utf-8", "replace")


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    hidden = {key: HIDDEN for key in value if key in SECRET_KEYS and value[key]}
    return {key: hidden.get(key) or _without_secrets(item) for key, item in value.items()}


@web.middleware
async def record_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write each request of REST and git, also those that a fault cut short; the control door stays out."""
    if request.path.startswith("/_playground"):
        return await handler(request)
    started, status = time.monotonic(), 0
    body = await request.read() if request.path.startswith("/api/") else b""
    try:
        response: web.StreamResponse = await handler(request)
        status = response.status
        return response
    finally:
        _write_request(request, body, status, time.monotonic() - started)


def _write_request(request: web.Request, body: bytes, status: int, seconds: float) -> None:
    actor = request.get(ACTOR)
    request.app[WORLD].journal.write(
        "in",
        method=request.method,
        path=request.path,
        query=request.query_string,
        headers=visible(request.headers),
        body=readable(body) if body else None,
        status=status,
        actor=actor.login if actor else None,
        fault=request.get(FAULT),
        seconds=round(seconds, 4),
    )
