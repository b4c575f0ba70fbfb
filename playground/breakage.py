"""What each kind of fault does to a request, whatever the platform: one function a kind."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from playground.faults import Fault

SERVER_ERROR = "Server Error"
BROKEN_JSON = b'{"message": "ok", "id": '
HALF_LENGTH = 4096

Effect = Callable[[web.Request, Fault, web.StreamResponse | None], Awaitable[web.StreamResponse]]


def needs_effect(fault: Fault) -> bool:
    """Whether the request takes place before the fault answers instead."""
    return fault.when == "after" or fault.kind == "slow"


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


EFFECTS: dict[str, Effect] = {
    "status": _answer_status,
    "hang": _hang,
    "slow": _answer_slowly,
    "half": _answer_half,
    "drop": _drop,
    "wrong_json": _answer_wrong_json,
}
