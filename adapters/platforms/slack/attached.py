"""What a message shows besides its words: other programs speak in blocks and attachments, people hand on messages.

It is told as context and never read for who is addressed: it is not what its author typed.
https://docs.slack.dev/reference/block-kit/blocks
https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.platforms.slack.entities import Reader
from adapters.platforms.slack.payload import Saying

MOST_PARTS = 20
WORDS = ("pretext", "title", "text")


def read(reader: Reader, said: Saying) -> str:
    """Its attachments, quoted, as far as a person put them there or there are no other words; else its blocks."""
    is_silent = not (said.text or "").strip()
    shown = [each for each in _list(said.attachments) if is_silent or each.get("is_share")]
    quoted = [reader.read(words) for each in shown[:MOST_PARTS] if (words := _words(each))]
    blocks = [reader.read(words) for words in _of_blocks(said.blocks)] if is_silent and not quoted else []
    lines = [line for text in (quoted or blocks) for line in text.split("\n")]
    return "\n".join(f"> {line}" for line in lines)


def _words(attachment: Mapping[str, Any]) -> str:
    told = [text for name in WORDS if (text := _string(attachment.get(name)))]
    return "\n".join(told) or _string(attachment.get("fallback"))


def _of_blocks(blocks: Any) -> Iterator[str]:
    """The texts of sections, headers and lines of context."""
    for block in _list(blocks)[:MOST_PARTS]:
        for each in (block.get("text"), *_list(block.get("fields")), *_list(block.get("elements"))):
            if words := _string(each.get("text") if isinstance(each, Mapping) else each):
                yield words


def _list(found: Any) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _string(found: Any) -> str:
    return found.strip() if isinstance(found, str) else ""
