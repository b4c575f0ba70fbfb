"""A pretend workspace for each test, an app that listens, slack_sdk's clients, and the control door."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from playground.slack.server import Options, SlackPlayground

SIGNING_SECRET = "a secret between the two"


@dataclass
class Listener:
    """An app: takes what Slack sends; `answers` maps the kind of a payload to what it responds."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    wait: Callable[[], Awaitable[None]] | None = None
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append((dict(request.headers), body))
        self.queries.append(dict(request.query))
        if self.wait:
            await self.wait()
        given = self.answers.get(kind_of(read(body)))
        if given is None:
            return web.Response(status=self.status, headers=self.headers)
        if isinstance(given, str):
            return web.Response(text=given)
        return web.json_response(given, status=self.status)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [read(body) for _, body in self.seen]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The inner events of a type, or of `message.<subtype>`."""
        found = [one["event"] for one in self.payloads if one.get("type") == "event_callback"]
        return [one for one in found if kind in (one["type"], f"{one['type']}.{one.get('subtype')}")]

    def interactions(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.payloads if kind_of(one) == kind]


def read(body: bytes) -> dict[str, Any]:
    """A body of any of the three wrappings."""
    if body.startswith(b"{"):
        return dict(json.loads(body))
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return dict(json.loads(form["payload"])) if "payload" in form else dict(form)


def kind_of(payload: dict[str, Any]) -> str:
    return str(payload.get("command") or payload.get("type") or "")


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    taker = Listener()
    app = web.Application(client_max_size=2**25)
    app.router.add_route("*", "/slack", taker.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taker.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
    yield taker
    await runner.cleanup()


@pytest.fixture
async def slack(listener: Listener) -> AsyncIterator[SlackPlayground]:
    """A seeded workspace that sends to the listener, each body with a good signature; retries do not wait."""
    options = Options(seed=3, events_url=listener.url, signing_secret=SIGNING_SECRET)
    async with SlackPlayground(options) as playground:
        playground.world.postman.behavior.retry_scale = 0.0
        yield playground
    verifier = SignatureVerifier(SIGNING_SECRET)
    assert all(verifier.is_valid_request(body, headers) for headers, body in listener.seen)


@pytest.fixture
def told(slack: SlackPlayground) -> dict[str, Any]:
    """What the playground says of itself."""
    return slack.describe()


@pytest.fixture
async def bot(slack: SlackPlayground, told: dict[str, Any]) -> AsyncIterator[AsyncWebClient]:
    """The app's own client."""
    import aiohttp

    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(told["bot_token"], base_url=told["api_url"], session=session)


@dataclass
class Door:
    """The control door: `await door.say(user="writer", channel="team", text="...")`."""

    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, status: int = 200, /, **data: Any) -> Any:
        answer = await self.client.request(method, path, json=data or None)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["Content-Type"] else answer.text

    async def get(self, path: str) -> Any:
        return await self.ask("GET", path)

    async def post(self, path: str, status: int = 200, /, **data: Any) -> Any:
        return await self.ask("POST", path, status, **data)

    async def say(self, user: str, channel: str, text: str, /, **more: Any) -> str:
        """Say something and wait until the app has heard it; the message's timestamp."""
        said = await self.post("/say", user=user, channel=channel, text=text, **more)
        await self.settle()
        return str(said["ts"])

    async def settle(self) -> None:
        assert (await self.post("/delivery/idle"))["is_idle"]


@pytest.fixture
async def door(slack: SlackPlayground) -> AsyncIterator[Door]:
    async with httpx.AsyncClient(base_url=slack.control_url, timeout=30) as client:
        yield Door(client)
