"""Rich text, as Slack's own editor makes it, as Markdown: here code and quotes are structure, whatever `text` says.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.platforms.slack import entities
from adapters.platforms.slack.entities import Reader
from bot.clipping import fence

RICH_TEXT = "rich_text"
DEEPEST = 8
STYLES = (("bold", "**"), ("italic", "_"), ("strike", "~~"))


def read(reader: Reader, blocks: Sequence[Any] | None) -> str:
    """The rich text among `blocks` as Markdown; "" when there is none."""
    parts = [
        _part(reader, element)
        for block in blocks or ()
        if isinstance(block, Mapping) and block.get("type") == RICH_TEXT
        for element in _elements(block)
    ]
    return reader.settle("\n".join(part for part in parts if part))


def _part(reader: Reader, element: Any) -> str:
    kind = element.get("type") if isinstance(element, Mapping) else None
    if kind == "rich_text_preformatted":
        return f"{fence(_plain(element))}\n"
    if kind == "rich_text_quote":
        quoted = _section(reader, element).rstrip("\n").split("\n")
        return "\n".join(f"> {line}" for line in quoted) + "\n"
    if kind == "rich_text_list":
        return _list(reader, element)
    return _section(reader, element).strip("\n") if kind == "rich_text_section" else ""


def _list(reader: Reader, element: Mapping[str, Any]) -> str:
    is_ordered = element.get("style") == "ordered"
    indent = element.get("indent")
    blanks = "   " * min(indent, DEEPEST) if isinstance(indent, int) else ""
    lines = [
        f"{blanks}{f'{number}.' if is_ordered else '-'} {said}"
        for number, item in enumerate(_elements(element), 1)
        if isinstance(item, Mapping) and (said := _section(reader, item).strip())
    ]
    return "\n".join(lines) + "\n" * bool(lines)


def _section(reader: Reader, element: Mapping[str, Any]) -> str:
    said = ""
    for item in _elements(element):
        if isinstance(item, Mapping):
            word = _word(reader, item)
            # A mention and the word behind it, typed without a blank.
            is_glued = said.endswith(f"@{reader.name}") and re.match(r"[A-Za-z0-9]", word)
            said += f" {word}" if is_glued else word
    # Four blanks would make a line code, and nobody marked it as code.
    return re.sub(r"^[ \t]{4,}", "   ", said, flags=re.MULTILINE)


def _word(reader: Reader, item: Mapping[str, Any]) -> str:
    make = WORDS.get(str(item.get("type")))
    return make(reader, item) if make else ""


def _text(reader: Reader, item: Mapping[str, Any]) -> str:
    text, style = _string(item, "text"), item.get("style")
    if not isinstance(style, Mapping):
        return reader.words(text)
    if style.get("code"):
        return f"`{text}`" if "`" not in text else f"`` {text} ``"
    said = reader.words(text)
    for name, mark in STYLES:
        if style.get(name) and said.strip():
            said = said.replace(said.strip(), f"{mark}{said.strip()}{mark}", 1)
    return said


def _link(reader: Reader, item: Mapping[str, Any]) -> str:
    return reader.words(entities.link(_string(item, "url"), _string(item, "text")))


WORDS: Mapping[str, Callable[[Reader, Mapping[str, Any]], str]] = {
    "text": _text,
    "link": _link,
    "user": lambda reader, item: reader.mention(_string(item, "user_id")),
    "usergroup": lambda reader, item: reader.words(f"@{_string(item, 'usergroup_id')}"),
    "channel": lambda reader, item: f"#{_string(item, 'channel_id')}",
    "broadcast": lambda reader, item: reader.words(f"@{_string(item, 'range')}"),
    "emoji": lambda reader, item: f":{_string(item, 'name')}:",
    "date": lambda reader, item: _string(item, "fallback"),
    "color": lambda reader, item: _string(item, "value"),
}


def _plain(element: Mapping[str, Any]) -> str:
    items = [item for item in _elements(element) if isinstance(item, Mapping)]
    return "".join(_string(item, "text") or _string(item, "url") for item in items).strip("\n")


def _elements(holder: Mapping[str, Any]) -> Sequence[Any]:
    found = holder.get("elements")
    return found if isinstance(found, list) else ()


def _string(item: Mapping[str, Any], name: str) -> str:
    found = item.get(name)
    return found if isinstance(found, str) else ""
