"""The load tool, compiled once, and a server that counts what it was sent."""

import asyncio
import hmac
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from benchmarks.load_tool import build


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("tool"))


@dataclass
class Listener:
    """Answers 202 to what is signed, 401 else; every `closing`th answer hangs up."""

    secret: bytes
    closing: int = 0
    port: int = 0
    ids: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        signature = "sha256=" + hmac.digest(self.secret, body, "sha256").hex()
        self.ids.append(request.headers["X-GitHub-Delivery"])
        self.bodies.append(body)
        is_signed = hmac.compare_digest(signature, request.headers["X-Hub-Signature-256"])
        response = web.Response(status=202 if is_signed else 401, body=b"kept\n")
        if self.closing and len(self.ids) % self.closing == 0:
            response.force_close()
        return response


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Runs in a loop of its own, on a free port of 127.0.0.1."""
    found = Listener(b"s3cret")
    loop, ready = asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_serve, args=(loop, found, ready))
    thread.start()
    ready.wait(10)
    yield found
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def _serve(loop: asyncio.AbstractEventLoop, found: Listener, ready: threading.Event) -> None:
    app = web.Application()
    app.router.add_post("/webhooks/github", found.receive)
    runner = web.AppRunner(app, access_log=None)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
    found.port = runner.addresses[0][1]
    ready.set()
    loop.run_forever()
    loop.run_until_complete(runner.cleanup())
    loop.close()
