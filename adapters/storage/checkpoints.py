"""Checkpoints off the commit path: moving what the write-ahead log holds into the file, in a thread of its own.

That thread is a polite one: where cores are few it takes what the event loop and the commits leave.
A PASSIVE checkpoint waits for nobody and nobody waits for it; but while commits never pause it always leaves the newest
pages, and the log is never begun anew. When it has grown too long, the last pages are moved in a writer's turn.
What other processes write nobody tells: once in a while the log itself is looked at.
https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

from adapters.storage.engine import LONGEST_LOG_BYTES, PAGE_BYTES, Options, open_sync

CHECKPOINT_BYTES = 16 * 1024 * 1024  # each stalls the commits for some milliseconds: seldom, then
LOOK_SECONDS = 5.0
CLOSING_WAIT_MILLISECONDS = 500
NICENESS = 10

Result = TypeVar("Result")


class Checkpointer:
    """Told of each commit's size; checkpoints when enough was written."""

    def __init__(self, options: Options, turn: Callable[[], AbstractAsyncContextManager[object]]) -> None:
        self._engine = open_sync(options)
        self._log_path = options.path + "-wal"
        self._turn = turn
        self._written_bytes = 0
        self._length_bytes = 0  # of the log, as of the last checkpoint
        self._seen_ns = 0  # when the log was last written to, as of the last checkpoint
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-checkpoint", initializer=_be_polite)
        # For when everybody waits for it: that is no time for politeness.
        self._impolite = ThreadPoolExecutor(1, thread_name_prefix="sqlite-checkpoint-now")

    def start(self) -> None:
        """Look from time to time, also when told of nothing."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def wrote(self, size_bytes: int) -> None:
        """A commit of about that size is done. Returns at once."""
        self._written_bytes += size_bytes
        if self._written_bytes > CHECKPOINT_BYTES and self._task is None:
            self._written_bytes = 0
            self._task = asyncio.create_task(self._run(), name="checkpoint")

    async def close(self) -> None:
        """Move everything and empty the log, unless other processes still use it."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await self._task
        await self._in_thread(self._truncate, is_awaited=True)
        self._thread.shutdown()
        self._impolite.shutdown()
        self._engine.dispose()

    def _look(self) -> None:
        self.start()
        if self._task is None:
            self._task = asyncio.create_task(self._run(only_if=self._has_grown), name="checkpoint")

    def _has_grown(self) -> bool:
        """It is long, and was written to since. Its length alone says little: a log begun anew keeps its file's."""
        with contextlib.suppress(OSError):
            status = os.stat(self._log_path)
            return status.st_size > CHECKPOINT_BYTES and status.st_mtime_ns != self._seen_ns
        return False

    async def _run(self, only_if: Callable[[], bool] | None = None) -> None:
        try:
            if only_if is not None and not await self._in_thread(only_if):
                return
            # While a polite pass waits for its turn on a core the log grows on: it is long enough already.
            is_long = self._length_bytes + CHECKPOINT_BYTES > LONGEST_LOG_BYTES
            self._length_bytes = await self._in_thread(self._passive, is_awaited=is_long)
            if self._length_bytes > LONGEST_LOG_BYTES:
                # Again, for what was committed meanwhile: what is left for the turn is then soon moved.
                await self._in_thread(self._passive, is_awaited=True)
                async with self._turn():
                    await self._in_thread(self._passive, is_awaited=True)
                self._length_bytes = 0
        finally:
            self._task = None

    async def _in_thread(self, work: Callable[[], Result], *, is_awaited: bool = False) -> Result:
        thread = self._impolite if is_awaited else self._thread
        return await asyncio.get_running_loop().run_in_executor(thread, work)

    def _passive(self) -> int:
        with contextlib.suppress(OSError):
            self._seen_ns = os.stat(self._log_path).st_mtime_ns
        return self._checkpoint("PASSIVE")

    def _truncate(self) -> int:
        return self._checkpoint("TRUNCATE", f"PRAGMA busy_timeout = {CLOSING_WAIT_MILLISECONDS}")

    def _checkpoint(self, mode: str, *before: str) -> int:
        """The log's length in bytes. A database that is away is checkpointed another time."""
        with contextlib.suppress(DBAPIError, sqlite3.Error), self._open() as connection:
            cursor = connection.cursor()
            for statement in (*before, f"PRAGMA wal_checkpoint({mode})"):
                cursor.execute(statement)
            _is_busy, pages, _moved = cursor.fetchall()[0]
            return int(pages) * PAGE_BYTES
        return 0

    def _open(self) -> contextlib.closing[PoolProxiedConnection]:
        return contextlib.closing(self._engine.raw_connection())


def _be_polite() -> None:
    """On Linux each thread has a niceness of its own. https://man7.org/linux/man-pages/man2/setpriority.2.html"""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
