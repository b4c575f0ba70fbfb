"""Primary rate limits: so many requests an hour for each person, and the headers that tell.

docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import time
from dataclasses import dataclass

from playground.github.records import User

WINDOW_SECONDS = 3600
ANONYMOUS_LIMIT = 60


@dataclass
class Window:
    """One person's current hour."""

    limit: int
    reset_at: int
    used: int = 0

    @property
    def remaining(self) -> int:
        """How many requests are left, never below zero."""
        return max(self.limit - self.used, 0)

    def rate(self) -> dict[str, int]:
        """The `rate` object of `GET /rate_limit`."""
        return {"limit": self.limit, "used": self.used, "remaining": self.remaining, "reset": self.reset_at}


class Limits:
    """A window a person; anonymous requests share one."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._windows: dict[int, Window] = {}

    def window(self, user: User | None) -> Window:
        """The person's window, a fresh one when the hour is over."""
        key, epoch = (user.id if user else 0), int(time.time())
        window = self._windows.get(key)
        if window is None or window.reset_at <= epoch:
            limit = self.limit if user else min(ANONYMOUS_LIMIT, self.limit)
            window = self._windows[key] = Window(limit, epoch + WINDOW_SECONDS)
        return window

    def clear(self) -> None:
        """Everybody starts a fresh hour."""
        self._windows.clear()

    def exhaust(self, user: User | None, reset_seconds: int) -> Window:
        """Use up the window, which then ends in so many seconds."""
        window = self.window(user)
        window.used, window.reset_at = window.limit, int(time.time()) + reset_seconds
        return window


def headers(window: Window) -> dict[str, str]:
    """The window as response headers."""
    named = {f"x-ratelimit-{key}": str(value) for key, value in window.rate().items()}
    return named | {"x-ratelimit-resource": "core"}
