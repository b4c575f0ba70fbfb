"""Cards, replies, questions and pages as Block Kit. What is said is JSON: `text` (for notifications), `blocks`, and the
metadata by which a message of ours is found again.

https://docs.slack.dev/messaging/message-metadata (people do not see it)
A slash command cannot be typed in a thread, so a command that is shown begins with the mention; a button needs neither.
https://docs.slack.dev/interactivity/implementing-slash-commands ("not supported in message threads")
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.platforms.slack import blocks, mrkdwn, pickers
from adapters.platforms.slack.blocks import Block
from bot.safety import clip, fence, harmless, headline, mask, visible
from models.card import Card, CardState, CardStep
from models.picker import Dialog, Page, Picker

EVENT_TYPE = "bellhop"
MARKER = "marker"
LONGEST_TEXT = 3000
LONGEST_HEADLINE = 1000
LONGEST_STEP = 300
LONGEST_DETAILS = 2500
LONGEST_HEADER = 150
LONGEST_CONTEXT = 2000
MOST_BODY_BLOCKS = 20
MOST_PAGE_BLOCKS = 100
NEXT = "Next: {commands}"
OUTPUT = "Output"
DOT = " · "
FENCE = "```"
GOOD, BAD, UNDER_WAY, WARNING = "✅", "❌", "⏳", "⚠️"


@dataclass(frozen=True)
class Markup:
    """How a bot called `name` speaks. None of `secrets` leaves."""

    name: str
    secrets: Sequence[str] = ()

    def card(self, card: Card) -> str:
        """Headline, steps, the agent's words, the output's tail, links, what may be done next."""
        line = self._addressed(self._headline(card))
        above = [
            *blocks.sections(line, LONGEST_TEXT, 1),
            *blocks.sections(self._steps(card.steps), LONGEST_TEXT, 2),
        ]
        below = blocks.sections(self._details(card), LONGEST_TEXT * 2, 3)
        room = blocks.LONGEST_TOGETHER - blocks.measure(above) - blocks.measure(below)
        words = blocks.sections(harmless(card.body, self.secrets, max(room, 1)), room, MOST_BODY_BLOCKS)
        made = [*above, *words, *below, *_context(self._links(card)), *_context(self._next(card))]
        # Its headline says how to stop it in words; a button is quicker.
        commands = (*filter(None, [card.stop]), *card.next_commands)
        return self._said(line, [*made, *blocks.buttons(commands)], card.marker, job=card.handle)

    def reply(self, text: str, marker: str) -> str:
        """Our own Markdown. It may quote somebody."""
        said = harmless(self._addressed(text), self.secrets, blocks.LONGEST_TOGETHER)
        return self._said(said, blocks.sections(said), marker)

    def question(self, picker: Picker) -> str:
        """A question with its choice."""
        asked = picker.model_copy(
            update={"question": harmless(self._addressed(picker.question), self.secrets)}
        )
        return self._said(asked.question, pickers.question(asked), "")

    def dialog(self, dialog: Dialog) -> str:
        """A dialog's view."""
        return json.dumps(pickers.dialog_view(dialog), ensure_ascii=False)

    def page(self, page: Page) -> str:
        """A person's page: https://docs.slack.dev/surfaces/app-home"""
        made: list[Block] = []
        for part in page.sections:
            title = blocks.plain(mask(part.title, self.secrets), LONGEST_HEADER)
            words = blocks.sections(harmless(part.text, self.secrets, blocks.LONGEST_SECTION), most=10)
            menu = pickers.menu(part.menu) if part.menu else []
            made += [{"type": "header", "text": title}] if part.title else []
            made += [*words, *menu, *blocks.buttons(part.commands)]
        return json.dumps({"type": "home", "blocks": made[:MOST_PAGE_BLOCKS]}, ensure_ascii=False)

    def _said(self, text: str, made: Sequence[Block], marker: str, **more: str) -> str:
        plain = blocks.named("\n".join(mrkdwn.pieces(clip(text, LONGEST_TEXT // 2)))) or mrkdwn.escape(
            EVENT_TYPE
        )
        body: dict[str, Any] = {"text": plain[:LONGEST_TEXT], "blocks": list(made)}
        if marker:
            body["metadata"] = {"event_type": EVENT_TYPE, "event_payload": {MARKER: marker, **more}}
        return mask(json.dumps(body, ensure_ascii=False), self.secrets)

    def _addressed(self, text: str) -> str:
        """Commands as they can be typed everywhere here; what stands in a fence is typed elsewhere."""
        slash = rf"(?<![\w/.:@])/{re.escape(self.name)}(?![\w/-])"
        parts = text.split(FENCE)
        parts[::2] = [re.sub(slash, f"@{self.name}", part) for part in parts[::2]]
        return FENCE.join(parts)

    def _headline(self, card: Card) -> str:
        # The reason of a failure may be an agent's or a tool's; the other headlines are our own words throughout.
        line = harmless(card.headline, self.secrets) if card.state is CardState.FAILED else card.headline
        return clip(line, LONGEST_HEADLINE)

    def _steps(self, steps: Sequence[CardStep]) -> str:
        return "\n".join(f"{_sign(step)} {self._line(step.text)}  " for step in steps)

    def _line(self, text: str) -> str:
        """A step may quote an agent or a tool: one line of it, made harmless."""
        return harmless(" ".join(text.split()), self.secrets, LONGEST_STEP)

    def _details(self, card: Card) -> str:
        if not card.details:
            return ""
        # Masked before it is clipped: half a secret is no longer known as one. Of a very long output what is far from
        # the end is cut before, so that it costs no time.
        tail = mask(visible(card.details[-8 * LONGEST_DETAILS :]), self.secrets)
        output = clip(tail, LONGEST_DETAILS, keep="tail")
        return f"{headline(card.details_title or OUTPUT)}:\n\n{fence(output)}"

    def _links(self, card: Card) -> str:
        return DOT.join(mrkdwn.link(url, headline(label)) for label, url in card.links if _is_web(url))

    def _next(self, card: Card) -> str:
        shown = [mrkdwn.code(self._addressed(command)) for command in card.next_commands]
        return NEXT.format(commands=DOT.join(shown)) if shown else ""


def spoken(body: str) -> Mapping[str, Any]:
    """What is said, as arguments of the Web API; a text that is none of `Markup`'s is words."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict) or "text" not in found:
        return {"text": mrkdwn.escape(body)}
    return found


def _context(line: str) -> list[Block]:
    return [blocks.context([line])] if line and blocks.size(line) <= LONGEST_CONTEXT else []


def _sign(step: CardStep) -> str:
    if step.is_warning:
        return WARNING
    if not step.is_done:
        return UNDER_WAY
    return GOOD if step.is_ok else BAD


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))
