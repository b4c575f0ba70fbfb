"""A worker yard for each test, with its own database."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.storage import open_storage
from bot.services import Services
from tests.jobs.lodge import Sleeper
from tests.jobs.yard import Yard, services_of


@pytest.fixture
async def yard(tmp_path: Path, redis_url: str) -> AsyncIterator[Yard]:
    made = Yard(tmp_path, redis_url)
    storage = open_storage(made.settings.database)
    await storage.initialize()
    await storage.close()
    yield made
    made.end_all()


@pytest.fixture
async def services(yard: Yard) -> AsyncIterator[Services]:
    async with services_of(yard.settings) as opened:
        yield opened


@pytest.fixture
async def app(yard: Yard, services: Services) -> AsyncIterator[None]:
    """The app's loops, beside the test."""
    playing = asyncio.create_task(yard.play_app(services))
    yield
    playing.cancel()
    await asyncio.wait({playing})


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    started = []

    def start() -> subprocess.Popen[bytes]:
        program = "import time; time.sleep(600)"
        process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
