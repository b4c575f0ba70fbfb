"""Rich text, as Slack's own editor makes it, as Markdown: here code and quotes are structure, whatever `text` says.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from adapters.platforms.slack import entities
from adapters.platforms.slack.entities import Reader
from bot.clipping import fence

RICH_TEXT = "rich_text"
PART = "rich_text_"
DEEPEST = 8
CODE = "code"
STYLES = {"bold": "**", "italic": "_", "strike": "~~"}
_BACKTICKS = re.compile(r"`+")


def read(reader: Reader, blocks: Sequence[Any] | None) -> str:
    """The rich text among `blocks` as Markdown; "" when there is none."""
    parts = [
        _part(reader, element)
        for block in blocks or ()
        if isinstance(block, Mapping) and block.get("type") == RICH_TEXT
        for element in _elements(block)
    ]
    return reader.settle("\n".join(part for part in parts if part))


def _part(reader: Reader, element: Any, depth: int = 0) -> str:
    kind = element.get("type") if isinstance(element, Mapping) else None
    make = PARTS.get(str(kind)) if depth < DEEPEST else None
    if make is None:
        return ""
    said = make(reader, element, depth + 1)
    # Code and lists within a quote stand beside it, and bear its border.
    # https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/RichTextBorderable
    is_quoted = kind == f"{PART}quote" or bool(element.get("border"))
    return _quoted(said) if is_quoted and said.strip() else said


def _quoted(said: str) -> str:
    return "\n".join(f"> {line}" for line in said.rstrip("\n").split("\n")) + "\n"


def _preformatted(reader: Reader, element: Mapping[str, Any], depth: int) -> str:
    return f"{fence(''.join(map(_bare, _items(element))).strip(chr(10)))}\n"


def _list(reader: Reader, element: Mapping[str, Any], depth: int) -> str:
    is_ordered = element.get("style") == "ordered"
    indent = element.get("indent")
    blanks = "   " * min(indent, DEEPEST) if isinstance(indent, int) else ""
    lines = []
    for number, item in enumerate(_items(element), 1):
        head = f"{blanks}{f'{number}.' if is_ordered else '-'} "
        if said := _body(reader, item, depth).strip():
            lines.append(head + said.replace("\n", "\n" + " " * len(head)))
    return "\n".join(lines) + "\n" * bool(lines)


def _section(reader: Reader, element: Mapping[str, Any], depth: int) -> str:
    return _body(reader, element, depth).strip("\n")


def _body(reader: Reader, element: Mapping[str, Any], depth: int) -> str:
    """What an element holds: words, and whatever else of parts, each on lines of its own."""
    said = ""
    for is_part, items in groupby(_items(element), lambda item: str(item.get("type")).startswith(PART)):
        if is_part:
            said = "\n".join([*filter(None, [said]), *(_part(reader, item, depth) for item in items)])
        else:
            said += _words(reader, items)
    return said


PARTS: Mapping[str, Callable[[Reader, Mapping[str, Any], int], str]] = {
    f"{PART}list": _list,
    f"{PART}preformatted": _preformatted,
    f"{PART}quote": _body,
    f"{PART}section": _section,
}


def _words(reader: Reader, items: Iterable[Mapping[str, Any]]) -> str:
    """Words of one style are marked together, each line by itself: no mark reaches beyond its line."""
    said = ""
    for styles, run in groupby(items, _styles):
        if CODE in styles:
            said += _by_line("".join(map(_bare, run)), _code)
            continue
        words = ""
        for item in run:
            words = _joined(reader, words, _word(reader, item))
        for style in styles:
            words = _by_line(words, partial(_between, STYLES[style]))
        said = _joined(reader, said, words)
    # Four blanks would make a line code, and nobody marked it as code.
    return re.sub(r"^[ \t]{4,}", "   ", said, flags=re.MULTILINE)


def _joined(reader: Reader, said: str, word: str) -> str:
    """A mention and the word behind it, typed without a blank."""
    is_glued = said.endswith(f"@{reader.name}") and re.match(r"[A-Za-z0-9]", word)
    return f"{said} {word}" if is_glued else said + word


def _by_line(text: str, mark: Callable[[str], str]) -> str:
    return "\n".join(
        line.replace(line.strip(), mark(line.strip()), 1) if line.strip() else line
        for line in text.split("\n")
    )


def _between(mark: str, text: str) -> str:
    return f"{mark}{text}{mark}"


def _code(text: str) -> str:
    runs = [len(run) for run in _BACKTICKS.findall(text)]
    marks = "`" * (1 + max(runs)) if runs else "`"
    return f"{marks} {text} {marks}" if runs else f"`{text}`"


def _styles(item: Mapping[str, Any]) -> tuple[str, ...]:
    style = item.get("style")
    return tuple(name for name in (*STYLES, CODE) if isinstance(style, Mapping) and style.get(name))


def _word(reader: Reader, item: Mapping[str, Any]) -> str:
    kind = str(item.get("type"))
    if kind == "text":
        return reader.words(_string(item, "text"))
    make = WORDS.get(kind)
    # One word, whatever stands in it: it begins no line.
    return " ".join(make(reader, item).split()) if make else ""


def _bare(item: Mapping[str, Any]) -> str:
    """In code nothing is an entity."""
    return next((said for name in BARE if (said := _string(item, name))), "")


BARE = ("text", "url", "user_id", "usergroup_id", "channel_id", "range", "name", "fallback", "value")
WORDS: Mapping[str, Callable[[Reader, Mapping[str, Any]], str]] = {
    "link": lambda reader, item: reader.words(entities.link(_string(item, "url"), _string(item, "text"))),
    "user": lambda reader, item: reader.mention(_string(item, "user_id")),
    "usergroup": lambda reader, item: reader.words(f"@{_string(item, 'usergroup_id')}"),
    "channel": lambda reader, item: f"#{_string(item, 'channel_id')}",
    "broadcast": lambda reader, item: reader.words(f"@{_string(item, 'range')}"),
    "emoji": lambda reader, item: f":{_string(item, 'name')}:",
    "date": lambda reader, item: reader.words(_string(item, "fallback")),
    "color": lambda reader, item: reader.words(_string(item, "value")),
}


def _items(holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in _elements(holder) if isinstance(item, Mapping)]


def _elements(holder: Mapping[str, Any]) -> Sequence[Any]:
    found = holder.get("elements")
    return found if isinstance(found, list) else ()


def _string(item: Mapping[str, Any], name: str) -> str:
    found = item.get(name)
    return found.replace("\r\n", "\n").replace("\r", "\n") if isinstance(found, str) else ""
