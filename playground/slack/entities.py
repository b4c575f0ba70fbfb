"""What a person types, as Slack's client sends it: escaped text with entities, and the same as rich text.

docs.slack.dev/messaging/formatting-message-text · docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playground.slack.store import Store

FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
INLINE = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<target>https?://[^\s)]+)\)"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|(?<![\w@])@(?P<who>[\w.-]*\w)"
    r"|(?<![\w#])#(?P<channel>[\w-]+)"
    r"|(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^~\n]+)~(?![\w~])"
)
BROADCASTS = ("here", "channel", "everyone")
STYLES = {"bold": "*", "italic": "_", "strike": "~"}
BULLET, QUOTE = "- ", "> "
Element = dict[str, Any]


def escape(text: str) -> str:
    """The only three characters that Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Typing:
    """Turns what one person typed into wire text and rich text; names are looked up in the workspace."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def text(self, typed: str) -> str:
        """The message's `text`."""
        return "\n".join(
            "\n".join(f"&gt; {line}" for line in self.text(run).split("\n"))
            if is_quoted
            else self._plain_text(run)
            for is_quoted, run in _runs(typed)
        )

    def _plain_text(self, typed: str) -> str:
        parts = FENCE.split(typed)
        outside = ["\n".join(map(self._line, part.split("\n"))) for part in parts[::2]]
        inside = [f"```{escape(code)}```" for code in parts[1::2]]
        return "".join(a + b for a, b in zip(outside, [*inside, ""], strict=True))

    def _line(self, line: str) -> str:
        mark = "• " if line.startswith(BULLET) else ""
        return mark + "".join(wire for wire, _ in self._pieces(line[2:] if mark else line))

    def block(self, typed: str) -> Element:
        """The message's only block; `block_id` is short, as the client makes them."""
        return {"type": "rich_text", "block_id": self.store.secret(5), "elements": self._elements(typed)}

    def _elements(self, typed: str) -> list[Element]:
        found: list[Element] = []
        for is_quoted, run in _runs(typed):
            found += map(_in_quote, self._elements(run)) if is_quoted else self._plain_elements(run)
        return found

    def _plain_elements(self, typed: str) -> list[Element]:
        elements: list[Element] = []
        for number, part in enumerate(FENCE.split(typed)):
            if number % 2:
                code = [{"type": "text", "text": part}]
                elements.append({"type": "rich_text_preformatted", "elements": code, "border": 0})
            elif part.strip("\n"):
                elements += self._paragraphs(part.strip("\n"))
        return elements

    def _paragraphs(self, part: str) -> list[Element]:
        """Runs of plain and of listed lines, each its own element."""
        found: list[Element] = []
        for line in part.split("\n"):
            is_item = line.startswith(BULLET)
            kind = "rich_text_list" if is_item else "rich_text_section"
            pieces = [element for _, element in self._pieces(line[2:] if is_item else line)]
            if not found or found[-1]["type"] != kind:
                more = {"style": "bullet", "indent": 0, "border": 0} if is_item else {}
                found.append({"type": kind, "elements": [], **more})
            elif not is_item:
                found[-1]["elements"].append({"type": "text", "text": "\n"})
            item = {"type": "rich_text_section", "elements": pieces}
            found[-1]["elements"] += [item] if is_item else pieces
        return found

    def _pieces(self, line: str) -> list[tuple[str, Element]]:
        """Each entity and each run of plain text as (wire, element)."""
        found: list[tuple[str, Element]] = []
        end = 0
        for match in INLINE.finditer(line):
            piece = self._entity(match)
            if piece is None:
                continue
            found += _plain(line[end : match.start()])
            found.append(piece)
            end = match.end()
        return found + _plain(line[end:])

    def _entity(self, match: re.Match[str]) -> tuple[str, Element] | None:
        kind = str(match.lastgroup)
        word = match.group(kind)
        makers: dict[str, Callable[[str], tuple[str, Element] | None]] = {
            "code": lambda text: (
                escape(text),
                {"type": "text", "text": text[1:-1], "style": {"code": True}},
            ),
            "url": lambda url: (f"<{escape(url)}>", {"type": "link", "url": url}),
            "mail": lambda mail: (
                f"<mailto:{mail}|{mail}>",
                {"type": "link", "url": f"mailto:{mail}", "text": mail},
            ),
            "who": self._mention,
            "channel": self._channel,
        }
        if kind in STYLES:
            mark = STYLES[kind]
            return mark + escape(word) + mark, {"type": "text", "text": word, "style": {kind: True}}
        if kind == "target":
            label = match["label"]
            return f"<{escape(word)}|{escape(label)}>", {"type": "link", "url": word, "text": label}
        return makers[kind](word)

    def _mention(self, name: str) -> tuple[str, Element] | None:
        if name in BROADCASTS:
            return f"<!{name}>", {"type": "broadcast", "range": name}
        user = self.store.find_user(name)
        if user:
            return f"<@{user.id}>", {"type": "user", "user_id": user.id}
        group = next((group for group in self.store.usergroups.values() if group.handle == name), None)
        if group:
            return f"<!subteam^{group.id}>", {"type": "usergroup", "usergroup_id": group.id}
        return None

    def _channel(self, name: str) -> tuple[str, Element] | None:
        channel = self.store.find_channel(name)
        if channel is None:
            return None
        return f"<#{channel.id}|{channel.name}>", {"type": "channel", "channel_id": channel.id}


def _runs(typed: str) -> list[tuple[bool, str]]:
    """Lines that are quoted, without their marks, and lines that are not, in turn. In open code nothing is quoted."""
    found: list[tuple[bool, list[str]]] = []
    is_open = False
    for line in typed.split("\n"):
        is_quoted = line.startswith(QUOTE) and not is_open
        is_open ^= not is_quoted and line.count("```") % 2 == 1
        if not found or found[-1][0] != is_quoted:
            found.append((is_quoted, []))
        found[-1][1].append(line.removeprefix(QUOTE) if is_quoted else line)
    return [(is_quoted, "\n".join(lines)) for is_quoted, lines in found]


def _in_quote(element: Element) -> Element:
    """Words become a quote; code and lists stand beside it, with its border.

    docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/RichTextBorderable
    """
    if element["type"] == "rich_text_section":
        return {**element, "type": "rich_text_quote"}
    return {**element, "border": 1}


def _plain(text: str) -> list[tuple[str, Element]]:
    return [(escape(text), {"type": "text", "text": text})] if text else []
