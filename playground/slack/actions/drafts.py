"""What an app wants to say, judged before it is said.

docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playground.slack.calls import Call
from playground.slack.failures import ApiFailure, bad_blocks
from playground.slack.kit.judge import LONGEST_BLOCKS, judge_blocks, measure
from playground.slack.records import Channel
from playground.slack.world import World

LONGEST_TEXT = 40_000
# chat.update refuses earlier: github.com/seratch/ChatGPT-in-Slack/issues/102
LONGEST_UPDATE = 4_000
LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
TS = re.compile(r"[0-9]{1,11}\.[0-9]{6}")
KEPT_OPTIONS = ("mrkdwn", "unfurl_links", "unfurl_media", "parse", "link_names", "username", "icon_emoji")
INTERACTIVE = (
    "button",
    "overflow",
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "workflow_button",
)


@dataclass
class Draft:
    """A message to be; None means that the argument was not given."""

    text: str | None
    blocks: list[dict[str, Any]] | None
    attachments: list[dict[str, Any]] | None = None
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    is_broadcast: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def read_draft(call: Call, longest: int = LONGEST_TEXT) -> Draft:
    """The draft of a chat method; raises the error of the first thing that is wrong."""
    text, blocks = _words(call, longest)
    attachments = call.structure("attachments", "invalid_attachments")
    if not text and not blocks and not attachments:
        raise ApiFailure("no_text")
    if attachments is not None and not isinstance(attachments, list):
        raise ApiFailure("invalid_attachments")
    if attachments and len(attachments) > MOST_ATTACHMENTS:
        raise ApiFailure("too_many_attachments")
    return Draft(
        text,
        blocks,
        attachments,
        read_metadata(call),
        call.text("thread_ts") or None,
        call.flag("reply_broadcast"),
        {name: call.arguments[name] for name in KEPT_OPTIONS if name in call.arguments},
    )


def _words(call: Call, longest: int) -> tuple[str | None, list[dict[str, Any]] | None]:
    markdown = call.text("markdown_text")
    text = call.text("text") if "text" in call.arguments else None
    if markdown:
        if text or call.arguments.get("blocks"):
            raise ApiFailure("markdown_text_conflict")
        if len(markdown) > LONGEST_MARKDOWN:
            raise ApiFailure("msg_too_long")
        return markdown, dress(call.world, [{"type": "markdown", "text": markdown}])
    if text and len(text) > longest:
        raise ApiFailure("msg_too_long")
    return text, read_blocks(call.world, call.structure("blocks", "invalid_blocks_format"), call.method)


def read_blocks(world: World, blocks: Any, where: str) -> list[dict[str, Any]] | None:
    """Judged blocks, completed; raises `invalid_blocks` and `msg_blocks_too_long`."""
    if blocks is None:
        return None
    complaints = judge_blocks(blocks)
    if complaints:
        world.blame(where, complaints)
        raise bad_blocks("invalid_blocks", complaints)
    if measure(blocks) > LONGEST_BLOCKS:
        world.blame(where, ["msg_blocks_too_long"])
        raise ApiFailure("msg_blocks_too_long")
    return dress(world, blocks)


def read_metadata(call: Call) -> dict[str, Any] | None:
    """docs.slack.dev/messaging/message-metadata"""
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata in (None, {}):
        return None if metadata is None else {}
    is_good = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    )
    if not is_good:
        raise ApiFailure("invalid_metadata_format")
    return dict(metadata)


def find_thread(channel: Channel, thread_ts: str | None) -> str | None:
    """The thread's own timestamp: a reply to a reply joins its thread. Raises `thread_not_found`."""
    if not thread_ts:
        return None
    parent = channel.messages.get(thread_ts) or channel.deleted.get(thread_ts)
    if parent is None or parent.is_ephemeral or not TS.fullmatch(thread_ts):
        raise ApiFailure("thread_not_found")
    return parent.thread_ts or parent.ts


def dress(world: World, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks with what Slack adds: ids that are missing, `emoji` and `verbatim`."""
    return [dress_value(world, {"block_id": world.store.secret(5), **block}) for block in blocks]


def dress_value(world: World, value: Any) -> Any:
    """One part of a block or view, the same way."""
    if isinstance(value, list):
        return [dress_value(world, item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    added: dict[str, Any] = {}
    if kind == "plain_text":
        added = {"emoji": True}
    elif kind == "mrkdwn":
        added = {"verbatim": False}
    elif isinstance(kind, str) and (kind in INTERACTIVE or kind.endswith(("_select", "_input"))):
        added = {"action_id": world.store.secret(5)}
    return {
        key: item if key == "type" else dress_value(world, item) for key, item in {**added, **value}.items()
    }


def fallback(blocks: list[dict[str, Any]]) -> str:
    """The text that Slack builds of blocks when an app gives none."""
    return " ".join(filter(None, map(_spoken, blocks)))


def _spoken(block: dict[str, Any]) -> str:
    if isinstance(block.get("text"), dict):
        return str(block["text"].get("text", ""))
    return str(block["text"]) if block.get("type") == "markdown" else ""
