"""The pretend GitHub as one server on one port: `async with GithubPlayground(folder) as playground: ...`."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Middleware

from playground.faults import Faults
from playground.github.actions.repositories import HookRequest, add_hook
from playground.github.control.routes import control_routes
from playground.github.endpoints.oauth import oauth_routes
from playground.github.git import Git
from playground.github.git_host import serve_git
from playground.github.limits import Limits
from playground.github.links import Links
from playground.github.middlewares.breakage import inject_faults
from playground.github.middlewares.counting import count_request
from playground.github.middlewares.dressing import dress
from playground.github.middlewares.identity import identify
from playground.github.middlewares.recording import record_request
from playground.github.oauth import register
from playground.github.pages import page_routes
from playground.github.postman import Postman
from playground.github.routes import rest_routes
from playground.github.seeds import plant
from playground.github.store import Store
from playground.github.world import WORLD, HookTarget, World
from playground.journal import Journal

LARGEST_BODY_BYTES = 26 * 1024 * 1024
SHUTDOWN_SECONDS = 2.0
GIT_TAIL = "{tail:info/refs|git-upload-pack|git-receive-pack}"


@dataclass(frozen=True)
class Options:
    """How to serve: port 0 takes a free one; `seed` 0 starts without users and repositories."""

    seed: int = 1
    host: str = "127.0.0.1"
    port: int = 0
    rate_limit: int = 5000
    hook_url: str | None = None
    hook_secret: str | None = None
    callback_url: str | None = None  # registers a client that people sign in to


class GithubPlayground:
    """A server with its own memory and git folder; nothing is shared between two of them."""

    def __init__(
        self, folder: Path, options: Options | None = None, watchers: Sequence[Middleware] = ()
    ) -> None:
        self.options = options or Options()
        self.folder = folder
        self._watchers = watchers
        self._runner: web.AppRunner | None = None
        self.world = self._make_world()

    def _make_world(self) -> World:
        store, journal = Store(self.options.seed), Journal()
        target = (
            HookTarget(self.options.hook_url, self.options.hook_secret) if self.options.hook_url else None
        )
        return World(
            store=store,
            git=Git((self.folder / "git").absolute()),
            postman=Postman(store, journal),
            faults=Faults(),
            journal=journal,
            limits=Limits(self.options.rate_limit),
            links=Links(""),
            seed=self.options.seed,
            hook_target=target,
            client=register(self.options.seed, callback) if (callback := self.options.callback_url) else None,
        )

    @property
    def url(self) -> str:
        """Where pages and git are: `http://host:port`."""
        return self.world.links.base

    @property
    def api_url(self) -> str:
        """The REST root, for a client's base URL."""
        return self.world.links.api

    @property
    def control_url(self) -> str:
        """The control door."""
        return f"{self.url}/_playground"

    def token(self, login: str) -> str:
        """A token of the account; raises KeyError for an unknown login."""
        return self.world.store.token_of(self.world.store.users[login.lower()])

    @property
    def cast(self) -> dict[str, str]:
        """Role in the play (bot, admin, maintainer, writer, triager, reader, stranger) -> login."""
        return dict(self.world.cast)

    async def start(self) -> None:
        """Bind, make the git folder, plant the seeds."""
        shutil.rmtree(self.world.git.root, ignore_errors=True)
        self.world.git.prepare()
        await self.world.postman.open()
        self._runner = web.AppRunner(
            make_app(self.world, self._watchers), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.options.host, self.options.port)
        await site.start()
        self._note_address()
        await plant(self.world)

    def _note_address(self) -> None:
        assert self._runner, "the server is bound"
        port = self._runner.addresses[0][1]
        host = "127.0.0.1" if self.options.host in ("", "0.0.0.0") else self.options.host  # noqa: S104
        self.world.links = Links(f"http://{host}:{port}")
        self.world.postman.host = host

    async def stop(self) -> None:
        """Forget webhooks on their way and close the port; the git folder stays."""
        await self.world.postman.close()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def point_hooks(self, url: str, secret: str | None) -> None:
        """Give every repository, also those to come, a webhook to this address."""
        self.world.hook_target = HookTarget(url, secret)
        for repository in self.world.store.repositories.values():
            add_hook(self.world, repository.owner, repository, HookRequest(url, secret))


def make_app(world: World, watchers: Sequence[Middleware] = ()) -> web.Application:
    """The aiohttp application; a request meets the middlewares in this order, watchers first."""
    middlewares = [*watchers, record_request, dress, identify, inject_faults, count_request]
    app = web.Application(middlewares=middlewares, client_max_size=LARGEST_BODY_BYTES)
    app[WORLD] = world
    app.add_routes(rest_routes())
    app.add_routes(control_routes())
    app.add_routes(oauth_routes())
    for name in ("{repo:[^/]+}.git", "{repo:[^/]+}"):
        app.router.add_route("*", f"/{{owner}}/{name}/{GIT_TAIL}", serve_git)
    app.add_routes(page_routes())
    return app
