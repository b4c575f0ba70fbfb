"""HTTP in, `WebhookRequest` out: raw bytes and headers, read once, handed to the one door."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot import inbox
from bot.errors import PayloadError, UnsupportedMedia
from handlers.keys import REQUEST_ID, SERVICES
from models.delivery import Origin, WebhookRequest

READ_SECONDS = (
    60.0  # platforms give up after 10 (GitHub) to 30; a stranger may not hold a connection for ever
)
PACKED = "reading the body: send it as it is, without a content encoding"
TOO_SLOW = "reading the body: it takes too long"
CUT_OFF = "reading the body: it is not what its headers say, or was cut off"


async def receive(request: web.Request) -> web.Response:
    """`POST /webhooks/{platform}` and `/webhooks/{platform}/{integration}`.

    202 kept, 200 known already or a platform's own test call, 401 not proven, 400/413/415 not a delivery, 404 no such
    platform here, 503 not kept: send it again.
    """
    match = request.match_info
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = await _body(request)
    answer = await inbox.receive(
        request.app[SERVICES],
        match["platform"],
        WebhookRequest(headers=headers, body=body),
        integration=match.get("integration", "default"),
        origin=Origin.HTTP,
        request_id=request[REQUEST_ID],
    )
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)


async def _body(request: web.Request) -> bytes:
    """The bytes that were signed. No platform packs them, and unpacking is work that a stranger could ask for."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMedia(PACKED)
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request.read()
    except TimeoutError as error:
        raise PayloadError(TOO_SLOW) from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise PayloadError(CUT_OFF) from error


def _text(value: str) -> str:
    """Bytes that are no UTF-8 come as lone surrogates, which no database and no JSON takes: read as Latin-1 instead.

    https://www.rfc-editor.org/rfc/rfc9110#section-5.5 (what else than ASCII a field value may hold)
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value
