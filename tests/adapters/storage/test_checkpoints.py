"""The write-ahead log is kept short while deliveries never pause, by a thread that lets others go first."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import threading
from pathlib import Path

import pytest

from adapters.storage import SQLStorage, checkpoints, open_storage
from models.delivery import WebhookRequest
from tests.adapters.storage.nouns import delivery

BODY_BYTES = 16 * 1024
GROUP = 32
LONGEST_BYTES = 1024 * 1024


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints come after a few groups, not after thousands of deliveries."""
    monkeypatch.setattr(checkpoints, "CHECKPOINT_BYTES", LONGEST_BYTES // 4)
    monkeypatch.setattr(checkpoints, "LONGEST_LOG_BYTES", LONGEST_BYTES)


async def keep_groups(storage: SQLStorage, count: int) -> None:
    noise = random.Random(1)
    for group in range(count):
        requests = [WebhookRequest(body=noise.randbytes(BODY_BYTES)) for _ in range(GROUP)]
        given = (delivery(f"{group}-{n}", request=request) for n, request in enumerate(requests))
        await asyncio.gather(*(storage.keep(each) for each in given))


def log_bytes(url: str) -> int:
    return file_bytes(url + "-wal")


def file_bytes(url: str) -> int:
    return Path(url.removeprefix("sqlite:///")).stat().st_size


async def test_the_log_stays_short_while_deliveries_never_pause(sqlite_url: str) -> None:
    storage = open_storage(sqlite_url)
    await storage.initialize()
    await keep_groups(storage, 30)  # 15 MB that nothing makes smaller
    length_bytes = log_bytes(sqlite_url)
    await storage.close()
    assert length_bytes < 8 * LONGEST_BYTES  # on a busy machine commits outrun the polite thread for a while


def niceness(thread: threading.Thread) -> int:
    """Beyond this thread's own; only Linux knows one for each."""
    if sys.platform != "linux":
        return checkpoints.NICENESS if "checkpoint" in thread.name else 0
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    return os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) - own


async def test_the_thread_that_checkpoints_lets_others_go_first(sqlite_url: str) -> None:
    storage = open_storage(sqlite_url)
    await storage.initialize()
    await keep_groups(storage, 4)
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("sqlite-")]
    found = {thread.name.rpartition("_")[0]: niceness(thread) for thread in threads}
    await storage.close()
    assert found["sqlite-writer"] == 0
    assert found["sqlite-checkpoint"] > 0


async def test_what_other_processes_wrote_is_noticed(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LOOK_SECONDS", 0.05)
    storage = open_storage(sqlite_url)
    await storage.initialize()
    other = open_storage(sqlite_url, is_short_lived=True)
    await other.initialize()
    before = file_bytes(sqlite_url)
    await keep_groups(other, 4)  # 2 MB: far from what makes SQLite itself move them
    async with asyncio.timeout(30):
        while file_bytes(sqlite_url) == before:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.02)
    await other.close()
    await storage.close()
