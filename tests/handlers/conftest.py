"""The app's HTTP over a bot in memory, served on a free port."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters import telemetry
from handlers import routes
from tests.fakes.logs import logged
from tests.fakes.services import Bench


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of this process, as JSON lines, `KNOWN` masked."""
    with logged() as out:
        yield out


@pytest.fixture
def bench() -> Bench:
    """The bot behind the door."""
    return Bench()


@pytest.fixture
async def client(bench: Bench, log: io.StringIO) -> AsyncIterator[TestClient]:
    """Somebody who sends requests to it."""
    app = routes.application(bench.services, telemetry.Telemetry("json"))
    async with TestClient(TestServer(app)) as client:
        yield client
