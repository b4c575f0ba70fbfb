"""Locks between processes of this host: the kernel frees them when their holder dies, however it dies. flock(2)"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bot.errors import IntegrationError

RETRY_SECONDS = 0.05
BUSY = "{what}: waited {seconds:.0f} seconds for another job that does the same"


def take(path: Path) -> int | None:
    """The descriptor that holds the lock until it is closed; None when somebody else holds it. Never waits."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock at `path`, which nobody holds for longer than a moment. Blocks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def locked(path: Path, what: str, timeout_seconds: float) -> AsyncIterator[None]:
    """Hold the lock at `path`. Raises IntegrationError("busy", retryable) when it is not free in time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    while (descriptor := take(path)) is None:
        if asyncio.get_running_loop().time() > deadline:
            raise IntegrationError(BUSY.format(what=what, seconds=timeout_seconds), "busy", retryable=True)
        await asyncio.sleep(RETRY_SECONDS)
    try:
        yield
    finally:
        os.close(descriptor)
