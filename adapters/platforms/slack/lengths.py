"""What fits into one message, and what is said in the next: Markdown in, parts of it out, each within Slack's limits.

https://docs.slack.dev/reference/block-kit/blocks (section text 3,000, 50 blocks), `blocks.LONGEST_TOGETHER`
A part is measured as it will be said: escaped, marked, its code in fences.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain, repeat

from adapters.platforms.slack import blocks
from adapters.platforms.slack.blocks import LONGEST_TOGETHER
from adapters.platforms.slack.markup import LONGEST_DETAILS, Markup
from bot.safety import harmless, mask, visible
from bot.splitting import Part, split
from models.card import Card

# What is cut is made harmless once more, and may grow by a few characters: a line that begins anew may be a command.
SPARE = 400
ROOM = LONGEST_TOGETHER - SPARE
LEAST_ROOM = 600
# So much is looked at first: enough for as many messages as anybody wants, and quick whatever comes behind.
WINDOW = 80_000
# "&" becomes "&amp;"; a table's columns grow with its widest cell.
MOST_GROWTH = 5
GROWS = "|"


def parts(text: str, secrets: Sequence[str], most: int) -> list[str]:
    """Our own Markdown in messages, in order; no more than `most`, which may not be all."""
    if GROWS not in text and blocks.size(text) * MOST_GROWTH <= ROOM:
        return [text]

    def cost(part: str) -> int:
        return blocks.cost(harmless(part, secrets))

    found = split(text[:WINDOW], repeat(ROOM), cost, most)
    if len(found) < most and len(text) > WINDOW:
        found = split(text, repeat(ROOM), cost, most)
    return _said(found)


def fitted(markup: Markup, card: Card, most: int) -> tuple[Card, list[str]]:
    """The card with as much of its words as fits, and the rest in messages."""
    if GROWS not in card.body and blocks.size(card.body) * MOST_GROWTH <= LEAST_ROOM:
        return card, []
    bare = json.loads(markup.card(card.model_copy(update={"body": ""})))["blocks"]
    room = ROOM - sum(map(_size, bare))
    if room < LEAST_ROOM:
        return card.model_copy(update={"body": ""}), _said(_words(card.body, ROOM, markup, most))
    first, *rest = _said(_words(card.body, room, markup, most + 1)) or [""]
    return card.model_copy(update={"body": first}), rest


def hides_output(card: Card, secrets: Sequence[str]) -> bool:
    """Whether a card shows only the end of its output."""
    return len(mask(visible(card.details), secrets)) > LONGEST_DETAILS


def _words(body: str, room: int, markup: Markup, most: int) -> list[Part]:
    """An agent's words in parts, the first within `room`."""

    def cut(text: str) -> list[Part]:
        limits = chain([room], repeat(ROOM))
        return split(harmless(text, markup.secrets), limits, blocks.cost, most)

    found = cut(body[:WINDOW])
    return found if len(found) == most or len(body) <= WINDOW else cut(body)


def _size(block: blocks.Block) -> int:
    """A section's text; what stands in other blocks does not count here."""
    return blocks.size(block["text"]["text"]) if block["type"] == "section" else 0


def _said(found: Sequence[Part]) -> list[str]:
    return [part.text for part in found if part.source.strip()]
