"""A playground for each test, its people as HTTP clients, and a receiver of its webhooks."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from playground.github.server import GithubPlayground, Options
from tests.playground.contract import Watcher
from tests.playground.working_copy import WorkingCopy

SECRET = "It's a Secret to Everybody"
CALLBACK = "http://127.0.0.1:9/app"


@dataclass
class Receiver:
    """An application that takes webhooks; `status` is what it answers."""

    url: str = ""
    status: int = 202
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.seen.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, text="thank you")

    @property
    def events(self) -> list[str]:
        """`event` or `event.action` of each delivery, in order of arrival, without pings."""
        names = []
        for headers, body in self.seen:
            action = json.loads(body).get("action")
            names.append(headers["X-GitHub-Event"] + (f".{action}" if action else ""))
        return [name for name in names if name != "ping"]

    def payloads(self, event: str) -> list[dict[str, Any]]:
        """The bodies of one event."""
        found = [body for headers, body in self.seen if headers["X-GitHub-Event"] == event]
        return [json.loads(body) for body in found]


def sign(body: bytes, secret: str = SECRET) -> str:
    """The signature as the vendor's page computes it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Something that listens for webhooks on a free port."""
    taker = Receiver()
    app = web.Application(client_max_size=2**25)
    app.router.add_post("/hook", taker.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taker.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield taker
    await runner.cleanup()


@pytest.fixture
def watcher() -> Watcher:
    """Sees every answer of this test's playground."""
    return Watcher()


@pytest.fixture
async def github(tmp_path: Path, receiver: Receiver, watcher: Watcher) -> AsyncIterator[GithubPlayground]:
    """A seeded playground whose webhooks go to the receiver; every answer it gives is held against the contract."""
    options = Options(seed=1, hook_url=receiver.url, hook_secret=SECRET, callback_url=CALLBACK)
    async with GithubPlayground(tmp_path / "github", options, [watcher.middleware]) as playground:
        await playground.world.postman.idle(10)
        yield playground
    assert watcher.complaints == []


People = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def people(github: GithubPlayground) -> AsyncIterator[People]:
    """`people("writer")` is a REST client with that person's token; "nobody" has none."""
    clients: dict[str, httpx.AsyncClient] = {}

    def client(role: str) -> httpx.AsyncClient:
        if role not in clients:
            token = None if role == "nobody" else github.token(github.cast[role])
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            clients[role] = httpx.AsyncClient(base_url=github.api_url, headers=headers, timeout=30)
        return clients[role]

    yield client
    for used in clients.values():
        await used.aclose()


@pytest.fixture
async def control(github: GithubPlayground) -> AsyncIterator[httpx.AsyncClient]:
    """The control door."""
    async with httpx.AsyncClient(base_url=github.control_url, timeout=30) as client:
        yield client


@pytest.fixture
def repo(github: GithubPlayground) -> str:
    """`/repos/{owner}/{repo}` of the first seeded repository."""
    return f"/repos/{github.world.summary[0]['repository']}"


@pytest.fixture
def settled(github: GithubPlayground) -> Callable[[], Any]:
    """`await settled()` waits until no webhook is on its way."""

    async def wait() -> None:
        assert await github.world.postman.idle(10)

    return wait


@pytest.fixture
def clone(github: GithubPlayground, tmp_path: Path) -> Callable[..., Any]:
    """`await clone("bot")` is a working copy of the first repository with that person's token; "nobody" has none."""

    async def make(role: str, name: str | None = None) -> WorkingCopy:
        token = None if role == "nobody" else github.token(github.cast[role])
        full_name = name or github.world.summary[0]["repository"]
        copy = WorkingCopy(tmp_path / f"copy-{role}", f"{github.url}/{full_name}.git", token)
        await copy.clone()
        return copy

    return make


@pytest.fixture
def propose(clone: Callable[..., Any], people: People, repo: str) -> Callable[..., Any]:
    """`await propose()` pushes a branch as the bot and opens a pull request: (working copy, its JSON)."""

    async def make(branch: str = "bellhop/J-1", **fields: Any) -> tuple[WorkingCopy, dict[str, Any]]:
        copy = await clone("bot")
        await copy.git("checkout", "--quiet", "-b", branch)
        await copy.commit("notes.txt", "one\ntwo\nthree\n")
        await copy.git("push", "--quiet", "origin", branch)
        wanted = {"title": "Mend it", "head": branch, "base": "main", "body": "See #1"} | fields
        answer = await people("bot").post(f"{repo}/pulls", json=wanted)
        assert answer.status_code == 201, answer.text
        return copy, answer.json()

    return make
