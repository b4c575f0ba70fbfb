"""Where the code of a Markdown text stands: there, and only there, a forge reads no mention and no command.

HTML and autolinks are read as text. They win over code marks, and whoever asks here is about to take them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, backtick
from markdown_it.token import Token

from bot.markdown import CODE_BLOCKS, github, readable

Span = tuple[int, int]
Piece = tuple[str, bool]


def split(text: str) -> list[Piece]:
    """`text` in pieces, each with whether it is code. Joined they are `text`, its last fence closed.

    `text` has line feeds only. In doubt a place is not code.
    """
    read = readable(text)
    tokens = _PARSER.parse(read)
    pieces, done = [], 0
    for begin, end in _spans(tokens, read):
        pieces += [(text[done:begin], False), (text[begin:end], True)]
        done = end
    return [*pieces, (text[done:], False), (_closing(tokens, text), True)]


def _closing(tokens: Sequence[Token], text: str) -> str:
    """What closes the last fence: what is put behind the text must not become its code."""
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence" or last.level or last.map is None:
        return ""
    begin, end = last.map
    final = text.split("\n")[end - 1].strip()
    is_closed = end - begin > 1 and final.startswith(last.markup) and not final.strip(last.markup[0])
    return "" if is_closed else "\n" * (not text.endswith("\n")) + last.markup


def _spans(tokens: Iterable[Token], text: str) -> list[Span]:
    starts = _line_starts(text)
    spans: list[Span] = []
    for token in tokens:
        if token.type in CODE_BLOCKS and token.map:
            spans.append((starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)]))
        elif token.type == "inline" and token.map:
            spans.extend(_inline_spans(token, text, starts))
    return _apart(spans)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] = len(text)
    return starts


def _inline_spans(token: Token, text: str, starts: list[int]) -> Iterator[Span]:
    """The code spans of a paragraph. Its lines lost their list and quote marks: they are found again in the source."""
    offsets = _offsets(token, text, starts)
    for child in token.children or ():
        if child.type != "code_inline" or "begin" not in child.meta:
            continue
        first = token.content.count("\n", 0, child.meta["begin"])
        last = token.content.count("\n", 0, child.meta["end"])
        if first == last and first < len(offsets) and offsets[first] is not None:
            yield child.meta["begin"] + offsets[first], child.meta["end"] + offsets[first]


def _offsets(token: Token, text: str, starts: list[int]) -> list[int | None]:
    """For each line of the paragraph: how far its place in the source is from its place in the paragraph."""
    offsets: list[int | None] = []
    position, number = 0, (token.map or [0])[0]
    for line in token.content.split("\n"):
        source = text[starts[number] : starts[number + 1]] if number + 1 < len(starts) else ""
        place = source.rfind(line.strip()) if source.count(line.strip()) == 1 else -1
        behind = len(line) - len(line.lstrip())
        offsets.append(None if place < 0 else starts[number] + place - behind - position)
        position += len(line) + 1
        number += 1
    return offsets


def _apart(spans: Iterable[Span]) -> list[Span]:
    apart: list[Span] = []
    for begin, end in sorted(spans):
        if begin < end and (not apart or begin >= apart[-1][1]):
            apart.append((begin, end))
    return apart


def _backtick(state: StateInline, silent: bool) -> bool:
    """The library's code spans, with their places."""
    begin, tokens = state.pos, len(state.tokens)
    is_code = backtick(state, silent)
    if is_code and len(state.tokens) > tokens and state.tokens[-1].type == "code_inline":
        state.tokens[-1].meta = {"begin": begin, "end": state.pos}
    return is_code


def _parser() -> MarkdownIt:
    parser = github().disable(["html_block", "html_inline", "autolink"])
    parser.inline.ruler.at("backticks", _backtick)
    return parser


_PARSER = _parser()
