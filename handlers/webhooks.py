"""HTTP in, `WebhookRequest` out: raw bytes and headers, read once, handed to the one door."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot import inbox
from bot.errors import PayloadError, TooBusy, UnsupportedMedia
from handlers.keys import LARGE_BODIES, REQUEST_ID, SERVICES
from models.delivery import Origin, WebhookRequest

TOO_MANY = "Nothing was kept: too many large bodies are being received at once. Send it again."
TOO_MANY_RETRY_SECONDS = 5
LARGE_BODY_BYTES = 1024 * 1024
LARGE_BODIES_AT_ONCE = 8
WAIT_SECONDS = 5.0
# Platforms give up after 10 (GitHub) to 30; a stranger may not hold a connection for ever.
READ_SECONDS = 30.0
PACKED = "reading the body: send it as it is, without a content encoding"
TOO_SLOW = "reading the body: it takes too long"
CUT_OFF = "reading the body: it is not what its headers say, or was cut off"


async def receive(request: web.Request) -> web.Response:
    """`POST /webhooks/{platform}` and `/webhooks/{platform}/{integration}`.

    202 kept, 200 known already or a platform's own test call, 401 not proven, 400/413/415 not a delivery, 404 no such
    platform here, 503 not kept: send it again.
    """
    match = request.match_info
    headers = {
        name.lower(): value if value.isascii() else _text(value) for name, value in request.headers.items()
    }
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


async def probe(request: web.Request) -> web.Response:
    """`GET` at a door: 200 for a platform's own test whether somebody is there, 405 for anything else."""
    match = request.match_info
    integration = match.get("integration", "default")
    answer = inbox.probe(request.app[SERVICES], match["platform"], request.query, integration)
    if answer is None:
        raise web.HTTPMethodNotAllowed("GET", ["POST"])
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)


async def _body(request: web.Request) -> bytes:
    """The bytes that were signed. No platform packs them, and unpacking is work that a stranger could ask for."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMedia(PACKED)
    if request.content.is_eof():  # all of it came with its headers: nothing to wait for, to copy, or to time
        return _read_at_once(request)
    size = request.content_length
    if size is not None and size <= LARGE_BODY_BYTES:
        return await _within(READ_SECONDS, request)
    # Nobody is verified yet: strangers may fill only so much memory at once.
    slots = request.app[LARGE_BODIES]
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await slots.acquire()
    except TimeoutError as error:
        raise TooBusy(TOO_MANY, TOO_MANY_RETRY_SECONDS) from error
    try:
        return await _within(READ_SECONDS, request)
    finally:
        slots.release()


async def _within(seconds: float, request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await _read(request)
    except TimeoutError as error:
        raise PayloadError(TOO_SLOW) from error


async def _read(request: web.Request) -> bytes:
    try:
        return await request.read()
    except (web.RequestPayloadError, ConnectionError) as error:
        raise PayloadError(CUT_OFF) from error


def _read_at_once(request: web.Request) -> bytes:
    """No limit to check: the server stops reading long before a body that nobody asked for is over it.

    https://docs.aiohttp.org/en/stable/streams.html#aiohttp.StreamReader.read_nowait
    """
    try:
        return request.content.read_nowait()
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
