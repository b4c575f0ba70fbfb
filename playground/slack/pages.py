"""Lists in pages with a cursor. docs.slack.dev/apis/web-api/pagination"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from playground.slack.calls import Call
from playground.slack.failures import ApiFailure

DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1000
Item = TypeVar("Item")


def cut(
    call: Call, items: Sequence[Item], largest: int = LARGEST_LIMIT, default: int = DEFAULT_LIMIT
) -> tuple[list[Item], dict[str, Any]]:
    """One page, and the `response_metadata` that leads to the next; its cursor is "" at the end."""
    limit = min(call.number("limit", default), largest)
    start = _position(call.text("cursor"))
    shown, is_last = list(items[start : start + limit]), start + limit >= len(items)
    cursor = "" if is_last else base64.b64encode(f"next:{start + limit}".encode()).decode()
    return shown, {"response_metadata": {"next_cursor": cursor}}


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise ApiFailure("invalid_cursor")
