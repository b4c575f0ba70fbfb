"""Whose turn it is to write to SQLite, among all processes of this host: first come, first served.

SQLite itself has no line. Who finds the file locked sleeps and looks again, for up to 100 ms at a time, and of fifty
who do that some find it locked for ten seconds (https://www.sqlite.org/c3ref/busy_timeout.html). Here the kernel keeps
the line and wakes who is next. It is a courtesy and not the lock: when the line does not move (whoever is first stands
still) or cannot be kept (a file system without such locks), one writes out of turn, and SQLite decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

# Two files: who has the first is next, who has the second writes. With one alone a busy process that comes back at
# once would have it again before those whom the kernel just woke.
LINE, TURN = ".line", ".turn"
STILL_SECONDS = 5.0  # so long nobody had a turn: the line stands still
URGENT_STILL_SECONDS = 0.5  # the same for those whom people wait for
LOOKS = 5  # how often one who waits looks within that time whether the line moved
ASIDE_SECONDS = 10.0  # who cannot line up does not try again for so long
CREATED_MODE = 0o600  # until it has the database's

NO_LOCKS = "the kernel gave no turn"
OUT_OF_TURN = "writing to the database out of turn"

log = structlog.get_logger(__name__)


class Turns:
    """The line before the database at `path`; nothing is opened before the first turn."""

    def __init__(self, path: str, still_seconds: float = STILL_SECONDS) -> None:
        self._path = path
        self._still_seconds = still_seconds
        self._place: _Place | None = None
        self._left: _Place | None = None
        self._aside_until = 0.0
        self._is_told = False

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
                self._leave(place)

    def close(self) -> None:
        """Let go of the files; a thread that still waits does so when it has come to its turn."""
        self._drop()

    async def _take(self, *, is_urgent: bool) -> _Place | None:
        if self._is_aside():
            return None
        try:
            place = self._place = self._place or _Place(self._path)
            return place if place.is_free() or await self._has_come(place, is_urgent) else None
        except (
            OSError
        ) as error:  # no such locks here, no thread, not our file: SQLite says what there is to say
            self._step_aside(error)
            return None

    def _is_aside(self) -> bool:
        """Who left a line that stood still stands in no other before a turn has come to that place."""
        if self._left is not None and self._left.is_waiting:
            return True
        self._left = None
        return time.monotonic() < self._aside_until

    async def _has_come(self, place: _Place, is_urgent: bool) -> bool:
        most = min(self._still_seconds, URGENT_STILL_SECONDS) if is_urgent else self._still_seconds
        is_ours = False
        try:
            is_ours = await _watch(place, place.line_up(is_urgent=is_urgent), most)
        finally:
            if not is_ours:
                self._drop()
        return is_ours

    def _leave(self, place: _Place) -> None:
        try:
            place.leave()
        except OSError as error:  # what was written is written
            self._step_aside(error)

    def _drop(self) -> None:
        place, self._place = self._place, None
        if place is not None and place.abandon():
            self._left = place

    def _step_aside(self, error: OSError) -> None:
        self._drop()
        self._aside_until = time.monotonic() + ASIDE_SECONDS
        if not self._is_told:
            self._is_told = True
            log.warning(OUT_OF_TURN, database=self._path, error=str(error) or type(error).__name__)


async def _watch(place: _Place, came: asyncio.Future[bool], still_seconds: float) -> bool:
    """Whether our turn came before the line stood still for so long. Raises OSError when there is no line."""
    seen, moved_at = place.turns_so_far(), time.monotonic()
    while time.monotonic() - moved_at < still_seconds:
        done, _ = await asyncio.wait({came}, timeout=still_seconds / LOOKS)
        if done and not came.result():
            raise OSError(errno.ENOLCK, NO_LOCKS)
        if done:
            return True
        if (turns := place.turns_so_far()) != seen:
            seen, moved_at = turns, time.monotonic()
    return False


class _Place:
    """Both files, opened.

    Locks of `flock` belong to what was opened, and children who were forked meanwhile have it open as well: closing
    alone would leave the locks to them, so they are given back. https://man7.org/linux/man-pages/man2/flock.2.html
    """

    def __init__(self, path: str) -> None:
        self._line = _open(path, LINE)
        try:
            self._turn = _open(path, TURN)
        except OSError:
            os.close(self._line)
            raise
        self._lock = threading.Lock()
        self._is_abandoned = False
        self.is_waiting = False  # a thread of ours is in line

    def is_free(self) -> bool:
        """Nobody was there: now it is ours. After an OSError some of it may be."""
        if not _is_locked(self._line):
            return False
        is_ours = _is_locked(self._turn)
        fcntl.flock(self._line, fcntl.LOCK_UN)
        if is_ours:
            self._count()
        return is_ours

    def line_up(self, *, is_urgent: bool) -> asyncio.Future[bool]:
        """Wait in a thread that nobody joins: the kernel's wait knows no timeout. True: it is our turn.

        Raises OSError when there is no thread to be had.
        """
        loop = asyncio.get_running_loop()
        came: asyncio.Future[bool] = loop.create_future()
        thread = threading.Thread(target=self._stand, args=(loop, came, is_urgent), name="turn", daemon=True)
        self.is_waiting = True
        try:
            thread.start()
        except RuntimeError as error:
            self.is_waiting = False
            raise OSError(errno.EAGAIN, str(error)) from error
        return came

    def turns_so_far(self) -> int:
        """A number that changes with every turn of anybody."""
        return os.fstat(self._turn).st_mtime_ns

    def abandon(self) -> bool:
        """Nobody waits for it any more. True: the thread still stands there, and lets go when it comes to its turn."""
        with self._lock:
            self._is_abandoned = True
            if not self.is_waiting:
                self._close()
            return self.is_waiting

    def leave(self) -> None:
        """The next, please."""
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    def _close(self) -> None:
        for descriptor in (self._turn, self._line):
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def _stand(self, loop: asyncio.AbstractEventLoop, came: asyncio.Future[bool], is_urgent: bool) -> None:
        is_ours = self._advance(is_urgent)
        with self._lock:
            self.is_waiting = False
            if self._is_abandoned:
                self._close()
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


def _open(path: str, suffix: str) -> int:
    """Never by way of a link: who may write to the folder shall not choose which file another user opens."""
    name, flags = path + suffix, os.O_RDWR | os.O_NOFOLLOW
    with contextlib.suppress(FileNotFoundError):
        return os.open(name, flags)
    try:
        descriptor = os.open(name, flags | os.O_CREAT | os.O_EXCL, CREATED_MODE)
    except FileExistsError:  # just now, by somebody else
        return os.open(name, flags)
    with contextlib.suppress(OSError):
        _give(descriptor, os.stat(path))
    return descriptor


def _give(descriptor: int, database: os.stat_result) -> None:
    """To whom the database belongs, whoever came first, as SQLite gives its log away.

    https://www.sqlite.org/src/file/src/os_unix.c (findCreateFileMode, robustFchown)
    """
    os.fchmod(descriptor, database.st_mode & 0o777)
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (database.st_uid, database.st_gid):
        os.fchown(descriptor, database.st_uid, database.st_gid)


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
