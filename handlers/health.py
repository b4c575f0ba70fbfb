"""Is the process alive, is it ready, and what are its figures."""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import web

from bot.errors import StorageUnavailable
from bot.release import VERSION
from handlers.keys import OBSERVER, REQUEST_ID, SERVICES

WORKERS_SILENT_SECONDS = 30.0
PATIENCE_SECONDS = 2.0
MOST_COUNTED = 1000  # more of them are as bad
AWAY = "away"  # why is in the log: this answer is for anybody


async def alive(request: web.Request) -> web.Response:
    """`GET /healthz`: the process answers. Nothing else is looked at."""
    return _json({"status": "ok", "version": VERSION})


async def ready(request: web.Request) -> web.Response:
    """`GET /readyz`: 200 when deliveries can be kept, 503 when not. The other parts are told, not required: what is

    kept while a loop gets nowhere is worked on later, what is turned away may never be sent again.
    """
    services = request.app[SERVICES]
    database, workers, waiting, given_up = "ok", 0, 0, 0
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await services.storage.ping()
            async with services.storage.read() as work:
                workers = len(await work.workers.alive(WORKERS_SILENT_SECONDS))
                waiting, given_up = await work.outbox.stuck(MOST_COUNTED)
    except (StorageUnavailable, TimeoutError) as error:
        database = AWAY
        request.app[OBSERVER].away("telling whether we are ready", error, request[REQUEST_ID])
    parts = {
        "database": database,
        "workers": workers,
        "platforms": ["/".join(key) for key in services.platforms],
        "unsent": {"waiting": waiting, "given_up": given_up},
        "failing_loops": (failing := services.vigil.failing()),
    }
    status = "unavailable" if database != "ok" else "degraded" if failing else "ok"
    code = 503 if status == "unavailable" else 200
    return _json({"status": status, "version": VERSION, "parts": parts}, code)


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`: Prometheus' text format."""
    body, content_type = request.app[OBSERVER].exposition()
    return web.Response(body=body, headers={"Content-Type": content_type})


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
