"""Learning who we are on each platform: what we are called there, and whose words are our own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from bot.errors import IntegrationError, StorageUnavailable
from bot.platform import Platform
from bot.services import Services
from models.delivery import WaitsFor

PATIENCE_SECONDS = 5.0
MENDED = (WaitsFor.CREDENTIAL, WaitsFor.RIGHT)


async def introduce(services: Services) -> bool:
    """Ask each platform that has not told yet, all at once. False: there is nothing more to do right now.

    Asked before the first delivery is looked at, it also imports the platform's SDK while nobody waits.
    """
    unknown = [platform for platform in services.platforms.values() if not platform.is_introduced]
    await recall(services, unknown)
    await asyncio.gather(*(_ask(services, platform) for platform in unknown))
    return False


async def introduce_within(services: Services, seconds: float = PATIENCE_SECONDS) -> Sequence[Platform]:
    """At the start: wait a little, not for ever. Returns those that did not answer; a loop goes on asking."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await introduce(services)
    return [platform for platform in services.platforms.values() if not platform.is_introduced]


async def _ask(services: Services, platform: Platform) -> None:
    # Refused or unreachable: the next look asks again. Until then we are who we were when it last told; when it never
    # did, what may be our own waits (`conversation.hold`).
    try:
        await learn(services, platform)
    except (IntegrationError, StorageUnavailable) as error:
        services.standing.note(platform, error)


async def learn(services: Services, platform: Platform) -> None:
    """Ask the platform who we are, remember it for a start without it, and let go on what waited for that.

    It takes our credential: what waits for one, and for a right of ours, need wait no longer, whoever asked first.
    Raises IntegrationError, StorageUnavailable (then each waits for its own time).
    """
    me, here = await platform.me(), (platform.name, platform.integration)
    async with services.storage.begin() as work:
        if await work.accounts.find(*here) != me:
            await work.accounts.keep(*here, me)
        await work.deliveries.hasten(MENDED, platform=platform.name, integration=platform.integration)
    services.bells.dispatcher.set()


async def recall(services: Services, platforms: Sequence[Platform]) -> None:
    """Who we were when they last told."""
    with contextlib.suppress(StorageUnavailable):
        async with services.storage.read() as work:
            for platform in platforms:
                account = await work.accounts.find(platform.name, platform.integration)
                if account is not None and not platform.own_id:
                    platform.recall(account)
