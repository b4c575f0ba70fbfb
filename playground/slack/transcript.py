"""A conversation as a person sees it: plain text for people, JSON for tests."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from playground.slack.choices import controls
from playground.slack.records import Channel, Message, User
from playground.slack.shapes import messages
from playground.slack.store import Store
from playground.slack.world import World

HEAD = "#{name} [{kind}]"
DIRECT = "Direct messages of @{name}"
ENTITY = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")
BROADCAST = re.compile(r"<!(here|channel|everyone)(?:\|[^>]*)?>|<!subteam\^(\w+)[^>]*>|<@(\w+)[^>]*>")
ONLY_YOU = " (only you can see this)"
EMOJI = {"eyes": "👀", "white_check_mark": "✅", "x": "❌", "+1": "👍", "-1": "👎", "hourglass": "⏳"}


def visible(channel: Channel, reader: User | None) -> list[Message]:
    """What the person sees, oldest first; nobody in particular sees no ephemerals."""
    own = [one for one in channel.ephemerals if reader and one.seen_by == reader.id]
    return sorted([*channel.messages.values(), *own], key=lambda one: one.ts)


def write_transcript(world: World, channel: Channel, reader: User | None = None) -> str:
    """The whole conversation, replies below their parents."""
    seen = visible(channel, reader)
    blocks = [_title(world.store, channel)]
    for item in seen:
        if not item.thread_ts or item.thread_ts not in channel.messages:
            blocks.append(_said(world.store, item, ""))
            blocks += [_said(world.store, one, "    ") for one in seen if one.thread_ts == item.ts]
    return "\n\n".join(blocks) + "\n"


def _title(store: Store, channel: Channel) -> str:
    if channel.kind != "im":
        return HEAD.format(name=channel.name, kind=channel.kind)
    names = [store.users[one].name for one in channel.members if one != store.app.bot.id]
    return DIRECT.format(name=", ".join(names))


def _said(store: Store, item: Message, indent: str) -> str:
    name = item.user.name if item.user else "?"
    at = datetime.fromtimestamp(float(item.ts), UTC).strftime("%H:%M:%S")
    mark = (ONLY_YOU if item.is_ephemeral else "") + (" (edited)" if item.edited_ts else "")
    lines = [f"@{name} {at}{mark}:", *(f"    {line}" for line in _lines(store, item))]
    return "\n".join(indent + line for line in lines)


def _lines(store: Store, item: Message) -> list[str]:
    own = item.blocks and item.blocks[0]["type"] != "rich_text"
    text = "\n".join(_block(store, block) for block in item.blocks) if own else readable(store, item.text)
    lines = text.split("\n") + [f"📎 {file.title} ({len(file.content)} bytes)" for file in item.files]
    counts = [
        f"{EMOJI.get(name, f':{name}:')} {len(users)}" for name, users in item.reactions.items() if users
    ]
    return lines + ([" ".join(counts)] if counts else [])


def readable(store: Store, text: str) -> str:
    """Wire text as a person reads it."""
    return html.unescape(ENTITY.sub(lambda match: _entity(store, match), text))


def _entity(store: Store, match: re.Match[str]) -> str:
    mark, target, label = match.groups()
    if mark == "@":
        user = store.users.get(target)
        return f"@{user.name if user else label or target}"
    if mark == "#":
        channel = store.channels.get(target)
        return f"#{channel.name if channel else label or target}"
    if mark == "!":
        return label or f"@{target.partition('^')[0]}"
    return f"{label} ({target})" if label else target


def _block(store: Store, block: dict[str, Any]) -> str:
    kind = block["type"]
    parts = list(_texts(block))
    text = "\n".join(part if kind == "markdown" else readable(store, part) for part in parts)
    buttons = " ".join(f"[{label}]" for label in _labels(block))
    return "\n".join(filter(None, ["---" if kind == "divider" else text, buttons]))


def _texts(block: dict[str, Any]) -> Iterator[str]:
    for value in (
        block.get("text"),
        block.get("label"),
        *block.get("fields", []),
        *block.get("elements", []),
    ):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict) and isinstance(value.get("text"), str) and value.get("type") != "button":
            yield value["text"]


def _labels(block: dict[str, Any]) -> Iterator[str]:
    for control in controls([block]):
        element = control.element
        if element["type"] == "button":
            yield element["text"]["text"]
        else:
            yield (element.get("placeholder") or {}).get("text", element["type"]) + " ▾"


def show(world: World, item: Message) -> dict[str, Any]:
    """A message for tests: Slack's shape, what can be acted on, how it reads, and whom it pings."""
    shape = messages.message(item, world.store.app, world.links)
    return shape | {
        "name": item.user.name if item.user else None,
        "is_ephemeral": item.is_ephemeral,
        "options": item.options,
        "reads": "\n".join(_lines(world.store, item)),
        "controls": [control.element | {"block_id": control.block_id} for control in controls(item.blocks)],
        "pings": list(pings(item)),
    }


def pings(item: Message) -> Iterator[str]:
    """Who is notified: people, groups and whole channels named in text that Slack formats."""
    own = [item.text] if not item.blocks else []
    for text in own + [found for block in item.blocks for found in _formatted(block)]:
        for match in BROADCAST.finditer(text):
            yield next(filter(None, match.groups()))


def _formatted(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _formatted(item)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown") and isinstance(value.get("text"), str):
            yield value["text"]
        elif value.get("type") == "user":
            yield f"<@{value['user_id']}>"
        elif value.get("type") == "broadcast":
            yield f"<!{value['range']}>"
        for item in value.values():
            yield from _formatted(item) if isinstance(item, dict | list) else ()
