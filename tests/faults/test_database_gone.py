"""A database that takes no write: 503 and `Retry-After`, nothing claimed to be kept; when it is back, so is the app."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.e2e.story import one_of_each
from tests.e2e.town import Town

ASK = "@bellhop fix this please"
BODY = json.dumps({"action": "started"}).encode()


@contextmanager
def locked(town: Town) -> Iterator[None]:
    """Another program holds the only write lock there is."""
    database = sqlite3.connect(town.records.file, isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


def kept(town: Town, key: str) -> bool:
    return bool(town.records.rows("SELECT id FROM deliveries WHERE key = ?", key))


async def test_a_locked_database_is_503_and_nothing_is_said_to_be_kept(town: Town) -> None:
    with locked(town):
        answers = await asyncio.gather(*(town.deliver(BODY, "star", f"locked-{n}") for n in range(5)))
        assert {answer.status_code for answer in answers} == {503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        assert all(answer.json()["retryable"] for answer in answers)
        assert (await town.http.get(f"{town.url}/healthz")).status_code == 200, "reads and the loop go on"
        assert not any(kept(town, f"locked-{n}") for n in range(5))
    # What was on its way when the lock went may be kept after all; sent again it is known, and never there twice.
    again = [await town.deliver(BODY, "star", f"locked-{n}") for n in range(5)]
    assert {answer.status_code for answer in again} <= {200, 202}
    assert all(kept(town, f"locked-{n}") for n in range(5))
    await town.say(1, ASK)
    await town.settled()
    await one_of_each(town, 1)


async def test_a_lock_shorter_than_our_patience_is_waited_out(town: Town) -> None:
    with locked(town):
        waiting = asyncio.create_task(town.deliver(BODY, "star", "patient"))
        await asyncio.sleep(0.5)
        assert not waiting.done(), "no commit, no answer"
    assert (await waiting).status_code == 202
    assert kept(town, "patient")


async def test_a_job_outlives_a_database_that_is_locked_for_a_while(town: Town) -> None:
    """Shorter than the lease: the horse keeps its events and goes on."""
    town.script("nap", ".*", {"sleep": 2}, {"say": "awake"}, *town.mending())
    await town.say(1, ASK)
    await town.horse()
    with locked(town):
        await asyncio.sleep(1.5)
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 1


@pytest.mark.slow
async def test_a_database_locked_beyond_the_lease_costs_an_attempt_at_most(town: Town) -> None:
    town.script("nap", ".*", {"sleep": 6}, *town.mending())
    await town.say(1, ASK)
    await town.horse()
    with locked(town):
        await asyncio.sleep(12)
    await town.settled(seconds=60)
    job = await one_of_each(town, 1)
    assert job["attempt"] <= 2


def largest_file(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def test_a_full_disk_is_503_and_space_is_recovery(town: Town) -> None:
    """As `ulimit -f` does: the next write that would make a file larger fails."""
    assert town.app is not None
    app = psutil.Process(town.app.pid)
    largest = largest_file(town.folder)
    pad = random.Random(1).randbytes(largest + 1_000_000).hex()  # chance does not compress below its half
    large = json.dumps({"action": "started", "pad": pad}).encode()
    roomy = app.rlimit(psutil.RLIMIT_FSIZE)
    app.rlimit(psutil.RLIMIT_FSIZE, (largest + 20_000, roomy[1]))
    answer = await town.deliver(large, "star", "full")
    assert answer.status_code == 503, answer.text
    assert "retry-after" in answer.headers
    assert not kept(town, "full")
    app.rlimit(psutil.RLIMIT_FSIZE, roomy)
    assert (await town.deliver(large, "star", "full")).status_code == 202
    assert kept(town, "full")
    await town.say(1, ASK)
    await town.settled()
    await one_of_each(town, 1)
