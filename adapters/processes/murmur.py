"""A command's standard error, read at once and kept in part: it never has to wait for us, whatever it writes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from adapters.processes.lines import Splitter

LONGEST_LINE_BYTES = 4000
MOST_LINES = 1000
LEFT_OUT = "[{count} lines left out]"


class Murmur(asyncio.Protocol):
    """The reading end of its pipe. Of what nobody took in time the newest lines stay, and a count of the others.

    `heard` is called whenever something comes.
    """

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._splitter = Splitter(LONGEST_LINE_BYTES)
        self._lines: deque[bytes] = deque(maxlen=MOST_LINES)
        self._left_out = 0
        self._ended = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        """A piece of it."""
        self._heard()
        self._keep(self._splitter.feed(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """All writers are gone, or we hung up."""
        self._keep(self._splitter.rest())
        self._ended.set()

    async def ended(self) -> None:
        """Return when nothing comes any more."""
        await self._ended.wait()

    def take(self) -> list[bytes]:
        """The lines since the last time."""
        lines = [LEFT_OUT.format(count=self._left_out).encode()] if self._left_out else []
        lines += self._lines
        self._left_out = 0
        self._lines.clear()
        return lines

    def _keep(self, lines: list[bytes]) -> None:
        self._left_out += max(len(self._lines) + len(lines) - MOST_LINES, 0)
        self._lines.extend(lines)
