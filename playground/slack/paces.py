"""How fast an app calls, and Slack's limits: measured always, enforced when asked.

docs.slack.dev/apis/web-api/rate-limits (a tier for each method, by minute; chat.postMessage by channel and second)
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from typing import Any, NamedTuple

MINUTE_SECONDS = 60.0
BURST_SECONDS = 5.0
POST = "chat.postMessage"
TIER_2, TIER_3, TIER_4 = 20, 50, 100
TIERS = {
    "apps.connections.open": 1,
    "conversations.list": TIER_2,
    "reactions.remove": TIER_2,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.list": TIER_2,
    "bots.info": TIER_3,
    "chat.delete": TIER_3,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.join": TIER_3,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "reactions.add": TIER_3,
    "reactions.get": TIER_3,
    "team.info": TIER_3,
    "users.conversations": TIER_3,
    "users.lookupByEmail": TIER_3,
    "chat.postEphemeral": TIER_4,
    "conversations.members": TIER_4,
    "files.completeUploadExternal": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "users.info": TIER_4,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}


class Window(NamedTuple):
    """So many calls in so many seconds."""

    most: int
    seconds: float


class Paces:
    """The calls of the last minute, by method; `scale` shortens Slack's minute for tests."""

    def __init__(self) -> None:
        self.is_on = False
        self.scale = 1.0
        self.busiest: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def clear(self) -> None:
        """Nobody called, and nothing is enforced."""
        self.is_on, self.scale = False, 1.0
        for memory in (self.busiest, self.refused, self._calls):
            memory.clear()

    def take(self, method: str, channel: str) -> int | None:
        """Count a call; the seconds to wait when it is one too many and limits are enforced."""
        window = self._window(method)
        if window is None:
            return None
        calls = self._calls[f"{method} {channel}" if method == POST else method]
        at = time.monotonic()
        while calls and at - calls[0] >= window.seconds:
            calls.popleft()
        if self.is_on and len(calls) >= window.most:
            self.refused[method] = self.refused.get(method, 0) + 1
            return max(math.ceil(window.seconds - (at - calls[0])), 1)
        calls.append(at)
        self.busiest[method] = max(self.busiest.get(method, 0), len(calls))
        return None

    def _window(self, method: str) -> Window | None:
        """One message a second in each channel, short bursts allowed; other methods by their tier."""
        if method == POST:
            return Window(int(BURST_SECONDS), BURST_SECONDS * self.scale)
        return Window(TIERS[method], MINUTE_SECONDS * self.scale) if method in TIERS else None

    def report(self) -> dict[str, Any]:
        """The most calls in any window, beside what Slack allows."""
        methods = {
            method: {"most": most, "allowed": window.most, "refused": self.refused.get(method, 0)}
            for method, most in self.busiest.items()
            if (window := self._window(method))
        }
        return {"is_on": self.is_on, "scale": self.scale, "methods": methods}
