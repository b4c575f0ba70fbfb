"""What another process does to a storage: `python -m tests.adapters.storage.child WORD URL [...]`."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from adapters.storage import SQLStorage, open_storage
from bot.errors import StorageUnavailable
from tests.adapters.storage.nouns import HERE, delivery

ROOT = Path(__file__).parents[3]


def start(*arguments: str) -> subprocess.Popen[str]:
    """A child of its own, spoken to through its pipes."""
    command = [sys.executable, "-m", "tests.adapters.storage.child", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line_of(child: subprocess.Popen[str]) -> str:
    """The next line it says; empty when it has ended."""
    assert child.stdout is not None
    return child.stdout.readline().strip()


def end(child: subprocess.Popen[str]) -> int:
    """Close its pipes and wait for it."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    return child.wait(timeout=60)


def say(word: str) -> None:
    # One write a line: what was said before a kill was said whole.
    os.write(1, f"{word}\n".encode())


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[SQLStorage]:
    storage = open_storage(url, owner=str(os.getpid()))
    await storage.initialize()
    yield storage
    await storage.close()


async def initialize(url: str) -> None:
    async with opened(url) as storage:
        await storage.ping()


async def keep(url: str) -> None:
    """Keep deliveries from 16 tasks for ever; say each key once it is kept."""
    numbers = itertools.count()

    async def one_after_another(storage: SQLStorage) -> None:
        for number in numbers:
            receipt = await storage.keep(delivery(f"{os.getpid()}-{number}"))
            say(receipt.key)

    async with opened(url) as storage:
        await asyncio.gather(*(one_after_another(storage) for _ in range(16)))


async def claim(url: str, owner: str) -> None:
    """Wait for the word, then claim deliveries and jobs until there are none; say each."""
    async with opened(url) as storage:
        say("ready")
        sys.stdin.readline()
        for number in range(20):
            async with storage.begin() as work:
                for row in await work.deliveries.claim(owner, 3, 60, **HERE):
                    say(f"delivery {row.id}")
                job = await work.jobs.claim(f"job-{number}", owner, 60)
            if job is not None:
                say(f"job {job.id}")


async def fill(url: str) -> None:
    """Keep until the disk takes no more (a limit on files' size), then again when it does."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    async with opened(url) as storage:
        await storage.keep(delivery("before"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        for word in ("full", "still full"):
            try:
                await storage.keep(delivery(word))
                say("kept")
            except StorageUnavailable as error:
                say(f"refused {error}")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        say(str((await storage.keep(delivery("after"))).is_new))


async def hold(url: str) -> None:
    """Hold SQLite's write lock until told to let go."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    say("held")
    sys.stdin.readline()
    connection.execute("ROLLBACK")
    connection.close()
    say("free")


WORDS = {"initialize": initialize, "keep": keep, "claim": claim, "fill": fill, "hold": hold}

if __name__ == "__main__":
    asyncio.run(WORDS[sys.argv[1]](*sys.argv[2:]))
