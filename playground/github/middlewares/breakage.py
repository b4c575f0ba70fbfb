"""Lets requests meet their faults."""

import time

from aiohttp import web

from playground import breakage
from playground.faults import Fault
from playground.github.failures import ApiFailure, failure_response, primary_limit, secondary_limit
from playground.github.world import ACTOR, FAULT, WORLD, Handler


@web.middleware
async def inject_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request meet its fault; the control door and the pages never do."""
    if request.path.startswith("/_playground"):
        return await handler(request)
    fault = request.app[WORLD].faults.take(request)
    if fault is None:
        return await handler(request)
    request[FAULT] = f"{fault.kind} {fault.when}"
    response = await _perform(request, handler) if breakage.needs_effect(fault) else None
    return await EFFECTS[fault.kind](request, fault, response)


async def _perform(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiFailure as failure:
        return failure_response(failure)


async def _answer_secondary(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    return failure_response(secondary_limit(60 if fault.retry_after is None else fault.retry_after))


async def _answer_primary(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    return failure_response(primary_limit(request.get(ACTOR), int(time.time() + fault.seconds)))


EFFECTS = breakage.EFFECTS | {"secondary_limit": _answer_secondary, "primary_limit": _answer_primary}
