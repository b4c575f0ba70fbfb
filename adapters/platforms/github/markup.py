"""Cards and replies as GitHub-flavored Markdown.

https://docs.github.com/en/get-started/writing-on-github (the dialect; `<details>` folds)
A body holds 65,536 characters ("body is too long (maximum is 65536 characters)", status 422).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.safety import clip, fence, harmless
from models.card import Card, CardStep

LONGEST_BODY = 65_536
LONGEST_LINE = 1_000
LONGEST_DETAILS = 20_000
ROOM_FOR_MARKS = 200

HIDDEN = "<!-- {marker} -->"
DETAILS = "<details><summary>{title}</summary>\n\n{output}\n\n</details>"
NEXT = "Next: {commands}"
OUTPUT = "Output"
GOOD, BAD, UNDER_WAY = "✅", "❌", "⏳"


def hidden(marker: str) -> str:
    """The mark by which a message of ours is found again; people do not see it."""
    return HIDDEN.format(marker=marker)


def render_card(card: Card) -> str:
    """The card: headline, steps, the agent's words, output folded away, links, what to type next, the mark."""
    around = [card.headline, _steps(card.steps), _details(card), _links(card), _next(card)]
    taken = sum(len(part) + 2 for part in around) + ROOM_FOR_MARKS
    words = clip(harmless(card.body), max(LONGEST_BODY - taken, LONGEST_LINE)) if card.body else ""
    parts = [around[0], around[1], words, *around[2:], hidden(card.marker)]
    return "\n\n".join(part for part in parts if part)


def render_reply(text: str, marker: str) -> str:
    """A reply with its mark."""
    return f"{clip(text, LONGEST_BODY - ROOM_FOR_MARKS)}\n\n{hidden(marker)}"


def _steps(steps: tuple[CardStep, ...]) -> str:
    return "\n".join(f"- {_sign(step)} {_line(step.text)}" for step in steps)


def _sign(step: CardStep) -> str:
    if not step.is_done:
        return UNDER_WAY
    return GOOD if step.is_ok else BAD


def _line(text: str) -> str:
    """A step may quote an agent or a tool: one line of it, made harmless."""
    return clip(harmless(" ".join(text.split())), LONGEST_LINE)


def _details(card: Card) -> str:
    if not card.details:
        return ""
    title = harmless(card.details_title or OUTPUT).replace("<", "&lt;")
    return DETAILS.format(title=title, output=fence(clip(card.details, LONGEST_DETAILS, keep="tail")))


def _links(card: Card) -> str:
    return " · ".join(f"[{_label(label)}]({url})" for label, url in card.links if _is_web(url))


def _label(text: str) -> str:
    return harmless(text).replace("[", "(").replace("]", ")")


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
