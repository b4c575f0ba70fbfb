"""Everything one pretend workspace holds together, passed to whoever needs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from playground.slack.records import Token
from playground.slack.store import Store

if TYPE_CHECKING:
    from playground.faults import Faults
    from playground.journal import Journal
    from playground.slack.links import Links
    from playground.slack.paces import Paces
    from playground.slack.postman import Postman
    from playground.slack.sockets import Sockets


@dataclass(eq=False)
class World:
    """The parts of one server; `links` are set when the port is known, `store` anew by a reset."""

    store: Store
    faults: Faults
    journal: Journal
    links: Links
    postman: Postman
    sockets: Sockets
    paces: Paces
    seed: int
    is_gone: bool = False  # after the app was uninstalled nothing is sent to it
    signing_secret: str | None = None  # given from outside; None leaves it to the seed
    is_socket_mode: bool | None = None
    cast: dict[str, str] = field(default_factory=dict)  # role in the play -> user id
    places: dict[str, str] = field(default_factory=dict)  # what a channel is for -> channel id
    violations: list[dict[str, Any]] = field(default_factory=list)  # Block Kit that Slack would refuse

    def reset(self, seed: int) -> None:
        """Forget everything, also faults, log and attempts; the caller plants anew."""
        self.seed, self.store = seed, Store(seed)
        self.postman.restart()
        self.sockets.is_wanted = bool(self.sockets.count)
        self.faults.clear()
        self.journal.entries.clear()
        self.violations.clear()
        self.paces.clear()
        self.is_gone = False
        self.cast, self.places = {}, {}

    def blame(self, where: str, messages: list[str]) -> None:
        """Remember what an app sent that Slack refuses."""
        self.violations += [{"where": where, "message": message} for message in messages]


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WORLD: web.AppKey[World] = web.AppKey("slack-world")
TOKEN: web.RequestKey[Token | None] = web.RequestKey("slack-token")  # who asks
ARGUMENTS: web.RequestKey[dict[str, Any]] = web.RequestKey("slack-arguments")
HAS_TOKEN: web.RequestKey[bool] = web.RequestKey("slack-has-token")  # whether one was given at all
