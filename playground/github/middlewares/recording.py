"""Writes each request of REST and git to the log."""

import time

from aiohttp import web

from playground.github.world import ACTOR, FAULT, WORLD, Handler
from playground.journal import visible


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
        body=body,
        status=status,
        actor=actor.login if actor else None,
        fault=request.get(FAULT),
        seconds=round(seconds, 4),
    )
