"""A forge whose answers can be held back, refused and counted, and a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.directory import Directory
from bot.errors import NetworkError
from bot.platform import RepositoryInfo
from models.identity import Role
from models.message import Actor
from tests.fakes.platform import FakePlatform

ADA = Actor(id="101", login="ada")
ENOUGH_SECONDS = 30.0  # more than anything here takes
HUNG = NetworkError("asking: no answer")


class SlowForge(FakePlatform):
    """Answers while its doors are open, by what `answers` says of a repository, else "write"; counts who is inside."""

    def __init__(self, names: Sequence[str] = ("acme/shop", "acme/till")) -> None:
        super().__init__()
        self.known_repositories = list(names)
        self.archived: set[str] = set()
        self.answers: dict[str, Role | Exception] = {}
        self.lists, self.rights = asyncio.Event(), asyncio.Event()
        self.lists.set()
        self.rights.set()
        self.asked: list[tuple[str, str]] = []
        self.inside = self.most_inside = 0
        self.wanted: list[int] = []

    async def repositories(self, most: int) -> Sequence[RepositoryInfo]:
        self.wanted.append(most)
        await self.lists.wait()
        found = await super().repositories(most)
        return [each.model_copy(update={"is_archived": each.name in self.archived}) for each in found]

    async def role_of(self, actor: Actor, repository: str) -> Role:
        self.asked.append((actor.login, repository))
        self.inside += 1
        self.most_inside = max(self.inside, self.most_inside)
        try:
            await asyncio.sleep(0)
            await self.rights.wait()
        finally:
            self.inside -= 1
        answer = self.answers.get(repository, Role.WRITE)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    """Tells the seconds it was set to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


async def known(directory: Directory, forge: SlowForge, actor: Actor = ADA) -> list[str]:
    """What is offered once nothing is being looked up any more."""
    return list(await directory.writable(forge, actor, ENOUGH_SECONDS))


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(50):
        await asyncio.sleep(0)
