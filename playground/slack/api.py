"""One door for every Web API method: arguments, token, scopes, then the method. docs.slack.dev/apis/web-api"""

from __future__ import annotations

from aiohttp import web

from playground.slack.calls import Call, read_arguments
from playground.slack.endpoints.oauth import basic_client
from playground.slack.failures import ApiFailure, answer, rate_limited
from playground.slack.methods import METHODS, Method
from playground.slack.records import Token
from playground.slack.world import ARGUMENTS, HAS_TOKEN, TOKEN, WORLD, Handler

STATES = {"revoked": "token_revoked", "inactive": "account_inactive"}


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read the arguments and put the token on the request, also for the log."""
    request[ARGUMENTS], request[TOKEN], request[HAS_TOKEN] = {}, None, False
    if request.path.startswith(("/api/", "/files-pri/")):
        try:
            request[ARGUMENTS] = await read_arguments(request) if request.path.startswith("/api/") else {}
        except ApiFailure as failure:
            return web.json_response(failure.body)
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        text = value.strip() if scheme.lower() == "bearer" else str(request[ARGUMENTS].get("token", ""))
        request[TOKEN] = request.app[WORLD].store.tokens.get(text) if text else None
        request[HAS_TOKEN] = bool(text)
    return await handler(request)


async def call_method(request: web.Request) -> web.StreamResponse:
    """`/api/{method}`: HTTP 200, whatever comes of it."""
    name, token = request.match_info["method"], request[TOKEN]
    try:
        method = METHODS.get(name)
        if method is None:
            raise ApiFailure("unknown_method", req_method=name)
        _admit(method, token, has_token=request[HAS_TOKEN])
        arguments = request[ARGUMENTS] | basic_client(request.headers.get("Authorization", ""))
        call = Call(request.app[WORLD], token, arguments, name)
        if method.scopes:
            call.require(*method.scopes)
        wait_seconds = call.world.paces.take(name, call.text("channel"))
        if wait_seconds is not None:
            return rate_limited(wait_seconds)
        response = answer(await method.endpoint(call))
    except ApiFailure as failure:
        response = web.json_response(failure.body)
    if token:
        response.headers["X-OAuth-Scopes"] = ",".join(token.scopes)
    return response


def _admit(method: Method, token: Token | None, *, has_token: bool) -> None:
    """docs.slack.dev/reference/methods/auth.test#errors"""
    if method.token == "none":
        return
    if not has_token:
        raise ApiFailure("not_authed")
    if token is None:
        raise ApiFailure("invalid_auth")
    if token.state in STATES:
        raise ApiFailure(STATES[token.state])
    if (token.kind == "app") != (method.token == "app") and method.endpoint is not METHODS[
        "auth.test"
    ].endpoint:
        raise ApiFailure("not_allowed_token_type")
