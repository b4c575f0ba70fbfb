"""The pretend Slack as one server on one port: `async with SlackPlayground() as playground: ...`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from playground.faults import Faults
from playground.journal import Journal
from playground.slack.api import call_method, identify
from playground.slack.control.routes import control_routes
from playground.slack.description import describe
from playground.slack.doors import open_doors
from playground.slack.faults import inject_faults
from playground.slack.links import Links
from playground.slack.paces import Paces
from playground.slack.postman import Postman
from playground.slack.recording import record_request
from playground.slack.seeds import plant
from playground.slack.sockets import Sockets
from playground.slack.store import Store
from playground.slack.world import WORLD, World

LARGEST_BODY_BYTES = 64 * 1024 * 1024
SHUTDOWN_SECONDS = 2.0


@dataclass(frozen=True)
class Options:
    """How to serve: port 0 takes a free one; `events_url` takes events, interactions and commands alike."""

    seed: int = 1
    host: str = "127.0.0.1"
    port: int = 0
    events_url: str | None = None
    signing_secret: str | None = None  # None: the seed's own
    is_socket_mode: bool | None = None


class SlackPlayground:
    """A server with its own memory; nothing is shared between two of them."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._runner: web.AppRunner | None = None
        journal, sockets = Journal(), Sockets()
        postman = Postman(journal, sockets, self.options.events_url)
        seed = self.options.seed
        self.world = World(Store(seed), Faults(), journal, Links(""), postman, sockets, Paces(), seed)
        self.world.signing_secret = self.options.signing_secret
        self.world.is_socket_mode = self.options.is_socket_mode

    @property
    def api_url(self) -> str:
        """The Web API's root, for a client's base URL."""
        return self.world.links.api

    @property
    def control_url(self) -> str:
        """The control door."""
        return self.world.links.control

    async def start(self) -> None:
        """Bind and plant the seeds."""
        await self.world.postman.open()
        self._runner = web.AppRunner(make_app(self.world), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.options.host, self.options.port).start()
        self._note_address()
        plant(self.world)

    def _note_address(self) -> None:
        assert self._runner, "the server is bound"
        port = self._runner.addresses[0][1]
        host = "127.0.0.1" if self.options.host in ("", "0.0.0.0") else self.options.host  # noqa: S104
        self.world.links = Links(f"http://{host}:{port}")

    async def stop(self) -> None:
        """Forget events on their way, hang up and close the port."""
        await self.world.postman.close()
        await self.world.sockets.drop()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def describe(self) -> dict[str, Any]:
        """What an app and its people need to know, tokens included."""
        return describe(self.world)


def make_app(world: World) -> web.Application:
    """The aiohttp application; a request meets the middlewares in this order."""
    app = web.Application(
        middlewares=[record_request, identify, inject_faults], client_max_size=LARGEST_BODY_BYTES
    )
    app[WORLD] = world
    app.router.add_route("*", "/api/{method}", call_method)
    app.add_routes(open_doors())
    app.add_routes(control_routes())
    return app
