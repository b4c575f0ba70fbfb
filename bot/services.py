"""The frozen bag of ports, passed first. `app.py` fills it; nobody else knows what is inside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from bot.chat import Chat
from bot.directory import Directory
from bot.errors import UnknownPlatform
from bot.platform import Forge, Platform
from bot.ports import JobQueue, Storage
from bot.readers import Readers
from bot.settings import Settings
from bot.sign_in import SignIn
from bot.standing import Standing
from bot.vigil import Vigil
from bot.workshop import Agent, Runner, Workspaces
from models.message import Thread
from models.worker import ProcessRecord

NO_SUCH = "no platform {name!r} is configured here; see the settings reference"
NOT_CONFIGURED = "no platform {name!r} is configured here: set {needs}; see the settings reference"
NO_FORGE = "no platform with repositories is configured here"


class Bell:
    """Rung by anybody, heard by every loop that listens."""

    def __init__(self) -> None:
        self._ears: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """A new event that each ring sets."""
        ear = asyncio.Event()
        self._ears.append(ear)
        return ear

    def set(self) -> None:
        """Ring."""
        for ear in self._ears:
            ear.set()


class Bells:
    """Wakes the app's own loops at once instead of at their next look. Only hints: each loop also looks by itself."""

    def __init__(self) -> None:
        self.dispatcher = Bell()
        self.courier = Bell()


@dataclass(frozen=True)
class Services:
    """What the bot is given. Platforms are keyed by name and integration ("default" for the one from the
    environment).
    """

    settings: Settings
    storage: Storage
    queue: JobQueue
    platforms: Mapping[tuple[str, str], Platform]
    workspaces: Workspaces
    runner: Runner
    agents: Mapping[str, Agent]
    owner: str  # names this process in claims
    bells: Bells = field(default_factory=Bells)
    vigil: Vigil = field(default_factory=Vigil)
    standing: Standing = field(default_factory=Standing)
    directory: Directory = field(default_factory=Directory)
    readers: Readers = field(default_factory=Readers)
    known_secrets: tuple[str, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # settings, by platform
    is_alive: Callable[[ProcessRecord], bool] = lambda _: (
        False
    )  # True: we see it live; False: nothing is known

    def platform(self, name: str, integration: str = "default") -> Platform:
        """Raises UnknownPlatform."""
        found = self.platforms.get((name, integration))
        if found is None:
            needs = " and ".join(self.needs.get(name, ()) if integration == "default" else ())
            raise UnknownPlatform((NOT_CONFIGURED if needs else NO_SUCH).format(name=name, needs=needs))
        return found

    def home_of(self, thread: Thread) -> Platform:
        """The platform a thread lives on."""
        return self.platform(thread.source.value, thread.integration)

    def forge_of(self, thread: Thread) -> Forge:
        """The platform that holds the thread's repository."""
        platform = self.home_of(thread)
        if not is_forge(platform):
            raise UnknownPlatform(f"{platform.name} has no repositories")
        return platform

    def forge(self) -> Platform:
        """The platform whose repositories requests from elsewhere are about. Raises UnknownPlatform."""
        for platform in self.platforms.values():
            if hasattr(platform, "open_pull"):
                return platform
        raise UnknownPlatform(NO_FORGE)

    def sign_in(self) -> SignIn | None:
        """How people say on that platform who they are; None where it is not set up. Raises UnknownPlatform."""
        forge = self.forge()
        return forge.sign_in if is_forge(forge) else None

    def chat_of(self, thread: Thread) -> Chat | None:
        """The chat a thread is in; None when it is in none."""
        platform = self.platforms.get((thread.source.value, thread.integration))
        return platform if platform is not None and is_chat(platform) else None


def is_chat(platform: object) -> TypeGuard[Chat]:
    """Whether people talk with each other there, and with the bot alone."""
    return hasattr(platform, "whisper")


def is_forge(platform: object) -> TypeGuard[Forge]:
    """Whether repositories are there."""
    return hasattr(platform, "open_pull")
