"""The faults that only Slack has, beside those of any server. `path` is searched in `/api/<method>`."""

from dataclasses import dataclass

from aiohttp import web

from playground import breakage, faults
from playground.slack.failures import ApiFailure, rate_limited
from playground.slack.world import WORLD, Handler

DEFAULT_RETRY_AFTER_SECONDS = 30


@dataclass
class Fault(faults.Fault):
    """Adds an error code (HTTP 200) and the rate limit (429)."""

    kinds = (*faults.Fault.kinds, "error", "ratelimited")

    error: str = "internal_error"


@web.middleware
async def inject_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request meet its fault; the control door never does."""
    if request.path.startswith("/_playground"):
        return await handler(request)
    fault = request.app[WORLD].faults.take(request)
    if fault is None:
        return await handler(request)
    response = await handler(request) if breakage.needs_effect(fault) else None
    if isinstance(fault, Fault) and fault.kind == "error":
        return web.json_response(ApiFailure(fault.error).body)
    if fault.kind == "ratelimited":
        return rate_limited(DEFAULT_RETRY_AFTER_SECONDS if fault.retry_after is None else fault.retry_after)
    return await breakage.EFFECTS[fault.kind](request, fault, response)
