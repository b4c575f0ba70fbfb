"""Faults on demand: the next requests that match meet an error, before or after their effect took place."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from playground.github.failures import ApiFailure, primary_limit, secondary_limit
from playground.github.world import ACTOR, FAULT, WORLD, Handler

KINDS = ("status", "secondary_limit", "primary_limit", "hang", "slow", "half", "drop", "wrong_json")
SERVER_ERROR = "Server Error"
BROKEN_JSON = b'{"message": "ok", "id": '
HALF_LENGTH = 4096


@dataclass
class Fault:
    """What goes wrong (`kind`), for which requests, how often, and whether the effect took place (`when`)."""

    kind: str
    method: str = "*"
    path: str = ""
    when: str = "before"
    times: int = 1
    status: int = 500
    seconds: float = 30.0
    retry_after: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    id: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.when not in ("before", "after"):
            raise ValueError(f"a fault is one of {', '.join(KINDS)}, before or after")
        re.compile(self.path)

    def matches(self, request: web.Request) -> bool:
        """Whether this request meets the fault; `path` is a regular expression searched in the path."""
        is_method = self.method in ("*", request.method)
        return self.times > 0 and is_method and re.search(self.path, request.path) is not None


class Faults:
    """The faults waiting for requests, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, fault: Fault) -> Fault:
        """Arm a fault."""
        self._last_id += 1
        fault.id = self._last_id
        self._faults.append(fault)
        return fault

    def take(self, request: web.Request) -> Fault | None:
        """The first fault that matches, used once."""
        fault = next((fault for fault in self._faults if fault.matches(request)), None)
        if fault:
            fault.times -= 1
        return fault

    def waiting(self) -> list[dict[str, Any]]:
        """The faults not used up."""
        return [asdict(fault) for fault in self._faults if fault.times > 0]

    def clear(self) -> None:
        """Disarm everything."""
        self._faults.clear()


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


def failure_response(failure: ApiFailure) -> web.Response:
    """A failure as the JSON that GitHub sends."""
    return web.json_response(failure.body, status=failure.status, headers=failure.headers)
