"""Markdown as a page shows it: what is hidden stays hidden, what folds folds, and nobody's HTML is anybody's page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# What our texts use of the HTML that is shown, without attributes.
# https://docs.github.com/en/get-started/writing-on-github
HARMLESS = re.compile(r"(</?(?:details|summary|sub|sup|br|kbd)>)")


def to_html(text: str) -> str:
    """A comment's text. Line ends are line ends, as in GitHub's comments."""
    return str(_MARKDOWN.render(text))


def _html(renderer: Any, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
    shown = COMMENT.sub("", tokens[number].content)
    return "".join(part if HARMLESS.fullmatch(part) else escape(part) for part in HARMLESS.split(shown))


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"breaks": True, "html": True}).enable(["table", "strikethrough"])
    for kind in ("html_block", "html_inline"):
        made.add_render_rule(kind, _html)
    return made


_MARKDOWN = _markdown()
