"""Every URL, in one list."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.services import Services
from handlers import health, middleware, webhooks
from handlers.keys import LARGE_BODIES, OBSERVER, SERVICES, SIGN_INS
from handlers.observer import Observer
from handlers.web import linking

ROUTES: list[web.RouteDef] = [
    web.post("/webhooks/{platform}", webhooks.receive),
    web.post("/webhooks/{platform}/{integration}", webhooks.receive),
    web.post("/api/integrations/{platform}/webhook", webhooks.receive),
    web.get("/webhooks/{platform}", webhooks.probe, allow_head=False),
    web.get("/webhooks/{platform}/{integration}", webhooks.probe, allow_head=False),
    web.get("/api/integrations/{platform}/webhook", webhooks.probe, allow_head=False),
    # HEAD is GET without what it says, so not where GET uses something up.
    web.get("/link/callback", linking.come_back, allow_head=False),
    web.get("/link/confirm", linking.ask),
    web.post("/link/confirm", linking.confirm),
    web.get("/link/{token}", linking.open_link),
    web.get("/healthz", health.alive),
    web.get("/readyz", health.ready),
    web.get("/metrics", health.metrics),
]


def application(services: Services, observer: Observer) -> web.Application:
    """The app with all its routes. The root's body limit governs; routes that take no bodies read none."""
    app = web.Application(client_max_size=middleware.WEBHOOK_BODY_BYTES, middlewares=[middleware.around])
    app[SERVICES] = services
    app[OBSERVER] = observer
    app[LARGE_BODIES] = asyncio.Semaphore(webhooks.LARGE_BODIES_AT_ONCE)
    app[SIGN_INS] = asyncio.Semaphore(linking.SIGN_INS_AT_ONCE)
    app.add_routes(ROUTES)
    return app
