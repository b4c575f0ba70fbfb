"""A long Markdown text in parts for several messages. Joined, their sources are the text.

Cut where a block of code or a paragraph ends, else at a line's end, else between words, and never within a letter, an
entity, a link or a mention. Code that is cut is closed, and opened again with its language in the next part.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from markdown_it.token import Token

from bot.clipping import letter_end, measure
from bot.markdown import github, readable

LONGEST_TOKEN = 600
LONGEST_INFO = 40
DEEPEST_FENCE = 3
MOST_MARKS = 20  # longer fences are a prank: reopening them would leave no room
SPARE = 0.95  # of what a measured part leaves, so that one or two tries are enough
SEAM_SHARE = 3  # a part may end early, at a third of its room, for the sake of a whole paragraph
LINE_SHARE = 2

_PARSER = github().disable("inline")
_BREAK = re.compile(r"\r\n|\r|\n")
_GAP = re.compile(r"(?:(?:\r\n|\r|\n)[ \t]*){2,}(?:\r\n|\r|\n)*")
# What breaks when it is cut: entities, mentions and links in angle brackets, Markdown's links and code spans, escapes,
# addresses.
_TOKEN = re.compile(
    r"&#?\w{1,32};|<[^<>\s][^<>\n]{0,500}>|!?\[[^\]\n]{0,200}\]\([^()\s]{1,380}\)|`[^`\n]{1,300}`|\\.|https?://[^\s<>]{1,500}"
)
_BEFORE = re.compile(r"[^`~]*")
_NO_CONTAINER = re.compile(r"[^>\s]")
Size = Callable[[str], int]


@dataclass(frozen=True)
class Part:
    """One part: its piece of the text, and what makes it whole."""

    source: str
    opening: str = ""
    closing: str = ""

    @property
    def text(self) -> str:
        """As it is said."""
        return f"{self.opening}{self.source}{self.closing}"


@dataclass(frozen=True)
class Block:
    """A fenced block: its code lies from `inside` to `outside`, its last line ends at `end`."""

    begin: int
    inside: int
    outside: int
    end: int
    opening: str
    closing: str
    is_closed: bool


def size_of(text: str) -> int:
    """How long a platform finds it that counts as JavaScript does."""
    return measure(text, "utf-16")


def split(text: str, limits: Iterator[int], size: Size = size_of, most: int = 1000) -> list[Part]:
    """`text` in parts, each with its limit in what `size` counts; at most `most` of them, which may not be all.

    A limit is at least some hundreds: what cannot be cut smaller is longer than that.
    """
    return list(islice(_Cutter(text, size).parts(limits), most))


class _Cutter:
    """Where one text may be cut."""

    def __init__(self, text: str, size: Size) -> None:
        self.text = text
        self.size = size
        starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self.blocks = list(_blocks(text, starts))
        self.lines = [start for start in starts if self._is_line(start)]
        self.seams = sorted(self._seams())

    def parts(self, limits: Iterator[int]) -> Iterator[Part]:
        begin = 0
        while begin < len(self.text):
            part = self._take(begin, next(limits))
            yield part
            begin += len(part.source)

    def _take(self, begin: int, limit: int) -> Part:
        """As much from there as fits."""
        room = limit
        while True:
            end = self._end(begin, room)
            part = self._part(begin, end)
            taken = self.size(part.text)
            if taken <= limit or room <= 1:
                return part
            room = max(int(min(room, end - begin) * limit * SPARE / taken) - 1, 1)

    def _part(self, begin: int, end: int) -> Part:
        before, after = self._block_at(begin), self._block_at(end) or self._left_open(end)
        source = self.text[begin:end]
        opening = before.opening if before else ""
        closing = after.closing if after else ""
        gap = "\n" if closing and not source.endswith(("\n", "\r")) else ""
        return Part(source, opening, gap + closing)

    def _end(self, begin: int, room: int) -> int:
        most = begin + room
        if most >= len(self.text):
            return len(self.text)
        seam = _last(self.seams, begin + room // SEAM_SHARE, most)
        line = _last(self.lines, begin + room // LINE_SHARE, most)
        return seam or line or self._within_line(begin, most)

    def _within_line(self, begin: int, most: int) -> int:
        """Between two words, else two letters; nowhere that breaks what must stay whole."""
        blank = self.text.rfind(" ", begin + (most - begin) // LINE_SHARE, most)
        for end in (blank + 1, most):
            whole = self._whole(begin, end)
            if whole > begin:
                return whole
        return self._letter(begin, most)

    def _whole(self, begin: int, end: int) -> int:
        """The nearest place at or before `end` that breaks nothing; `begin` when there is none."""
        for token in _TOKEN.finditer(self.text, max(begin, end - LONGEST_TOKEN), end + LONGEST_TOKEN):
            if token.start() < end < token.end():
                end = token.start()
                break
        block = self._block_at(end)
        if block is not None and end <= block.inside:
            end = block.begin  # what opens code stays whole
        elif block is not None and end >= block.outside:
            end = block.outside - 1  # and what closes it has code before it
        return self._letter(begin, end) if end > begin else begin

    def _letter(self, begin: int, end: int) -> int:
        """The nearest place at or before `end` that is not within a letter; something is taken in any case."""
        found = letter_end(self.text, end)
        return found if found > begin else max(end, begin + 1)

    def _seams(self) -> Iterator[int]:
        for block in self.blocks:
            yield block.begin
            yield block.end
        for gap in _GAP.finditer(self.text):
            if self._block_at(gap.end()) is None:
                yield gap.end()

    def _is_line(self, start: int) -> bool:
        block = self._block_at(start)
        return block is None or block.inside < start < block.outside

    def _block_at(self, at: int) -> Block | None:
        """The block that a cut there goes through."""
        found = self._block_before(at)
        return found if found is not None and at < found.end else None

    def _left_open(self, at: int) -> Block | None:
        """The block that ends there without a line that closes it."""
        found = self._block_before(at)
        return found if found is not None and at == found.end and not found.is_closed else None

    def _block_before(self, at: int) -> Block | None:
        number = bisect_left(self.blocks, at, key=lambda block: block.begin) - 1
        return self.blocks[number] if number >= 0 else None


def _last(places: Sequence[int], least: int, most: int) -> int | None:
    """The last of the places within these bounds."""
    at = bisect_right(places, most) - 1
    return places[at] if at >= 0 and places[at] > least else None


def _blocks(text: str, starts: Sequence[int]) -> Iterator[Block]:
    """The fenced blocks, those in lists and quotes too, as the parser sees them."""
    ends = [*starts[1:], len(text)]
    for token in _PARSER.parse(readable(text)):
        if token.type == "fence" and token.map and len(token.markup) <= MOST_MARKS:
            first, last = token.map[0], min(token.map[1], len(starts)) - 1
            opened, closing = text[starts[first] : ends[first]], text[starts[last] : ends[last]]
            is_closed = token.map[1] - token.map[0] - 2 == _count_lines(token.content)
            before = _NO_CONTAINER.sub(" ", _before(opened))
            yield Block(
                begin=starts[first],
                inside=ends[first],
                outside=starts[last] if is_closed else ends[last] + 1,
                end=ends[last] if is_closed or text[ends[last] :].strip() else len(text),
                opening=_opening(token, _before(closing) if is_closed else before, is_closed=is_closed),
                closing=before + token.markup,
                is_closed=is_closed,
            )


def _count_lines(code: str) -> int:
    return code.count("\n") + (code[-1:] not in {"", "\n"})


def _before(line: str) -> str:
    """What stands before the marks of a fence."""
    found = _BEFORE.match(line)
    return found[0] if found else ""


def _opening(token: Token, before: str, *, is_closed: bool) -> str:
    """How a block begins in the next part: in its quote, and so that what closes it still does.

    spec.commonmark.org/0.31.2/#fenced-code-blocks ("indented up to three spaces"): deeper, it needs its list. So does
    one that no line closes: it ends where its list ends.
    """
    quote = before[: before.rfind(">") + 1]
    depth = len(before) - len(quote)
    is_in_list = depth > 1 + bool(quote) and (not is_closed or depth > DEEPEST_FENCE + bool(quote))
    item = f"-{' ' * min(depth - 1 - bool(quote), 4)}" if is_in_list and token.level else ""
    return f"{quote}{' ' * bool(quote)}{item}{token.markup}{token.info.strip()[:LONGEST_INFO]}\n"
