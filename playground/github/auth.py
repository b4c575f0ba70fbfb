"""Who asks: the person behind a token, as `token X`, `Bearer X` or the password of Basic."""

import base64
import binascii

from aiohttp import web

from playground.github.failures import BAD_CREDENTIALS, unauthenticated
from playground.github.records import User
from playground.github.store import Store
from playground.github.world import ACTOR, WORLD, Handler


def user_of(store: Store, header: str) -> User | None:
    """The token's owner, or None for a token nobody has."""
    scheme, _, value = header.partition(" ")
    token = _password(value) if scheme.lower() == "basic" else value.strip()
    return store.tokens.get(token) if scheme.lower() in ("token", "bearer", "basic") else None


def _password(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the actor on the request; a REST request with a wrong token ends here with 401."""
    header = request.headers.get("Authorization", "")
    actor = user_of(request.app[WORLD].store, header) if header else None
    if header and actor is None and request.path.startswith("/api/"):
        raise unauthenticated(BAD_CREDENTIALS)
    request[ACTOR] = actor
    return await handler(request)
