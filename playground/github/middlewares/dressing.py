"""Turns failures into GitHub's JSON and puts its headers on every REST answer."""

import uuid

from aiohttp import web

from playground.github import limits
from playground.github.failures import ApiFailure, failure_response, not_found
from playground.github.postman import ENTERPRISE_VERSION
from playground.github.world import ACTOR, WORLD, Handler


@web.middleware
async def dress(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn failures into GitHub's JSON and put its headers on every REST answer."""
    if not request.path.startswith("/api/"):
        return await _handle_plain(request, handler)
    try:
        response: web.StreamResponse = await handler(request)
    except ApiFailure as failure:
        response = failure_response(failure)
    except web.HTTPNotFound:
        response = failure_response(not_found())
    except web.HTTPMethodNotAllowed:
        response = failure_response(not_found())
    if not response.prepared:
        _add_headers(request, response)
    return response


async def _handle_plain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)
    except ApiFailure as failure:
        return failure_response(failure)
    return response


def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    window = request.app[WORLD].limits.window(request.get(ACTOR))
    fixed = {
        "X-GitHub-Request-Id": uuid.uuid4().hex[:24].upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Enterprise-Version": ENTERPRISE_VERSION,
    }
    for name, value in (fixed | limits.headers(window)).items():
        response.headers.setdefault(name, value)
