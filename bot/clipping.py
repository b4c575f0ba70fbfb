"""Texts cut to a platform's limit, in its unit, without breaking a letter or leaving a code fence open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Keep = Literal["head", "tail", "both"]
Unit = Literal["characters", "utf-16", "bytes"]

CUT = "…"
PARAGRAPH = "\n\n"
SHORTEST_OF_BOTH = 16
LONGEST_FLAGS = 4096  # an even number: of more in a row nobody can tell where one begins
LONGEST_LETTER = 32  # code points of one letter as people see it; beyond that it is a prank

_FENCE = re.compile(r"^ {0,3}(?P<marks>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)$", re.MULTILINE)
_RUN = re.compile("`+")
_NOT_IN_INFO = re.compile(r"[`\s]")
_JOINERS = "\u200d\ufe0e\ufe0f"


@dataclass(frozen=True)
class Fence:
    """A fenced block: `inside` is where its code begins, `end` where its closing line ends."""

    begin: int
    inside: int
    end: int
    marks: str
    opening: str
    is_closed: bool


def clip(text: str, limit: int, keep: Keep = "head", unit: Unit = "characters") -> str:
    """`text`, at most `limit` units long. What is cut is marked by an ellipsis; an open fence is closed or reopened.

    Make a text harmless after clipping it, not before: a cut may open what was closed.
    """
    if _size(text, unit) <= limit:
        return text
    if keep == "tail":
        return _tail(text, limit, unit)
    if keep == "head" or limit < SHORTEST_OF_BOTH:
        return _head(text, limit, unit)
    first = _head(text, limit // 2, unit, "")
    between = PARAGRAPH if first else ""
    return first + between + _tail(text, limit - _size(first + between, unit), unit)


def measure(text: str, unit: Unit) -> int:
    """How long `text` is in that unit."""
    return _size(text, unit)


def letter_end(text: str, end: int) -> int:
    """The nearest place at or before `end` that is not within a letter, an emoji, a flag, or the end of a line."""
    return _boundary(text, end - (text[end - 1 : end + 1] == "\r\n"))


def fence(text: str, info: str = "") -> str:
    """`text` as a fenced block, whatever fences it holds itself."""
    marks = "`" * max(3, 1 + max((len(run) for run in _RUN.findall(text)), default=0))
    word = _NOT_IN_INFO.sub("", info)
    return f"{marks}{word}\n{text}\n{marks}"


def _head(text: str, limit: int, unit: Unit, cut: str = CUT) -> str:
    end = _end(text, limit - _size(cut, unit), unit)
    block = _block_at(text, end)
    if block is None:
        return text[:end] + (cut if _size(cut, unit) <= limit else "")
    closing = f"{cut}\n{block.marks}"
    closed_end = _end(text, limit - _size(closing, unit), unit)
    if closed_end > block.inside:
        return text[:closed_end] + closing
    return text[: block.begin] + cut


def _tail(text: str, limit: int, unit: Unit) -> str:
    begin = _begin(text, limit - _size(CUT + "\n", unit), unit)
    block = _block_at(text, begin)
    if block is None:
        # A line keeps its beginning (a fence is none behind an ellipsis), and a cut gives no line a beginning.
        cut = CUT + "\n" * (text[begin - 1 : begin] == "\n")
        return cut + text[begin:] if _size(cut, unit) <= limit else ""
    opening = f"{block.opening}\n{CUT}"
    begin = _begin(text, limit - _size(opening, unit), unit)
    if begin > text.rfind("\n", 0, block.end):
        return _behind(text, block, limit, unit)
    return opening + text[begin:]


def _behind(text: str, block: Fence, limit: int, unit: Unit) -> str:
    rest = CUT + text[block.end :]
    return rest if _size(rest, unit) <= limit else ""


def _block_at(text: str, position: int) -> Fence | None:
    return next((block for block in _fences(text) if block.begin < position <= block.end), None)


def _end(text: str, room: int, unit: Unit) -> int:
    return _boundary(text, max(_fitting(text, room, unit), 0))


def _begin(text: str, room: int, unit: Unit) -> int:
    begin = len(text) - max(_fitting(text[::-1], room, unit), 0)
    # Forward, out of a letter that would be cut: the tail may only get shorter.
    while begin < len(text) and _continues(text, begin):
        begin += 1
    return begin


def _fitting(text: str, room: int, unit: Unit) -> int:
    """How many characters of `text` fit into `room` units; negative when there is no room at all."""
    if unit == "characters" or room <= 0:
        return min(room, len(text))
    used = 0
    for index, character in enumerate(text):
        used += _size(character, unit)
        if used > room:
            return index
    return len(text)


def _size(text: str, unit: Unit) -> int:
    if unit == "characters":
        return len(text)
    if unit == "bytes":
        return len(text.encode(errors="surrogatepass"))
    return len(text) + sum(1 for character in text if character > "\uffff")


def _boundary(text: str, end: int) -> int:
    """The nearest place at or before `end` that is not within a letter, an emoji or a flag."""
    for earlier in range(end, max(end - LONGEST_LETTER, -1), -1):
        if not _continues(text, earlier):
            return earlier
    return end


def _continues(text: str, at: int) -> bool:
    if at <= 0 or at >= len(text):
        return False
    here, before = text[at], text[at - 1]
    if before == "\u200d" or here in _JOINERS or unicodedata.category(here) in {"Mn", "Me", "Mc"}:
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff" or "\U000e0020" <= here <= "\U000e007f":
        return True
    return _is_regional(here) and _regional_before(text, at) % 2 == 1


def _regional_before(text: str, at: int) -> int:
    begin = at
    while begin > 0 and at - begin < LONGEST_FLAGS and _is_regional(text[begin - 1]):
        begin -= 1
    return at - begin


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _fences(text: str) -> Iterator[Fence]:
    """The fenced blocks that are no part of a list or quote: those end with it."""
    opened: re.Match[str] | None = None
    for found in _FENCE.finditer(text):
        if opened is None:
            opened = found
        elif not found["info"].strip() and found["marks"].startswith(opened["marks"]):
            yield _block(opened, found.end(), is_closed=True)
            opened = None
    if opened is not None:
        yield _block(opened, len(text) + 1, is_closed=False)


def _block(opened: re.Match[str], end: int, *, is_closed: bool) -> Fence:
    return Fence(opened.start(), opened.end() + 1, end, opened["marks"], opened[0].strip(), is_closed)
