"""The same cases on SQLite, PostgreSQL and in memory: whoever asks for `storage` runs on all three."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.storage import SQLStorage, open_storage
from bot.ports import Storage
from tests.fakes.storage import MemoryStorage
from tests.services import require_service
from tests.services.postgres import PostgresServer


async def migrated(url: str) -> None:
    storage = open_storage(url)
    await storage.initialize()
    await storage.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "bellhop.db"
    asyncio.run(migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty database of this test."""
    shutil.copy(sqlite_template, tmp_path / "bellhop.db")
    return f"sqlite:///{tmp_path / 'bellhop.db'}"


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a migrated database, to be copied."""
    name = postgres_server.create_database()
    asyncio.run(migrated(postgres_server.url(name)))
    return name


@pytest.fixture
def migrated_postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The URL of a migrated, empty database of this test."""
    name = postgres_server.create_database(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Of a migrated, empty database, of each kind in turn."""
    if request.param == "postgres":
        require_service("postgres")
    names = {"sqlite": "sqlite_url", "postgres": "migrated_postgres_url"}
    return str(request.getfixturevalue(names[request.param]))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[SQLStorage]:
    """An open storage on each real database in turn."""
    storage = open_storage(database_url, owner="test")
    await storage.initialize()
    yield storage
    await storage.close()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[SQLStorage]:
    """An open storage on SQLite."""
    storage = open_storage(sqlite_url, owner="test", busy_seconds=0.3)
    await storage.initialize()
    yield storage
    await storage.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def storage_url(request: pytest.FixtureRequest) -> str:
    """Of each kind in turn; empty for the one in memory."""
    if request.param == "postgres":
        require_service("postgres")
    names = {"sqlite": "sqlite_url", "postgres": "migrated_postgres_url"}
    return str(request.getfixturevalue(names[request.param])) if request.param in names else ""


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    """An open, empty storage of each kind in turn."""
    opened: Storage = open_storage(storage_url) if storage_url else MemoryStorage()
    await opened.initialize()
    yield opened
    await opened.close()
