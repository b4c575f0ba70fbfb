"""HTTP in, `WebhookRequest` out: raw bytes and headers, read once, handed to the one door."""

from __future__ import annotations

from aiohttp import web

from bot import inbox
from handlers.keys import REQUEST_ID, SERVICES
from models.delivery import Origin, WebhookRequest


async def receive(request: web.Request) -> web.Response:
    """`POST /webhooks/{platform}` and `/webhooks/{platform}/{integration}`.

    202 kept, 200 known already or a platform's own test call, 401 not proven, 400/413/415 not a delivery, 404 no such
    platform here, 503 not kept: send it again.
    """
    match = request.match_info
    body = await request.read()
    answer = await inbox.receive(
        request.app[SERVICES],
        match["platform"],
        WebhookRequest(headers={name.lower(): value for name, value in request.headers.items()}, body=body),
        integration=match.get("integration", "default"),
        origin=Origin.HTTP,
        request_id=request[REQUEST_ID],
    )
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)
