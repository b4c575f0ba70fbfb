"""Judges what an app sends: blocks, views, option lists. Each answer is a list of complaints; none when all is well."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block, Option, OptionGroup
from slack_sdk.models.views import View

from playground.slack.kit import blocks as kit
from playground.slack.kit.elements import SUGGESTIONS
from playground.slack.kit.rules import fault

LONGEST_MARKDOWN = 12_000  # all markdown blocks of a message together
LONGEST_BLOCKS = (
    13_200  # characters of all texts; seen, not documented: github.com/slackapi/bolt-js/issues/2509
)
LARGEST_VIEW_BYTES = 250_000  # docs.slack.dev/reference/methods/views.open: view_too_large
NEEDS_SUBMIT = "`submit` is required when an input block is within the blocks array"
UNKNOWN_BLOCK = "slack_sdk does not know this block"
SDK_REFUSES = (SlackObjectFormationError, TypeError, AttributeError, KeyError, ValueError)


def judge_blocks(blocks: Any) -> list[str]:
    """The blocks of a message."""
    found = kit.MESSAGE_BLOCKS(blocks, "/blocks") or _twins(blocks, "/blocks")
    if not found and sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > LONGEST_MARKDOWN:
        return fault(f"markdown must be less than {LONGEST_MARKDOWN + 1} characters", "/blocks")
    return found or _second_opinion(blocks)


def judge_view(view: Any, *kinds: str) -> list[str]:
    """A modal or an App Home, whichever the method takes."""
    if not isinstance(view, dict):
        return fault("must provide an object", "/view")
    if view.get("type") not in kinds:
        return fault(f"must be one of {', '.join(kinds)}", "/view/type")
    found = kit.VIEWS[view["type"]](view, "/view")
    if found:
        return found
    has_input = any(block["type"] == "input" for block in view["blocks"])
    if has_input and view["type"] == "modal" and not view.get("submit"):
        return fault(NEEDS_SUBMIT, "/view")
    return _twins(view["blocks"], "/view/blocks") or _second_opinion_of_view(view)


def judge_suggestions(body: Any) -> list[str]:
    """The answer to a type-ahead.

    docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select
    """
    found = SUGGESTIONS(body, "")
    if found:
        return found
    return _parse(lambda: [item.to_dict() for item in _options(body)], "/options")


def _options(body: dict[str, Any]) -> list[Option | OptionGroup]:
    plain: list[Option | OptionGroup] = list(Option.parse_all(body.get("options")) or [])
    return plain + list(OptionGroup.parse_all(body.get("option_groups")) or [])


def measure(blocks: list[dict[str, Any]]) -> int:
    """How many characters all texts of the blocks have together."""
    return sum(_characters(block) for block in blocks)


def is_view_too_large(view: Any) -> bool:
    """Beyond 250 kB."""
    return len(json.dumps(view)) > LARGEST_VIEW_BYTES


def _characters(value: Any) -> int:
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_characters(item) for item in value.values() if not isinstance(item, str))
    return sum(map(_characters, value)) if isinstance(value, list) else 0


def _twins(blocks: list[dict[str, Any]], pointer: str) -> list[str]:
    """Block ids are unique in a message or view; action ids in a block."""
    found, seen = [], set()
    for number, block in enumerate(blocks):
        name = block.get("block_id")
        if name and name in seen:
            found += fault(f"block_id already exists: {name}", f"{pointer}/{number}/block_id")
        seen.add(name)
        actions = [
            e["action_id"] for e in block.get("elements", []) if isinstance(e, dict) and e.get("action_id")
        ]
        if len(actions) != len(set(actions)):
            found += fault("action_id already exists in this block", f"{pointer}/{number}/elements")
    return found


def _second_opinion(blocks: list[dict[str, Any]]) -> list[str]:
    """What slack_sdk's own models refuse."""
    parsed = (_parse(partial(_rebuild, block), f"/blocks/{number}") for number, block in enumerate(blocks))
    return [line for lines in parsed for line in lines]


def _rebuild(block: dict[str, Any]) -> None:
    parsed = Block.parse(block)
    if parsed is None:
        raise ValueError(UNKNOWN_BLOCK)
    parsed.to_dict()


def _second_opinion_of_view(view: dict[str, Any]) -> list[str]:
    return _parse(lambda: View(**view).to_dict(), "/view") or _second_opinion(view["blocks"])


def _parse(build: Callable[[], object], pointer: str) -> list[str]:
    try:
        build()
    except SDK_REFUSES as error:
        return fault(str(error), pointer)
    return []
