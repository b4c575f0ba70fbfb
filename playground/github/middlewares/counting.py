"""Counts REST requests against the person's hourly limit."""

from aiohttp import web

from playground.github.failures import primary_limit
from playground.github.world import ACTOR, WORLD, Handler


@web.middleware
async def count_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count each REST request, refuse beyond the limit, and tell in headers; 304 and `/rate_limit` are free."""
    if not request.path.startswith("/api/v3"):
        return await handler(request)
    actor = request.get(ACTOR)
    window = request.app[WORLD].limits.window(actor)
    if not window.remaining and not request.path.endswith("/rate_limit"):
        raise primary_limit(actor, window.reset_at)
    window.used += 0 if request.path.endswith("/rate_limit") else 1
    response: web.StreamResponse = await handler(request)
    window.used -= 1 if response.status == 304 else 0
    return response
