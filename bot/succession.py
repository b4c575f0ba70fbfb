"""What a starting app takes over from one that died: nobody waits for leases that no longer protect anything.

Deliveries are due at once: until one is decided nothing of it has left, so working on it again is harmless. What the
outbox holds may be on its way at this moment: it is left the time to arrive, then looked for, then sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from bot import courier
from bot.errors import StorageUnavailable
from bot.platform import Platform
from bot.services import Services

# What was under way each time an app died may be what kills it: from the third attempt on the lease stands.
MOST_ATTEMPTS = 2


async def take_over(services: Services, is_dead: Callable[[str], bool]) -> int:
    """Free what is held by processes that `is_dead` knows to be gone. How many deliveries and messages."""
    freed = 0
    # A database that is away just now: leases end by themselves.
    with contextlib.suppress(StorageUnavailable):
        for platform in services.platforms.values():
            freed += await _take_over(services, platform, is_dead)
    return freed


async def _take_over(services: Services, platform: Platform, is_dead: Callable[[str], bool]) -> int:
    here = {"platform": platform.name, "integration": platform.integration}
    async with services.storage.begin() as work:
        holders = {*await work.deliveries.holders(**here), *await work.outbox.holders(**here)}
        dead = [owner for owner in holders if is_dead(owner)]
        if not dead:
            return 0
        deliveries = await work.deliveries.take_back(dead, MOST_ATTEMPTS, **here)
        return deliveries + await work.outbox.take_back(dead, courier.spare_seconds(platform), **here)
