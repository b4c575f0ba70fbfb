"""Hearing a platform over connections that we open ourselves, where nobody has a public address.

What comes so passes the same door as everything else; only its signature is not asked for, because the connection is
ours. It is answered there once it is on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeGuard

from bot import inbox
from bot.flights import Failed
from bot.platform import Answer, Platform
from bot.services import Services
from models.delivery import Origin, WebhookRequest

# The request and its name in logs in, its answer out, once it is on disk. Raises what `inbox.receive` raises.
Take = Callable[[WebhookRequest, str], Awaitable[Answer]]


class Ear(Protocol):
    """All connections to one platform."""

    #: Set when a connection ended: `step` has something to do.
    bell: asyncio.Event

    async def step(self) -> bool:
        """Open the connections that are missing. Raises IntegrationError; bounded by the platform's own timeout."""

    async def close(self) -> None:
        """Take nothing more, answer what was taken, hang up."""


class Listener(Protocol):
    """A platform that may be heard so."""

    def listen(self, take: Take, failed: Failed | None = None) -> Ear | None:
        """None where deliveries come over HTTP alone. `failed` hears of what was not taken, and so not answered."""


def open_ear(services: Services, platform: Platform, failed: Failed | None = None) -> Ear | None:
    """The ear of a platform that is to be heard so; None for any other."""
    if not _is_listener(platform):
        return None

    async def take(request: WebhookRequest, request_id: str) -> Answer:
        return await inbox.receive(
            services,
            platform.name,
            request,
            integration=platform.integration,
            origin=Origin.SOCKET,
            request_id=request_id,
        )

    return platform.listen(take, failed)


def _is_listener(platform: Platform) -> TypeGuard[_ListeningPlatform]:
    return hasattr(platform, "listen")


class _ListeningPlatform(Platform, Listener, Protocol):
    """Both."""
