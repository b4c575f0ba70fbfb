"""Lets requests meet their faults: each kind of fault is one function."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from playground.github.failures import ApiFailure, failure_response, primary_limit, secondary_limit
from playground.github.faults import Fault
from playground.github.world import ACTOR, FAULT, WORLD, Handler

SERVER_ERROR = "Server Error"
BROKEN_JSON = b'{"message": "ok", "id": '
HALF_LENGTH = 4096


@web.middleware
async def inject_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request meet its fault; the control door and the pages never do."""
    if request.path.startswith("/_playground"):
        return await handler(request)
    fault = request.app[WORLD].faults.take(request)
    if fault is None:
        return await handler(request)
    request[FAULT] = f"{fault.kind} {fault.when}"
    response = await _perform(request, handler) if fault.when == "after" or fault.kind == "slow" else None
    return await EFFECTS[fault.kind](request, fault, response)


async def _perform(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiFailure as failure:
        return failure_response(failure)


async def _answer_status(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    body = {"message": SERVER_ERROR} if fault.body is None else fault.body
    if isinstance(body, str):
        return web.Response(status=fault.status, text=body, headers=headers)
    return web.json_response(body, status=fault.status, headers=headers)


async def _answer_secondary(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    return failure_response(secondary_limit(60 if fault.retry_after is None else fault.retry_after))


async def _answer_primary(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    return failure_response(primary_limit(request.get(ACTOR), int(time.time() + fault.seconds)))


async def _hang(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return await _drop(request, fault, response)


async def _answer_slowly(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    assert response, "a slow answer needs the answer"
    return response


async def _drop(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    """Close the connection without a byte."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


async def _answer_half(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    whole = (
        response.body
        if isinstance(response, web.Response) and isinstance(response.body, bytes)
        else b"{" * 99
    )
    status = response.status if response else 200
    half = web.StreamResponse(status=status, headers={"Content-Type": "application/json; charset=utf-8"})
    half.content_length = max(len(whole), HALF_LENGTH if response is None else 2)
    await half.prepare(request)
    await half.write(whole[: max(len(whole) // 2, 1)])
    if request.transport:
        request.transport.close()
    return half


async def _answer_wrong_json(
    request: web.Request, fault: Fault, response: web.StreamResponse | None
) -> web.StreamResponse:
    body = BROKEN_JSON if fault.body is None else json.dumps(fault.body).encode()
    status = response.status if response else 200
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8")


Effect = Callable[[web.Request, Fault, web.StreamResponse | None], Awaitable[web.StreamResponse]]
EFFECTS: dict[str, Effect] = {
    "status": _answer_status,
    "secondary_limit": _answer_secondary,
    "primary_limit": _answer_primary,
    "hang": _hang,
    "slow": _answer_slowly,
    "half": _answer_half,
    "drop": _drop,
    "wrong_json": _answer_wrong_json,
}
