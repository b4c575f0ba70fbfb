"""Whose turn it is to write to SQLite, among all processes of this host: first come, first served.

SQLite itself has no line. Who finds the file locked sleeps and looks again, for up to 100 ms at a time, and of fifty
who do that some find it locked for ten seconds (https://www.sqlite.org/c3ref/busy_timeout.html). Here the kernel keeps
the line and wakes who is next. It is a courtesy and not the lock: when the line does not move (whoever is first stands
still) or cannot be kept (a file system without such locks), one writes out of turn, and SQLite decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Two files: who has the first is next, who has the second writes. With one alone a busy process that comes back at
# once would have it again before those whom the kernel just woke.
LINE, TURN = ".line", ".turn"
STILL_SECONDS = 5.0  # so long nobody had a turn: the line stands still
ASIDE_SECONDS = 10.0  # who waited in vain does not line up again for so long


class Turns:
    """The line before the database at `path`; nothing is opened before the first turn."""

    def __init__(self, path: str, still_seconds: float = STILL_SECONDS) -> None:
        self._path = path
        self._still_seconds = still_seconds
        self._place: _Place | None = None
        self._aside_until = 0.0

    @asynccontextmanager
    async def taken(self, *, is_urgent: bool = False) -> AsyncIterator[None]:
        """Inside it is our turn, or SQLite decides. One at a time in a process.

        Urgent (people wait for it, or jobs live by it): before all who stand in line, but for the first.
        """
        place = await self._take(is_urgent=is_urgent)
        try:
            yield
        finally:
            if place is not None:
                place.leave()

    def close(self) -> None:
        """Let go of the files."""
        if self._place is not None:
            self._place.close()
            self._place = None

    async def _take(self, *, is_urgent: bool) -> _Place | None:
        if time.monotonic() < self._aside_until:
            return None
        try:
            place = self._place = self._place or _Place(self._path)
            return place if place.is_free() or await self._has_come(place, is_urgent) else None
        except OSError:  # no such locks here, or no such folder: SQLite says what there is to say
            self._step_aside()
            return None

    async def _has_come(self, place: _Place, is_urgent: bool) -> bool:
        came = place.line_up(is_urgent=is_urgent)
        is_ours = False
        try:
            is_ours = await self._watch(place, came)
        finally:
            if not is_ours:
                self._place = None
                place.abandon()
        return is_ours

    async def _watch(self, place: _Place, came: asyncio.Future[bool]) -> bool:
        seen = -1
        while (turns := place.turns_so_far()) != seen:
            seen = turns
            done, _ = await asyncio.wait({came}, timeout=self._still_seconds)
            if done:
                return came.result()
        self._step_aside()
        return False

    def _step_aside(self) -> None:
        self._aside_until = time.monotonic() + ASIDE_SECONDS


class _Place:
    """Both files, opened: locks of `flock` belong to what was opened, and end with it (or with the process)."""

    def __init__(self, path: str) -> None:
        self._line = _open(path + LINE)
        try:
            self._turn = _open(path + TURN)
        except OSError:
            os.close(self._line)
            raise
        self._lock = threading.Lock()
        self._is_waiting = False
        self._is_abandoned = False

    def is_free(self) -> bool:
        """Nobody was there: now it is ours."""
        if not _is_locked(self._line):
            return False
        is_ours = _is_locked(self._turn)
        fcntl.flock(self._line, fcntl.LOCK_UN)
        if is_ours:
            self._count()
        return is_ours

    def line_up(self, *, is_urgent: bool) -> asyncio.Future[bool]:
        """Wait in a thread that nobody joins: the kernel's wait knows no timeout. True: it is our turn."""
        loop = asyncio.get_running_loop()
        came: asyncio.Future[bool] = loop.create_future()
        self._is_waiting = True
        threading.Thread(target=self._stand, args=(loop, came, is_urgent), name="turn", daemon=True).start()
        return came

    def turns_so_far(self) -> int:
        """A number that changes with every turn of anybody."""
        return os.fstat(self._turn).st_mtime_ns

    def abandon(self) -> None:
        """Nobody waits for it any more: the thread lets go as soon as it comes to it."""
        with self._lock:
            self._is_abandoned = True
            if not self._is_waiting:
                self.close()

    def leave(self) -> None:
        """The next, please."""
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Locks end with it."""
        os.close(self._turn)
        os.close(self._line)

    def _stand(self, loop: asyncio.AbstractEventLoop, came: asyncio.Future[bool], is_urgent: bool) -> None:
        is_ours = self._advance(is_urgent)
        with self._lock:
            self._is_waiting = False
            if self._is_abandoned:
                self.close()
                return
        with contextlib.suppress(RuntimeError):  # the loop has ended, and soon the process
            loop.call_soon_threadsafe(_tell, came, is_ours)

    def _advance(self, is_urgent: bool) -> bool:
        try:
            if not is_urgent:
                fcntl.flock(self._line, fcntl.LOCK_EX)
            fcntl.flock(self._turn, fcntl.LOCK_EX)
            fcntl.flock(self._line, fcntl.LOCK_UN)
            self._count()
        except OSError:
            return False
        return True

    def _count(self) -> None:
        os.utime(self._turn)


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _is_locked(descriptor: int) -> bool:
    """By us, from now on. False: somebody else has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tell(came: asyncio.Future[bool], is_ours: bool) -> None:
    if not came.done():
        came.set_result(is_ours)
