"""A worker says before it forks what its jobs will say; of that nothing stays."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from adapters.storage import open_storage, warmth
from adapters.storage.turns import TURN
from tests.adapters.storage.nouns import job
from tests.adapters.storage.test_turns import locked


async def test_warming_up_leaves_nothing_behind(database_url: str) -> None:
    for _ in range(2):
        storage = open_storage(database_url, is_short_lived=True)
        await storage.initialize()
        async with storage.read() as work:
            assert await work.jobs.list_jobs() == []
            assert await work.workers.processes("warming up") == []
        await storage.close()


async def test_what_a_job_says_is_compiled_before_the_first_job(database_url: str) -> None:
    first = open_storage(database_url, is_short_lived=True)
    await first.initialize()
    async with first.begin() as work:
        await work.jobs.create_job(job())
    await first.close()
    second = open_storage(database_url, is_short_lived=True)
    await second.initialize()
    cache = second._writer.sync_engine._compiled_cache
    before = len(cache)
    async with second.begin() as work:
        assert await work.jobs.claim("job-1", "w", 60) is not None
        assert await work.jobs.renew("job-1", 1, "w", 60) is not None
    assert len(cache) == before > 0
    await second.close()


async def test_short_lived_storages_are_closed_alone(database_url: str) -> None:
    first = open_storage(database_url, is_short_lived=True)
    second = open_storage(database_url, is_short_lived=True)
    await first.initialize()
    await second.initialize()
    await first.close()
    async with second.begin() as work:
        await work.jobs.create_job(job())
    await second.close()


async def test_warming_up_waits_in_no_line_and_leaves_none_open(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warmth, "_warm", set())
    path = sqlite_url.removeprefix("sqlite:///")
    storage = open_storage(sqlite_url, is_short_lived=True)
    with locked(Path(path + TURN)):
        before = len(os.listdir("/dev/fd"))
        await storage.initialize()
        assert len(os.listdir("/dev/fd")) == before
        assert not [thread for thread in threading.enumerate() if thread.name == "turn"]
    async with storage.begin():
        assert len(os.listdir("/dev/fd")) > before  # from now on it stands in line
    await storage.close()
