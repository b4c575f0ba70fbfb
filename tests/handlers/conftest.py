"""The app's HTTP over a bot in memory, served on a free port."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer

from adapters import telemetry
from handlers import routes
from tests.fakes.services import Bench

KNOWN = "correct-horse-battery"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of this process, as JSON lines, `KNOWN` masked. As it was before, afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()
    telemetry.setup("json", "info", (KNOWN,), out)
    yield out
    root.handlers[:], root.level = before, level
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    structlog.reset_defaults()


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
