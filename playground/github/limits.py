"""Primary rate limits: so many requests an hour for each person, and the headers that tell.

docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import time
from dataclasses import dataclass

from aiohttp import web

from playground.github.failures import primary_limit
from playground.github.records import User
from playground.github.world import ACTOR, WORLD, Handler

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


@web.middleware
async def count_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count each REST request, refuse beyond the limit, and tell in headers; 304 and `/rate_limit` are free."""
    if not request.path.startswith("/api/v3"):
        return await handler(request)
    actor = request.get(ACTOR)
    window = request.app[WORLD].limits.window(actor)
    if not window.remaining and not request.path.endswith("/rate_limit"):
        raise primary_limit(actor, window.reset_at)
    window.used += 0 if request.path.endswith("/rate_limit") else 1
    response: web.StreamResponse = await handler(request)
    window.used -= 1 if response.status == 304 else 0
    return response


def headers(window: Window) -> dict[str, str]:
    """The window as response headers."""
    named = {f"x-ratelimit-{key}": str(value) for key, value in window.rate().items()}
    return named | {"x-ratelimit-resource": "core"}
