"""Learning who we are on each platform: what we are called there, and whose words are our own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from bot.errors import IntegrationError
from bot.platform import Platform
from bot.services import Services

PATIENCE_SECONDS = 5.0


async def introduce(services: Services) -> bool:
    """Ask each platform that has not told yet, all at once. False: there is nothing more to do right now.

    Asked before the first delivery is looked at, it also imports the platform's SDK while nobody waits.
    """
    unknown = [platform for platform in services.platforms.values() if not platform.own_login]
    await asyncio.gather(*(_ask(platform) for platform in unknown))
    return False


async def introduce_within(services: Services, seconds: float = PATIENCE_SECONDS) -> Sequence[Platform]:
    """At the start: wait a little, not for ever. Returns those that did not answer; a loop goes on asking."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await introduce(services)
    return [platform for platform in services.platforms.values() if not platform.own_login]


async def _ask(platform: Platform) -> None:
    # Refused or unreachable: the next look asks again, and until then our own mark keeps us from hearing ourselves.
    with contextlib.suppress(IntegrationError):
        await platform.me()
