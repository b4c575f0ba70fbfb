"""The rules of blocks and views. docs.slack.dev/reference/block-kit/blocks · docs.slack.dev/reference/views"""

from __future__ import annotations

from typing import Any

from playground.slack.kit.elements import ACCESSORY, IN_ACTIONS, IN_CONTEXT, IN_INPUT
from playground.slack.kit.rules import (
    PLAIN,
    Rule,
    anything,
    boolean,
    fault,
    items,
    one_of,
    string,
    text,
    thing,
    typed,
)

BLOCK_ID = {"block_id": string(255)}
RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")


def _section(value: Any, pointer: str) -> list[str]:
    if value.get("text") is None and not value.get("fields"):
        return fault("must define either `text` or `fields`", pointer)
    fields = {
        "text": text(3000),
        "fields": items(10, text(2000), 1),
        "accessory": ACCESSORY,
        "expand": boolean,
    }
    return thing({}, BLOCK_ID | fields)(value, pointer)


def _loosely(value: Any, pointer: str) -> list[str]:
    """Only what the playground itself relies on."""
    shared = {**BLOCK_ID, "elements": items(100, _object)}
    return [
        line
        for name, rule in shared.items()
        if name in value
        for line in rule(value[name], f"{pointer}/{name}")
    ]


def _object(value: Any, pointer: str) -> list[str]:
    return [] if isinstance(value, dict) else fault("must provide an object", pointer)


BLOCKS: dict[str, Rule] = {
    "section": _section,
    "divider": thing({}, BLOCK_ID),
    "header": thing({"text": text(150, PLAIN)}, BLOCK_ID | {"level": anything}),
    "context": thing({"elements": items(10, IN_CONTEXT, 1)}, BLOCK_ID),
    "actions": thing({"elements": items(25, IN_ACTIONS, 1)}, BLOCK_ID),
    "image": thing(
        {"alt_text": string(2000)},
        BLOCK_ID | {"image_url": string(3000), "slack_file": anything, "title": text(2000, PLAIN)},
    ),
    "input": thing(
        {"label": text(2000, PLAIN), "element": IN_INPUT},
        BLOCK_ID | {"hint": text(2000, PLAIN), "optional": boolean, "dispatch_action": boolean},
    ),
    "markdown": thing({"text": string(12_000, 1)}, BLOCK_ID),
    "rich_text": thing({"elements": items(1000, typed(dict.fromkeys(RICH_PARTS, anything)), 1)}, BLOCK_ID),
    # The fields of these are left to slack_sdk's models: bots rarely use them.
    **dict.fromkeys(
        ("table", "video", "file", "call", "context_actions", "task_card", "plan", "card", "alert"), _loosely
    ),
}
ONLY_IN_MESSAGES = {"markdown", "table", "file", "call", "context_actions", "task_card", "plan", "card"}
BLOCK = typed(BLOCKS)
VIEW_BLOCK = typed({kind: rule for kind, rule in BLOCKS.items() if kind not in ONLY_IN_MESSAGES})
MESSAGE_BLOCKS = items(50, BLOCK)
VIEW_BLOCKS = items(100, VIEW_BLOCK)
VIEW_FIELDS = {
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
MODAL = thing(
    {"title": text(24, PLAIN), "blocks": VIEW_BLOCKS},
    VIEW_FIELDS
    | {
        "submit": text(24, PLAIN),
        "close": text(24, PLAIN),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = thing({"blocks": VIEW_BLOCKS}, VIEW_FIELDS)
VIEWS = {"modal": MODAL, "home": HOME}
KIND_OF_VIEW = one_of("modal", "home")
