"""Output cut into lines, each of bounded length, in time and memory that do not depend on how it arrives."""

from __future__ import annotations

LONGEST_LINE_BYTES = 16 * 1024 * 1024


class Splitter:
    """Feed it chunks; it gives back whole lines without their ends. A longer line comes in pieces."""

    def __init__(self, longest_bytes: int = LONGEST_LINE_BYTES) -> None:
        self._longest = longest_bytes
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that `chunk` completes."""
        *ended, rest = chunk.split(b"\n")
        lines = [piece for line in ended for piece in self._line(line)]
        self._parts.append(rest)
        self._size += len(rest)
        if self._size > self._longest:
            *full, rest = self._line(b"")
            lines += full
            self._parts, self._size = [rest], len(rest)
        return lines

    def rest(self) -> list[bytes]:
        """A last line without an end."""
        return self._line(b"") if self._size else []

    def _line(self, end: bytes) -> list[bytes]:
        """What was kept, with its end, as one line or in pieces; nothing is kept any more."""
        line, longest = b"".join((*self._parts, end)), self._longest
        self._parts, self._size = [], 0
        return [line[at : at + longest] for at in range(0, len(line), longest)] or [b""]
