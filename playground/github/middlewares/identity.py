"""Puts the person behind the token on the request."""

from aiohttp import web

from playground.github.auth import user_of
from playground.github.failures import BAD_CREDENTIALS, unauthenticated
from playground.github.world import ACTOR, WORLD, Handler

CLIENTS = "/api/v3/applications/"


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the actor on the request; a REST request with a wrong token ends here with 401."""
    header = request.headers.get("Authorization", "")
    # A client's id and secret are nobody's token; the endpoint looks at them itself.
    if request.path.startswith(CLIENTS):
        header = ""
    actor = user_of(request.app[WORLD].store, header) if header else None
    if header and actor is None and request.path.startswith("/api/"):
        raise unauthenticated(BAD_CREDENTIALS)
    request[ACTOR] = actor
    return await handler(request)
