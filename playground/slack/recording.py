"""Writes each request of the app to the log, without its token."""

from __future__ import annotations

import json
import time

from aiohttp import web

from playground.journal import visible
from playground.slack.world import ARGUMENTS, TOKEN, WORLD, Handler

STRUCTURED = ("blocks", "view", "metadata", "files", "attachments")


@web.middleware
async def record_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write each request, also those that a fault cut short; the control door stays out."""
    if request.path.startswith("/_playground"):
        return await handler(request)
    started, response = time.monotonic(), None
    try:
        response = await handler(request)
        return response
    finally:
        _write(request, response, time.monotonic() - started)


def _write(request: web.Request, response: web.StreamResponse | None, seconds: float) -> None:
    token = request.get(TOKEN)
    request.app[WORLD].journal.write(
        "in",
        method=request.method,
        path=request.path,
        query="",
        headers=visible(request.headers),
        body=json.dumps(_arguments(request)).encode(),
        status=response.status if response is not None else 0,
        error=_error(response),
        actor=token.user.name if token else None,
        seconds=round(seconds, 4),
    )


def _arguments(request: web.Request) -> dict[str, object]:
    """The arguments; what came as JSON inside a form is shown as what it is."""
    found: dict[str, object] = {}
    for name, value in request.get(ARGUMENTS, {}).items():
        found[name] = value
        if name in STRUCTURED and isinstance(value, str):
            try:
                found[name] = json.loads(value)
            except ValueError:
                continue
    return found


def _error(response: web.StreamResponse | None) -> str | None:
    """The Web API's word for what went wrong; HTTP says 200."""
    if not isinstance(response, web.Response) or response.content_type != "application/json":
        return None
    try:
        body = json.loads(response.text or "{}")
    except ValueError:
        return None
    return body.get("error") if isinstance(body, dict) else None
