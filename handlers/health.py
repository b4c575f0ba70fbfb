"""Is the process alive, is it ready, and what are its figures."""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import web

from bot.errors import StorageUnavailable
from bot.ports import UnitOfWork
from bot.release import VERSION
from bot.services import Services
from bot.standing import OK
from handlers.keys import OBSERVER, REQUEST_ID, SERVICES
from models.delivery import WaitsFor

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
    database, workers, waiting, given_up, refused = "ok", 0, 0, 0, 0
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await services.storage.ping()
            async with services.storage.read() as work:
                workers = len(await work.workers.alive(WORKERS_SILENT_SECONDS))
                waiting, given_up = await work.outbox.stuck(MOST_COUNTED)
                refused = await _waiting_for_credential(services, work)
    except (StorageUnavailable, TimeoutError) as error:
        database = AWAY
        request.app[OBSERVER].away("telling whether we are ready", error, request[REQUEST_ID])
    parts = {
        "database": database,
        "workers": workers,
        "platforms": (platforms := _platforms(services)),
        "waiting_for_credential": refused,
        "unsent": {"waiting": waiting, "given_up": given_up},
        "failing_loops": (failing := services.vigil.failing()),
    }
    is_whole = not failing and not refused and set(platforms.values()) <= {OK}
    status = "unavailable" if database != "ok" else "ok" if is_whole else "degraded"
    code = 503 if status == "unavailable" else 200
    return _json({"status": status, "version": VERSION, "parts": parts}, code)


def _platforms(services: Services) -> dict[str, str]:
    return {
        "/".join(key): services.standing.of(each, services.needs) for key, each in services.platforms.items()
    }


async def _waiting_for_credential(services: Services, work: UnitOfWork) -> int:
    counts = [
        await work.deliveries.waiting(
            WaitsFor.CREDENTIAL, MOST_COUNTED, platform=name, integration=integration
        )
        for name, integration in services.platforms
    ]
    return sum(counts)


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`: Prometheus' text format."""
    body, content_type = request.app[OBSERVER].exposition()
    return web.Response(body=body, headers={"Content-Type": content_type})


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
