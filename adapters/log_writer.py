"""Log lines on their way out: whoever reads them may be slow, or stuck, and nobody here waits for him.

A pipe that is full (a container's log driver that hangs) stops whoever writes to it. While a `LogWriter` is open, a
thread does the writing; what would pile up beyond a bound is dropped, and counted in a line when there is room again.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STANDARD_ERROR = 2
MOST_BYTES = 4 * 1024 * 1024
# Waking a thread for each line would cost the event loop more than writing it: lines are gathered for a moment.
GATHER_SECONDS = 0.02
LAST_SECONDS = 1.0

TellDropped = Callable[[int], bytes]


class LogWriter(io.TextIOBase):
    """Writes whole lines to a descriptor: at once, or while it is `opened` by a thread. A stream, for libraries."""

    def __init__(self, descriptor: int = STANDARD_ERROR) -> None:
        super().__init__()
        self.tell_dropped: TellDropped = lambda count: b"%d log lines were dropped\n" % count
        self._descriptor = descriptor
        self._lines: list[bytes] = []
        self._waiting_bytes = 0
        self._dropped = 0
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def isatty(self) -> bool:
        """Whether people read it."""
        return os.isatty(self._descriptor)

    def write(self, text: str) -> int:
        """A line."""
        self.put(text.encode("utf-8", "replace"))
        return len(text)

    def put(self, lines: bytes, count: int = 1) -> None:
        """`count` whole lines, bytes already. Never waits while it is open, and raises nothing."""
        if self._thread is None:
            _write(self._descriptor, lines)
            return
        with self._lock:
            if self._waiting_bytes + len(lines) > MOST_BYTES:
                self._dropped += count
                return
            self._lines.append(lines)
            self._waiting_bytes += len(lines)
        if not self._news.is_set():
            self._news.set()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Let a thread write for as long as the block lasts. Whoever forks in between loses what waits."""
        if self._thread is not None and self._thread.is_alive():  # after a fork it is not
            yield
            return
        self._closing.clear()
        self._thread = threading.Thread(target=self._write_on, name="log", daemon=True)
        self._thread.start()
        try:
            yield
        finally:
            self._close()

    def _close(self) -> None:
        """Write the rest. A reader that is stuck is left alone, and the thread with him: lines wait, or are dropped."""
        thread = self._thread
        self._closing.set()
        self._news.set()
        if thread is not None:
            thread.join(LAST_SECONDS)
            if not thread.is_alive():
                self._thread = None

    def _write_on(self) -> None:
        while not self._closing.is_set():
            self._news.wait()
            self._closing.wait(GATHER_SECONDS)
            self._write_waiting()
        self._write_waiting()

    def _write_waiting(self) -> None:
        self._news.clear()
        with self._lock:
            lines, self._lines, self._waiting_bytes = self._lines, [], 0
            dropped, self._dropped = self._dropped, 0
        if lines:
            _write(self._descriptor, b"".join(lines))
        if dropped:
            _write(self._descriptor, self.tell_dropped(dropped))


def _write(descriptor: int, lines: bytes) -> None:
    """Pieces no longer than what a pipe takes at once: other processes write to it too, amid our lines otherwise."""
    # Whoever reads the log may be gone: what the lines tell of was done all the same.
    with contextlib.suppress(OSError):
        for piece in _pieces(lines):
            done = 0
            while done < len(piece):
                done += os.write(descriptor, piece[done:])


def _pieces(lines: bytes) -> Iterator[bytes]:
    """Whole lines, as many as fit; a longer line is a piece of its own."""
    at = 0
    while len(lines) - at > select.PIPE_BUF:
        end = lines.rfind(b"\n", at, at + select.PIPE_BUF) + 1
        if end <= at:
            end = lines.find(b"\n", at) + 1 or len(lines)
        yield lines[at:end]
        at = end
    yield lines[at:]


STDERR = LogWriter()
