"""Which methods Slack wants to hear nothing of for a while. Each has a limit of its own, so the others go on.

https://docs.slack.dev/apis/web-api/rate-limits ("Rate limits are per API method per workspace"; chat.postMessage is
limited "per channel"; "Retry-After" says when the method may be called again)
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

from bot.errors import RateLimitError

WAITS = "{doing}: Slack wants no {method} for another {seconds:.0f} s"
PER_CHANNEL = frozenset({"chat_postMessage"})
MOST_KNOWN = 1000


class Limits:
    """One process's memory of it: what would be refused is not asked."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], float] = {}

    def check(self, doing: str, method: str, arguments: Mapping[str, Any]) -> None:
        """Raise RateLimitError while the method may not be called."""
        left = self._until.get(_key(method, arguments), 0.0) - monotonic()
        if left > 0:
            told = WAITS.format(doing=doing, method=method.replace("_", "."), seconds=left)
            raise RateLimitError(told, left, is_for_all=False)

    def note(self, method: str, arguments: Mapping[str, Any], seconds: float) -> None:
        """Slack said when it may be called again."""
        if len(self._until) >= MOST_KNOWN:
            self._until.clear()
        self._until[_key(method, arguments)] = monotonic() + seconds


def _key(method: str, arguments: Mapping[str, Any]) -> tuple[str, str]:
    return method, str(arguments.get("channel", "")) if method in PER_CHANNEL else ""
