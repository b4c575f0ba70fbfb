"""What of the HTML in a Markdown text is a person's own words: the text between its tags.

Not what its comments say, what a tag holds, or what quoting, code and scripts enclose, however far the Markdown in
between reaches. Read in linear time: whatever begins and does not end reaches to the end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

#: What these enclose is quoted, code, struck out or no text at all.
ENCLOSING = frozenset(
    ["blockquote", "code", "del", "kbd", "noscript", "pre", "q", "s", "samp", "script", "select", "strike"]
).union(["style", "svg", "table", "template", "textarea", "title", "tt"])
#: In these nothing but their own end is a tag. html.spec.whatwg.org/multipage/syntax.html#elements-2
RAW = frozenset(["script", "style", "textarea", "title"])
COMMENT_BEGINS = "<!--"
_MARKUP = re.compile(
    r"<!--.*?(?P<closed>-->|\Z)|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<!.*?(?:>|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^>\"'])*+(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile("<[/!a-z]", re.IGNORECASE)


class Html:
    """The HTML of a text, piece by piece, knowing what encloses the place it is at. `is_over`: a comment never ends."""

    def __init__(self) -> None:
        self.is_over = False
        self._enclosing: Counter[str] = Counter()

    @property
    def is_heard(self) -> bool:
        """Whether words here are the person's own."""
        return not (self.is_over or self._enclosing.total())

    def lines(self, html: str) -> Iterator[tuple[int, str]]:
        """Enter `html`; the lines in it that begin with the person's own words: number from 0, and text."""
        number = position = 0
        is_begun = False
        while position < len(html):
            found = self._next(html, position)
            begin = found.start() if found else len(html)
            while position < begin:
                end = html.find("\n", position, begin)
                piece = html[position : begin if end < 0 else end]
                if not is_begun and piece.strip() and self.is_heard:
                    yield number, _line(html, position)
                is_begun = end < 0 and (is_begun or bool(piece.strip()))
                number += end >= 0
                position = begin if end < 0 else end + 1
            if found is not None:
                number += found[0].count("\n")
                position = found.end()
                self._pass(found)

    def _next(self, html: str, position: int) -> re.Match[str] | None:
        raw = next((name for name in RAW if self._enclosing[name]), None)
        if raw is None:
            return _MARKUP.search(html, position)
        return re.compile(rf"<(?P<end>/)(?P<name>{raw})\b[^>]*", re.IGNORECASE).search(html, position)

    def _pass(self, found: re.Match[str]) -> None:
        name = (found["name"] or "").lower()
        if found[0].startswith(COMMENT_BEGINS) and not found["closed"]:
            # Browsers, and so the platforms, take an unclosed comment to reach to the end of all.
            self.is_over = True
        elif name in ENCLOSING:
            self._enclosing[name] = max(self._enclosing[name] + (-1 if found["end"] else 1), 0)


def _line(html: str, position: int) -> str:
    """The line that goes on at `position`, from its first word, without the tags and comments that end it."""
    end = html.find("\n", position)
    line = html[position : len(html) if end < 0 else end].strip()
    end = len(line)
    while line.endswith(">", 0, end) and _TAG.match(line, begin := max(line.rfind("<", 0, end), 0)) and begin:
        end = len(line[:begin].rstrip())
    return line[:end]
