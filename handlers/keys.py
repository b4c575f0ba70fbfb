"""What the application carries for its handlers."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.services import Services
from handlers.observer import Observer

SERVICES = web.AppKey("services", Services)
LARGE_BODIES = web.AppKey("large_bodies", asyncio.Semaphore)
SIGN_INS = web.AppKey("sign_ins", asyncio.Semaphore)
OBSERVER = web.AppKey("observer", Observer)
REQUEST_ID = web.RequestKey("request_id", str)
