"""The lines of a text in Slack's own dialect: which of them are quoted, which are code, which begin a list's item.

A fence may begin and end within a line; where it stands in a quote, so does all that is left of the line it ends on.
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

FENCE = re.compile(r"```(.+?)```", re.DOTALL)
QUOTE = re.compile(r"[ \t]*(?:&gt;|>) ?")
REST_IS_QUOTE = re.compile(r"[ \t]*(?:&gt;){3} ?")
# What Slack's clients write for a list's items, four blanks for each level.
ITEM = re.compile(r"(?P<blanks>[ \t]*)[\u2022\u25e6\u25aa]\ufe0e? +")
LEVEL_BLANKS = 4
MARKS = "```"


@dataclass(frozen=True)
class Line:
    """One of them, without the mark of its quote."""

    text: str
    is_quoted: bool = False
    is_code: bool = False


def split(text: str) -> Iterator[Line]:
    """The lines of `text` in order; code without its fences."""
    return _Splitter().lines(text.replace("\r\n", "\n").replace("\r", "\n"))


def markdown(lines: Iterable[Line], spoken: Callable[[str], str], code: Callable[[str], str]) -> str:
    """Those lines as Markdown. `spoken` and `code` read what stands in one."""
    made: list[str] = []
    before = Line("")
    for line in lines:
        made += _between(before, line)
        made.append(_marked(code(line.text) if line.is_code else spoken(_item(line.text)), line.is_quoted))
        before = line
    return "\n".join([*made, *_between(before, Line(""))])


def _between(before: Line, line: Line) -> Iterator[str]:
    """The fences that end and begin there, and an empty line behind a quote: Markdown would go on with it."""
    if (before.is_code, before.is_quoted) == (line.is_code, line.is_quoted):
        return
    if before.is_code:
        yield _marked(MARKS, before.is_quoted)
    if before.is_quoted and not line.is_quoted and line.text.strip():
        yield ""
    if line.is_code:
        yield _marked(MARKS, line.is_quoted)


def _marked(text: str, is_quoted: bool) -> str:
    return f"> {text}" if is_quoted else text


def _item(text: str) -> str:
    found = ITEM.match(text)
    if found is None:
        return text
    return f"{'  ' * (len(found['blanks']) // LEVEL_BLANKS)}- {text[found.end() :]}"


class _Splitter:
    """One pass over a text, knowing in which quote it is."""

    def __init__(self) -> None:
        self.is_line_quoted = False
        self.is_rest_quoted = False

    def lines(self, text: str) -> Iterator[Line]:
        pieces = FENCE.split(text)
        for index, piece in enumerate(pieces):
            if index % 2:
                yield from self._code(piece)
            else:
                yield from self._spoken(piece, is_first=index == 0, is_last=index == len(pieces) - 1)

    def _code(self, piece: str) -> Iterator[Line]:
        # Within a quote each line may bear its mark.
        is_quoted = self.is_line_quoted or self.is_rest_quoted
        for line in piece.strip("\n").split("\n"):
            yield Line(QUOTE.sub("", line, count=1) if is_quoted else line, is_quoted, is_code=True)

    def _spoken(self, piece: str, *, is_first: bool, is_last: bool) -> Iterator[Line]:
        """What stands before and behind code on one line are lines of their own, unless there is nothing."""
        parts = piece.split("\n")
        for number, part in enumerate(parts):
            is_behind = number == 0 and not is_first
            is_before = number == len(parts) - 1 and not is_last
            line = self._line(part, is_behind=is_behind)
            if line.text.strip() or not (is_behind or is_before):
                yield line

    def _line(self, text: str, *, is_behind: bool) -> Line:
        if not is_behind:
            self.is_line_quoted = False
        if not self.is_rest_quoted and (found := REST_IS_QUOTE.match(text)):
            self.is_rest_quoted = True
        elif found := QUOTE.match(text):
            self.is_line_quoted = True
        said = text[found.end() :] if found else text
        return Line(said, self.is_line_quoted or self.is_rest_quoted)
