"""Which repositories a person may write to, as far as it is known by now.

Kept in memory for some minutes: asking a forge about each repository takes longer than a chat waits for what to offer.
It only offers; whatever is chosen is looked up again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from bot.errors import IntegrationError
from bot.platform import Forge, Platform
from models.identity import Role
from models.message import Actor

FRESH_SECONDS = 300.0
LOOKUPS_AT_ONCE = 8
MOST_REPOSITORIES = 500
MOST_PEOPLE = 1000


class Directory:
    """One process's memory of it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[float, tuple[str, ...]]] = {}
        self._running: dict[tuple[str, str, str], asyncio.Task[None]] = {}

    def refresh(self, forge: Platform, actor: Actor) -> asyncio.Task[None] | None:
        """Look it up beside everything else, unless that was done just now or is being done. Never raises."""
        key = _key(forge, actor)
        known = self._known.get(key)
        if known is not None and _clock() - known[0] < FRESH_SECONDS:
            return None
        if key not in self._running:
            task = asyncio.create_task(self._look(key, forge, actor), name="directory")
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return self._running[key]

    async def writable(self, forge: Platform, actor: Actor, patience_seconds: float) -> Sequence[str]:
        """What is known after at most that long."""
        task = self.refresh(forge, actor)
        if task is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(task), patience_seconds)
        return self._known.get(_key(forge, actor), (0.0, ()))[1]

    async def _look(self, key: tuple[str, str, str], forge: Platform, actor: Actor) -> None:
        with contextlib.suppress(IntegrationError):
            names = await _repositories(forge)
            places = asyncio.Semaphore(LOOKUPS_AT_ONCE)
            found = await asyncio.gather(*(_may_write(places, forge, actor, name) for name in names))
            if len(self._known) >= MOST_PEOPLE:
                self._known.clear()
            self._known[key] = (_clock(), tuple(name for name, may in zip(names, found, strict=True) if may))


async def _repositories(forge: Platform) -> list[str]:
    if not isinstance(forge, Forge):
        return []
    return [info.name for info in await forge.repositories(MOST_REPOSITORIES) if not info.is_archived]


async def _may_write(places: asyncio.Semaphore, forge: Platform, actor: Actor, repository: str) -> bool:
    async with places:
        try:
            return await forge.role_of(actor, repository) >= Role.WRITE
        except IntegrationError:
            return False  # one that does not answer is not offered; it can be named all the same


def _key(forge: Platform, actor: Actor) -> tuple[str, str, str]:
    return forge.name, forge.integration, actor.id


def _clock() -> float:
    return asyncio.get_running_loop().time()
