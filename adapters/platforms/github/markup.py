"""Cards and replies as GitHub-flavored Markdown.

https://docs.github.com/en/get-started/writing-on-github (the dialect; `<details>` folds)
A body holds 65,536 characters ("body is too long (maximum is 65536 characters)", status 422).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.safety import clip, fence, harmless, headline, mask, visible
from models.card import Card, CardState, CardStep

LONGEST_BODY = 65_536
LONGEST_LINE = 1_000
LONGEST_DETAILS = 20_000
GAP = "\n\n"

HIDDEN = "<!-- {marker} -->"
DETAILS = "<details><summary>{title}</summary>\n\n{output}\n\n</details>"
NEXT = "Next: {commands}"
OUTPUT = "Output"
GOOD, BAD, UNDER_WAY, WARNING = "✅", "❌", "⏳", "⚠️"


def hidden(marker: str) -> str:
    """The mark by which a message of ours is found again; people do not see it."""
    return HIDDEN.format(marker=marker)


def render_card(card: Card, known_secrets: Sequence[str] = ()) -> str:
    """The card: headline, steps, the agent's words, output folded away, links, what to type next, the mark."""
    above = [_headline(card), _steps(card.steps)]
    below = [_details(card, known_secrets), _links(card), _next(card)]
    mark = GAP + hidden(card.marker)
    room = LONGEST_BODY - len(mark) - sum(len(part) + len(GAP) for part in above + below)
    words = harmless(card.body, known_secrets, max(room, 0))
    return mask(GAP.join(part for part in (*above, words, *below) if part), known_secrets) + mark


def render_reply(text: str, marker: str, known_secrets: Sequence[str] = ()) -> str:
    """A reply with its mark. It may quote somebody, and names people who need no notification."""
    mark = GAP + hidden(marker)
    return harmless(text, known_secrets, LONGEST_BODY - len(mark)) + mark


def _headline(card: Card) -> str:
    # The reason of a failure may be an agent's or a tool's; the other headlines are our own words throughout.
    line = harmless(card.headline) if card.state is CardState.FAILED else card.headline
    return clip(line, LONGEST_LINE)


def _steps(steps: tuple[CardStep, ...]) -> str:
    return "\n".join(f"- {_sign(step)} {_line(step.text)}" for step in steps)


def _sign(step: CardStep) -> str:
    if not step.is_done:
        return UNDER_WAY
    if step.is_warning:
        return WARNING
    return GOOD if step.is_ok else BAD


def _line(text: str) -> str:
    """A step may quote an agent or a tool: one line of it, made harmless."""
    return harmless(" ".join(text.split()), limit=LONGEST_LINE)


def _details(card: Card, known_secrets: Sequence[str]) -> str:
    if not card.details:
        return ""
    # Masked before it is clipped: half a secret is no longer known as one.
    output = clip(mask(visible(card.details), known_secrets), LONGEST_DETAILS, keep="tail")
    return DETAILS.format(title=headline(card.details_title or OUTPUT), output=fence(output))


def _links(card: Card) -> str:
    return " · ".join(f"[{_label(label)}]({url})" for label, url in card.links if _is_web(url))


def _label(text: str) -> str:
    return headline(text).replace("[", "(").replace("]", ")")


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and not any(c in url for c in "()<> \n\t\"'")
    )


def _next(card: Card) -> str:
    commands = " · ".join(f"`{command}`" for command in card.next_commands)
    return NEXT.format(commands=commands) if commands else ""
