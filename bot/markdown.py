"""Markdown, read as a tree: which lines are a person's own words at the start of a line.

Not among them: code, block quotes, tables, link texts, struck-out text, HTML tags and comments (`bot/html.py`). The
parser is CommonMark with GitHub's tables and strikethrough (https://github.github.com/gfm/). It reads in linear time:
nesting is bounded, and so is the length considered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.html import COMMENT_BEGINS, Html
from bot.invisible import evenly_spaced, well_formed

MOST_CHARACTERS = 64 * 1024  # GitHub's own limit of a comment; what comes after is not read
DEEPEST_NESTING = 20
MOST_CELLS = 20_000
MOST_COMMENTS = 300
MOST_BRACKETS = 1000
LINE = "line"
_NO_BRACKET = "\ufdd0"  # a noncharacter: Unicode gives it no meaning, so no text needs it
CODE_BLOCKS = {"fence", "code_block"}
UNHEARD = {"blockquote", "table"}
UNHEARD_INLINE = {"link", "s"}


@dataclass(frozen=True)
class Line:
    """A line of a person's own words. `number` is its line in the source, from 0; `text` begins with its first word."""

    number: int
    text: str


@dataclass(frozen=True)
class Page:
    """A text with its addressable lines. `code` are the numbers of source lines in code or HTML, `underlines` of those
    that make a heading of the line above.
    """

    source: tuple[str, ...]
    lines: tuple[Line, ...]
    code: frozenset[int]
    only_code: str | None = None
    underlines: frozenset[int] = frozenset()


def read(text: str) -> Page:
    """The page of `text`. Never raises, whatever the text."""
    # Cut before anything else looks at it: the cut bounds the time of all that follows.
    source = well_formed(_bounded(text[:MOST_CHARACTERS]))
    tokens = _PARSER.parse(readable(source))
    ranges = [token.map for token in tokens if token.type in CODE_BLOCKS | {"html_block"} and token.map]
    return Page(
        source=tuple(source.split("\n")),
        lines=tuple(_Walk().lines(tokens)),
        code=frozenset(number for begin, end in ranges for number in range(begin, end)),
        only_code=_only_code(tokens),
        underlines=frozenset(token.map[1] - 1 for token in tokens if _is_underlined(token) and token.map),
    )


def readable(text: str) -> str:
    """`text` for the parser, as long as before: odd spaces are blanks, brackets beyond counting are none."""
    # The parser looks for the end of each bracket: one that has none is none, and of very many the rest are none.
    *some, rest = text[: text.rfind("]") + 1].split("[", MOST_BRACKETS)
    bounded = "[".join([*some, rest.replace("[", _NO_BRACKET)])
    return evenly_spaced(bounded + text[len(bounded) :].replace("[", _NO_BRACKET))


def _bounded(text: str) -> str:
    # Each opening of an HTML comment makes the parser search to the end for its close: many openings are a bomb.
    parts = text.split(COMMENT_BEGINS, MOST_COMMENTS)
    return text if len(parts) <= MOST_COMMENTS else COMMENT_BEGINS.join(parts[:-1])


class _Walk:
    """One pass over the tree, knowing what encloses the place it is at."""

    def __init__(self) -> None:
        self.unheard = 0
        self.html = Html()

    def lines(self, tokens: Iterable[Token]) -> Iterator[Line]:
        for token in tokens:
            if token.type.partition("_")[0] in UNHEARD:
                self.unheard += token.nesting
            elif token.type == "html_block" and not self.unheard:
                first = token.map[0] if token.map else 0
                for number, text in self.html.lines(token.content):
                    yield Line(first + number, _line_at(text, 0))
            elif token.type == "inline" and not self.unheard:
                yield from self._inline(token)

    def _inline(self, token: Token) -> Iterator[Line]:
        number = token.map[0] if token.map else 0
        unheard = seen = 0
        for child in token.children or ():
            if child.type.partition("_")[0] in UNHEARD_INLINE:
                unheard += child.nesting
            elif child.type == "html_inline":
                deque(self.html.lines(child.content), maxlen=0)
            elif child.type == "text" and COMMENT_BEGINS in child.content:
                self.html.is_over = True
            elif child.type == LINE:
                position = child.meta["position"]
                number += token.content.count("\n", seen, position)
                seen = position
                if not unheard and self.html.is_heard:
                    yield Line(number, _line_at(token.content, position))


def _is_underlined(token: Token) -> bool:
    # spec.commonmark.org/0.31.2/#setext-headings
    return token.type == "heading_open" and token.markup in {"-", "="}


def _only_code(tokens: Sequence[Token]) -> str | None:
    """The code of a text that is nothing but one code span. A block of code is code, whatever it holds."""
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    children = [child for child in tokens[1].children or () if child.type != LINE]
    is_code = len(children) == 1 and children[0].type == "code_inline"
    return _line_at(children[0].content.strip(), 0) if is_code else None


def _line_at(text: str, position: int) -> str:
    end = text.find("\n", position)
    line = text[position:] if end < 0 else text[position:end]
    return line.replace(_NO_BRACKET, "[")


def _mark_line(state: StateInline, silent: bool) -> bool:
    """An inline rule that consumes nothing: it marks where a line begins outside code, HTML and link targets.

    The parser gets here at a position only when it reads that position as text.
    """
    if silent or not _is_at_line_start(state.src, state.pos):
        return False
    token = state.push(LINE, "", 0)
    token.meta = {"position": state.pos}
    return False


def _is_at_line_start(text: str, position: int) -> bool:
    before = position - 1
    while before >= 0 and text[before] in " \t":
        before -= 1
    return before < 0 or text[before] == "\n"


def _table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """The library's tables, but not one that a short text blows up into a million cells."""
    columns = state.src.count("|", state.bMarks[first], state.eMarks[first]) + 1
    return columns * (end - first) <= MOST_CELLS and table(state, first, end, silent)


def github() -> MarkdownIt:
    """A parser of GitHub's dialect within bounds."""
    options = {"maxNesting": DEEPEST_NESTING, "strikethrough_single_tilde": True}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return parser


def _parser() -> MarkdownIt:
    parser = github()
    # Escapes and entities stay tokens of their own, so that `\@name` and `&#64;name` are not the name.
    parser.disable("text_join")
    parser.inline.ruler.before("text", LINE, _mark_line)
    return parser


_PARSER = _parser()
