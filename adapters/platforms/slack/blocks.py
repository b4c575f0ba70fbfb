"""Block Kit: the few blocks that we use, within their limits.

https://docs.slack.dev/reference/block-kit/blocks ("up to 50 blocks in each message", section text 3,000, context 10
elements, actions 25 elements, button text 75, value 2,000)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from adapters.platforms.slack import mrkdwn
from bot.clipping import clip, letter_end

MOST_BLOCKS = 50
LONGEST_SECTION = 3000
# "msg_blocks_too_long", seen, not documented: github.com/slackapi/bolt-js/issues/2509
LONGEST_TOGETHER = 12_000
SPARE = 0.95  # of what a cut leaves, so that one or two are enough
MOST_BUTTONS = 5
LONGEST_BUTTON = 75
LONGEST_VALUE = 2000
FENCE = "```"
GAP = "\n\n"
# The verb, and the second word of one like `ci run`.
COMMAND = re.compile(r"\S+\s+(?P<verb>[a-z][a-z_-]*(?:\s+[a-z]+(?![\w=/-]))?)")
# As Thread.name has it. Slack shows the name instead, to whoever may know it, and notifies nobody.
# https://docs.slack.dev/messaging/formatting-message-text#linking-channels
CHANNEL = re.compile(r"(?<![\w/#&`])#([CG][A-Z0-9]{8,20})(?!\w)")
CODE = re.compile(r"(```.*?```|`[^`\n]*`|<[^>\n]*>)", re.DOTALL)
LABELS = {"repo unset": "Clear"}
Block = dict[str, Any]


def size(text: str) -> int:
    """How long Slack may find it: characters beyond 16 bits count twice where it counts as JavaScript does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def plain(text: str, limit: int) -> Block:
    """A text object without any markup."""
    line = " ".join(text.split())
    return {"type": "plain_text", "text": clip(line, limit, unit="utf-16") or "…", "emoji": True}


def words(text: str) -> Block:
    """A text object in Slack's dialect. Verbatim: nothing in it becomes a link or a mention by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str) -> Block:
    """A paragraph or several."""
    return {"type": "section", "text": words(text)}


def context(texts: Sequence[str]) -> Block:
    """A small line."""
    return {"type": "context", "elements": [words(text) for text in texts[:10]]}


def sections(markdown: str, room: int = LONGEST_TOGETHER, most: int = MOST_BLOCKS) -> list[Block]:
    """Markdown as sections, at most `most` and `room` characters together: the rest is cut, and its end marked."""
    source = clip(markdown, max(room, 0), unit="utf-16")
    while source:
        made = [section(text) for text in _packed([named(piece) for piece in mrkdwn.pieces(source)])]
        excess = max(measure(made) / max(room, 1), len(made) / most)
        if excess <= 1:
            return made
        # Escaping and marks make it longer. What is cut is Markdown, so that no fence stays open.
        source = clip(source, int(size(source) * SPARE / excess) - 1, unit="utf-16")
    return []


def cost(markdown: str) -> int:
    """How long all its sections would be together, were nothing cut."""
    return sum(map(size, _packed([named(piece) for piece in mrkdwn.pieces(markdown)])))


def measure(blocks: Sequence[Block]) -> int:
    """How long all texts are together."""
    return sum(size(block["text"]["text"]) for block in blocks)


def buttons(commands: Sequence[str], block_id: str = "") -> list[Block]:
    """A row of buttons, each with the whole command as its value; none for a command that is too long."""
    fitting = [command for command in dict.fromkeys(commands) if 0 < size(command) <= LONGEST_VALUE]
    elements = [_button(number, command) for number, command in enumerate(fitting[:MOST_BUTTONS])]
    row: Block = {"type": "actions", "elements": elements}
    return [row | ({"block_id": block_id} if block_id else {})] if elements else []


def _button(number: int, command: str) -> Block:
    found = COMMAND.match(command)
    verb = found["verb"] if found else ""
    label = LABELS.get(verb) or verb.capitalize() or command
    made: Block = {
        "type": "button",
        "action_id": f"command-{number}",
        "text": plain(label, LONGEST_BUTTON),
        "value": command,
    }
    return made | ({"style": "danger"} if label in {"Cancel", "Undo"} else {})


def named(text: str) -> str:
    """Channels by their names, where the text has their ids; not in code, nor in links."""
    parts = CODE.split(text)
    parts[::2] = [CHANNEL.sub(r"<#\1>", part) for part in parts[::2]]
    return "".join(parts)


def _packed(parts: Sequence[str]) -> Iterator[str]:
    """As many whole pieces in a section as fit; what is longer than one is split."""
    held = ""
    for part in (each for piece in parts for each in _split(piece)):
        joined = f"{held}{_gap(held, part)}{part}" if held else part
        if size(joined) <= LONGEST_SECTION:
            held = joined
        else:
            yield held
            held = part
    if held:
        yield held


def _gap(before: str, after: str) -> str:
    """List items stay together."""
    is_list = _is_item(before.rpartition("\n")[2]) and _is_item(after)
    return "\n" if is_list else GAP


def _is_item(line: str) -> bool:
    return re.match(rf"\s*(?:{mrkdwn.BULLET}|\d{{1,9}}\.) ", line) is not None


def _split(piece: str) -> Iterator[str]:
    """A piece in parts that fit into a section. Code is opened and closed again around each part."""
    if size(piece) <= LONGEST_SECTION:
        yield piece
        return
    is_code = piece.startswith(FENCE)
    inside = piece.removeprefix(f"{FENCE}\n").removesuffix(f"\n{FENCE}") if is_code else piece
    room = LONGEST_SECTION - 2 * (len(FENCE) + 1) if is_code else LONGEST_SECTION
    for part in _chunks(inside, room):
        yield f"{FENCE}\n{part}\n{FENCE}" if is_code else part


def _chunks(text: str, room: int) -> Iterator[str]:
    """Cut at line ends, else at blanks, else anywhere but within a link or an escaped character."""
    while size(text) > room:
        end = _end(text, room)
        yield text[:end]
        text = text[end:].lstrip("\n") if text[end : end + 1] == "\n" else text[end:]
    if text:
        yield text


def _end(text: str, room: int) -> int:
    most = _fitting(text, room)
    for mark in ("\n", " "):
        at = text.rfind(mark, most // 2, most)
        if at > 0 and not _is_inside(text, at):
            return at
    while most > 1 and _is_inside(text, most):
        most -= 1
    return letter_end(text, most) or most


def _fitting(text: str, room: int) -> int:
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > room:
            return index
    return len(text)


def _is_inside(text: str, at: int) -> bool:
    """Whether a cut there would break a link or an escaped character."""
    before = text[:at]
    is_link = before.rfind("<") > before.rfind(">")
    return is_link or re.search(r"&[a-z]{0,3}$", before[-4:]) is not None
