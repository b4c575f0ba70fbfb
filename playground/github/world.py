"""Everything one pretend server holds together, passed to whoever needs it."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from playground.github.oauth import Client, register
from playground.github.records import User
from playground.github.store import Store

if TYPE_CHECKING:
    from playground.faults import Faults
    from playground.github.git import Git
    from playground.github.limits import Limits
    from playground.github.links import Links
    from playground.github.postman import Postman
    from playground.journal import Journal


@dataclass(frozen=True)
class HookTarget:
    """Where each new repository's webhook points; the secret may be absent as on GitHub."""

    url: str
    secret: str | None


@dataclass
class Paging:
    """How lists are cut: GitHub's pages hold up to 100, other servers' less, and some tell no links."""

    largest: int = 100
    is_linked: bool = True


@dataclass(eq=False)
class World:
    """The parts of one server; `links` are set when the port is known, `store` anew by a reset."""

    store: Store
    git: Git
    postman: Postman
    faults: Faults
    journal: Journal
    limits: Limits
    links: Links
    seed: int
    hook_target: HookTarget | None = None
    client: Client | None = None  # the one that people sign in to
    paging: Paging = field(default_factory=Paging)
    summary: list[dict[str, object]] = field(
        default_factory=list
    )  # what the seeds planted, for people and demos
    cast: dict[str, str] = field(default_factory=dict)  # role in the play -> login

    def reset(self, seed: int) -> None:
        """Forget everything, also git data, faults, log and counts; the caller plants anew."""
        self.seed, self.store = seed, Store(seed)
        self.client = register(seed, self.client.callback_url) if self.client else None
        self.postman.restart(self.store)
        self.limits.clear()
        self.faults.clear()
        self.journal.entries.clear()
        self.summary, self.cast, self.paging = [], {}, Paging()
        shutil.rmtree(self.git.root, ignore_errors=True)
        self.git.prepare()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WORLD: web.AppKey[World] = web.AppKey("world")
ACTOR: web.RequestKey[User | None] = web.RequestKey("actor")  # who asks, by token
FAULT: web.RequestKey[str] = web.RequestKey("fault")  # what went wrong on demand, for the log
