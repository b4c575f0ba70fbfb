"""Markdown as Slack's own dialect. Whatever the text says, it notifies nobody: the three characters that make entities
are escaped, and only links of ours are entities.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from markdown_it.token import Token

from bot.markdown import github, readable

BULLET = "•"
RULE = "———"
INDENT = "    "
SCHEMES = frozenset({"http", "https", "mailto"})
ADDRESS = re.compile(r"[\w-]+\.[a-z]{2,}\b|://", re.IGNORECASE)
BREAK = "\u200b"
MARKS = {
    "strong_open": "*",
    "strong_close": "*",
    "em_open": "_",
    "em_close": "_",
    "s_open": "~",
    "s_close": "~",
}
_PARSER = github().disable(["html_block", "html_inline"])


def escape(text: str) -> str:
    """Words as words: `<!channel>` and `<@U1>` are shown, not obeyed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pieces(markdown: str) -> list[str]:
    """The blocks of a text, each in Slack's dialect; fenced code is a piece of its own that begins with a fence."""
    return [piece for piece in _Writer().blocks(_PARSER.parse(readable(markdown))) if piece.strip()]


def link(url: str, label: str) -> str:
    """A link; one whose label names another address than it leads to shows both."""
    target = url.strip()
    if not _is_safe(target):
        return escape(label or target)
    address = escape(target).replace("|", "%7C").replace(" ", "%20")
    words = " ".join(label.split())
    if not words or words == target:
        return f"<{address}>"
    host = urlsplit(target).hostname or ""
    if ADDRESS.search(words) and host not in words.lower():
        return f"{escape(words)} (<{address}>)"
    return f"<{address}|{escape(words).replace('|', '/')}>"


def code(text: str) -> str:
    """A code span."""
    return f"`{escape(' '.join(text.split()).replace('`', chr(39)))}`" if text.strip() else ""


def fenced(text: str) -> str:
    """A block of code. Slack knows no longer fences, so those within are broken."""
    return f"```\n{escape(text.strip(chr(10)).replace('```', f'``{BREAK}`'))}\n```"


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


class _Writer:
    """One pass over the tree, knowing in which lists and quotes it is."""

    def __init__(self) -> None:
        self.lists: list[int | None] = []
        self.quotes = 0
        self.mark = ""

    def blocks(self, tokens: Sequence[Token]) -> Iterator[str]:
        cells: list[list[str]] = []
        for token in tokens:
            kind = token.type
            if kind in {"fence", "code_block"}:
                yield fenced(token.content)
            elif kind == "hr":
                yield RULE
            elif kind == "tr_open":
                cells.append([])
            elif kind == "table_close":
                yield _table(cells)
                cells = []
            elif kind == "inline" and cells:
                cells[-1].append("".join(_plain(token.children or ())))
            elif kind == "inline":
                yield self._paragraph(token, is_heading=token.level == 1 and self._in_heading)
            else:
                self._enter(token)

    _in_heading = False

    def _enter(self, token: Token) -> None:
        kind = token.type
        if kind in {"heading_open", "heading_close"}:
            self._in_heading = token.nesting > 0
        elif kind == "blockquote_open" or kind == "blockquote_close":
            self.quotes += token.nesting
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            self.lists.append(int(token.attrGet("start") or 1) if kind[0] == "o" else None)
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self.lists.pop()
        elif kind == "list_item_open" and self.lists:
            self._item()

    def _item(self) -> None:
        number = self.lists[-1]
        self.mark = BULLET if number is None else f"{number}."
        if number is not None:
            self.lists[-1] = number + 1

    def _paragraph(self, token: Token, *, is_heading: bool) -> str:
        said = "".join(_inline(token.children or ()))
        if is_heading:
            said = f"*{said.replace('*', '')}*"
        if self.lists:
            first = INDENT * (len(self.lists) - 1)
            lines = said.split("\n")
            head = f"{first}{self.mark} {lines[0]}" if self.mark else f"{first}  {lines[0]}"
            said = "\n".join([head, *(f"{first}  {line}" for line in lines[1:])])
            self.mark = ""
        return "\n".join(f"> {line}" for line in said.split("\n")) if self.quotes else said


def _inline(tokens: Iterable[Token]) -> Iterator[str]:
    url, label = None, ""
    for token in tokens:
        if token.type == "link_open":
            url, label = str(token.attrGet("href") or ""), ""
        elif token.type == "link_close":
            yield link(url or "", label)
            url = None
        elif url is not None:
            label += token.content or ("" if token.type in MARKS else " ")
        else:
            yield _word(token)


def _word(token: Token) -> str:
    if token.type == "code_inline":
        return code(token.content)
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.type == "image":
        return link(str(token.attrGet("src") or ""), token.content)
    return MARKS.get(token.type) or escape(token.content)


def _plain(tokens: Iterable[Token]) -> Iterator[str]:
    return (token.content for token in tokens)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """A table as aligned columns of code: Slack has none."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=False)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) for row in rows]
    return fenced("\n".join(line.rstrip() for line in lines))
