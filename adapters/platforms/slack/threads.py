"""A thread as far as it is worth reading: its first message and its newest ones, in a bounded number of calls.

Slack hands out a thread's oldest messages first and knows no other order. So a thread is read to its end; one that is
too long for that is asked for what came after a moment, nearer and nearer to the right one.
https://docs.slack.dev/reference/methods/conversations.replies (1,000 a page, which is its default)
https://docs.slack.dev/apis/web-api/rate-limits (tier 3: "50+ per minute", for all threads together)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.platforms.slack.client import Call

PAGE = 1000
MOST_CALLS = 10
SHORTEST_SECONDS = 1e-3

Said = Mapping[str, Any]


async def newest(api: Call, channel: str, root: str, most: int) -> list[Said]:
    """The thread's first message, and behind it, oldest first, the newest: `most` of them, or all there are, or of a
    thread that cannot be read to its end a page of them at most. Each has the metadata by which ours are known.

    Raises IntegrationError.
    """
    first = await _page(api, channel, root)
    said = first.messages if first.is_whole else await _behind(api, channel, first, most)
    begins = [each for each in first.messages if _ts(each) == root]
    return begins + [each for each in _in_order(said) if _ts(each) != root][-most:]


@dataclass(frozen=True)
class _Page:
    """Messages without a gap. `is_whole`: nothing comes behind them."""

    messages: list[Said]
    is_whole: bool

    @property
    def ends(self) -> float:
        return _moment(_ts(self.messages[-1])) if self.messages else 0.0


async def _page(api: Call, channel: str, root: str, oldest: str = "") -> _Page:
    """The beginning; or what came after `oldest`, where each page may begin with the thread's first message again."""
    asked = {"channel": channel, "ts": root, "limit": PAGE, "include_all_metadata": True}
    read = await api.get("conversations_replies", **asked, **({"oldest": oldest} if oldest else {}))
    has_cursor = (read.get("response_metadata") or {}).get("next_cursor")
    said = _in_order(each for each in read["messages"] if not oldest or _ts(each) != root)
    return _Page(said, is_whole=not said or not (has_cursor or read.get("has_more")))


async def _behind(api: Call, channel: str, first: _Page, most: int) -> list[Said]:
    is_near = _unread(first) <= (MOST_CALLS - 1) * len(first.messages)
    return await (_to_the_end if is_near else _towards_the_end)(api, channel, first, most)


async def _to_the_end(api: Call, channel: str, first: _Page, most: int) -> list[Said]:
    """The first page and all behind it."""
    root, page, said = _ts(first.messages[0]), first, list(first.messages)
    for _ in range(MOST_CALLS - 1):
        if page.is_whole:
            break
        page = await _page(api, channel, root, _ts(said[-1]))
        said += page.messages
    return said


async def _towards_the_end(api: Call, channel: str, first: _Page, most: int) -> list[Said]:
    """Of the last pages that were found the longest, without those before it: there is no gap in what is told."""
    begins = first.messages[0]
    end = max(_moment(str(begins.get("latest_reply") or "")), first.ends)
    # How long the thread's end is: too short for `most` messages, too long for a page.
    short, long = SHORTEST_SECONDS, max(end - first.ends, SHORTEST_SECONDS)
    seconds = long * most / _unread(first)  # as if people wrote evenly
    found: list[Said] = []
    for _ in range(MOST_CALLS - 1):
        page = await _page(api, channel, _ts(begins), f"{end - seconds:.6f}")
        if not page.is_whole:
            long = seconds
        else:
            found, short = page.messages, seconds
        if len(found) >= most:
            break
        seconds = math.sqrt(short * long)
    return found


def _unread(first: _Page) -> int:
    """How many messages come behind the first page, as Slack counts them."""
    return max(int(first.messages[0].get("reply_count") or 0) - len(first.messages) + 1, 1)


def _in_order(messages: Iterable[Said]) -> list[Said]:
    """Each once, oldest first."""
    return sorted({_ts(each): each for each in messages}.values(), key=lambda said: _moment(_ts(said)))


def _ts(said: Said) -> str:
    return str(said["ts"])


def _moment(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        return 0.0
