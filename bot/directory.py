"""Which repositories a person may write to, as far as it is known by now.

Kept in memory for some minutes: asking a forge about each repository takes longer than a chat waits for what to offer.
It only offers; whatever is chosen is looked up again, and what is not offered can be named all the same.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.errors import AuthenticationError, IntegrationError, RateLimitError
from bot.platform import Forge, Platform
from models.identity import Role
from models.message import Actor

FRESH_SECONDS = 300.0
# When a repository did not answer: soon enough to be whole again, and not with every letter that is typed.
PARTLY_FRESH_SECONDS = 20.0
# Of everybody's look-ups on one forge, so that its adapter has room for what is more urgent.
LOOKUPS_AT_ONCE = 3
# The ones pushed to last. Each costs a request a person, and a forge counts those of an hour.
MOST_REPOSITORIES = 200
MOST_PEOPLE = 1000
MOST_SILENCES = 3  # a forge that does not answer so often is left alone

Key = tuple[str, str, str]


@dataclass
class _Rights:
    """One person's. Of each repository, the ones pushed to last first: whether they may write; None is not known."""

    may: dict[str, bool | None]
    fresh_until: float = 0.0


class Directory:
    """One process's memory of it. `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Key, _Rights] = {}
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._turns: dict[tuple[str, str], asyncio.Semaphore] = {}

    def refresh(self, forge: Platform, actor: Actor) -> asyncio.Task[None] | None:
        """Look it up beside everything else, unless that was done just now or is being done. Never raises."""
        key = _key(forge, actor)
        known = self._known.get(key)
        if known is not None and self._clock() < known.fresh_until:
            return None
        if key not in self._running:
            task = asyncio.create_task(self._look(key, forge, actor), name="directory")
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return self._running[key]

    async def writable(self, forge: Platform, actor: Actor, patience_seconds: float) -> Sequence[str]:
        """What is known after at most that long, though it be a part. Never raises."""
        task = self.refresh(forge, actor)
        if task is not None:
            await asyncio.wait({task}, timeout=patience_seconds)
        known = self._known.get(_key(forge, actor))
        return [name for name, may in known.may.items() if may] if known else []

    async def _look(self, key: Key, forge: Platform, actor: Actor) -> None:
        """A list that does not come leaves what was known as it was, and is asked for again by whoever asks next."""
        try:
            names = await _repositories(forge)
        except IntegrationError:
            return
        rights = self._remember(key, names)
        look = _Look(forge, actor, self._turns_of(forge), rights.may)
        await look.run()
        rights.fresh_until = self._clock() + look.fresh_seconds

    def _remember(self, key: Key, names: Sequence[str]) -> _Rights:
        """To be filled in as the answers come; until then with what was known before."""
        before = self._known.pop(key, None)
        while len(self._known) >= MOST_PEOPLE:
            del self._known[next(iter(self._known))]
        may = before.may if before else {}
        rights = self._known[key] = _Rights({name: may.get(name) for name in names})
        return rights

    def _turns_of(self, forge: Platform) -> asyncio.Semaphore:
        return self._turns.setdefault((forge.name, forge.integration), asyncio.Semaphore(LOOKUPS_AT_ONCE))


@dataclass
class _Look:
    """Asks about one repository after the other, and writes down in `may` what is answered."""

    forge: Platform
    actor: Actor
    turns: asyncio.Semaphore
    may: dict[str, bool | None]
    answers: int = 0
    silences: int = 0

    async def run(self) -> None:
        names = iter(list(self.may))
        await asyncio.gather(*(self._work(names) for _ in range(LOOKUPS_AT_ONCE)))

    @property
    def fresh_seconds(self) -> float:
        """Silence is no answer: when nothing was said, nothing is known."""
        if not self.silences:
            return FRESH_SECONDS
        return PARTLY_FRESH_SECONDS if self.answers else 0.0

    async def _work(self, names: Iterator[str]) -> None:
        for name in names:
            async with self.turns:
                if self.silences >= MOST_SILENCES:
                    return
                await self._ask(name)

    async def _ask(self, name: str) -> None:
        try:
            self.may[name] = await self.forge.role_of(self.actor, name) >= Role.WRITE
        except IntegrationError as error:
            if not _is_answer(error):
                self.silences += MOST_SILENCES if isinstance(error, RateLimitError) else 1
                return
            self.may[name] = False
        self.answers += 1


def _is_answer(error: IntegrationError) -> bool:
    """Whether the forge would say the same again about this repository: that we may not know."""
    is_unknown = isinstance(error, AuthenticationError) and not error.is_forbidden
    return not error.retryable and not is_unknown


async def _repositories(forge: Platform) -> list[str]:
    if not isinstance(forge, Forge):
        return []
    return [info.name for info in await forge.repositories(MOST_REPOSITORIES) if not info.is_archived]


def _key(forge: Platform, actor: Actor) -> Key:
    return forge.name, forge.integration, actor.id
