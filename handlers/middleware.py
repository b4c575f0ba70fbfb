"""Around every request: its id, its clock, its body's limit, and one place where errors become
problem JSON (RFC 9457).
"""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from time import perf_counter

import orjson
from aiohttp import web

from bot.errors import RequestRejected, StorageUnavailable, TooBusy
from bot.safety import mask
from handlers.keys import OBSERVER, REQUEST_ID, SERVICES

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADER = "X-Request-ID"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# GitHub and GitLab send at most 25 MB.
WEBHOOK_BODY_BYTES = 26 * 1024 * 1024
RETRY_AFTER_SECONDS = 1
NOT_KEPT = "Nothing was kept: the database is away. Send it again."
CRASHED = "Something went wrong here. Nothing was lost; the request id tells the operator where to look."


def _ids() -> Iterator[str]:
    """Unique and unguessable enough to search a log by: this process's random half, and a count."""
    process = secrets.token_hex(4)
    for number in itertools.count(secrets.randbits(16)):
        yield f"{process}{number:08x}"


next_id = _ids().__next__


@web.middleware
async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One middleware, not four: each costs every request."""
    began = perf_counter()
    request_id = request[REQUEST_ID] = _request_id(request)
    response = await _answer(request, handler, request_id)
    response.headers[HEADER] = request_id
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unmatched"
    request.app[OBSERVER].request(route, request.method, response.status, perf_counter() - began, request_id)
    return response


def _request_id(request: web.Request) -> str:
    """The sender's, when it can stand in logs and headers as it is; else one of ours."""
    given = request.headers.get(HEADER)
    if given is None or not SANE_ID.fullmatch(given):
        return next_id()
    is_secret = mask(given, request.app[SERVICES].known_secrets) != given
    return next_id() if is_secret else given


async def _answer(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    try:
        return await handler(request)
    except TooBusy as error:
        request.app[OBSERVER].away(_doing(request), error, request_id)
        return _later(str(error), error.retry_after_seconds, request_id)
    except RequestRejected as error:
        return problem(error.status, str(error), request_id)
    except StorageUnavailable as error:
        request.app[OBSERVER].away(_doing(request), error, request_id)
        return _later(NOT_KEPT, RETRY_AFTER_SECONDS, request_id)
    except web.HTTPException as error:
        return _reworded(error, request_id)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a defect becomes a 500 and a log line, never a traceback
        request.app[OBSERVER].crash(_doing(request), error, request_id)
        return problem(500, CRASHED, request_id)


def _later(detail: str, after_seconds: int, request_id: str) -> web.Response:
    answer = problem(503, detail, request_id)
    answer.headers["Retry-After"] = str(after_seconds)
    return answer


def _doing(request: web.Request) -> str:
    resource = request.match_info.route.resource
    # What a link ends with is as secret as a password while it is good.
    is_secret = resource is not None and "token" in request.match_info
    return f"answering {request.method} {resource.canonical if is_secret and resource else request.path}"


def _reworded(error: web.HTTPException, request_id: str) -> web.Response:
    answer = problem(error.status, error.reason, request_id)
    for header in ("Allow", "Location"):
        if header in error.headers:
            answer.headers[header] = error.headers[header]
    return answer


def problem(status: int, detail: str, request_id: str) -> web.Response:
    """An RFC 9457 body; `retryable` says whether the same request may succeed later."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "retryable": status in {429, 503},
        "request_id": request_id,
    }
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/problem+json")
