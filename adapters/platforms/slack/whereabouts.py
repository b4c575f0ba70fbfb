"""What a channel is called and who can read it, asked of Slack; remembered for a short time only.

https://docs.slack.dev/reference/methods/conversations.info
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from adapters.platforms.slack.client import Call
from adapters.platforms.slack.conversation import Rooms
from bot.errors import AuthenticationError, NotFoundError
from models.message import Thread

REMEMBERED_SECONDS = 30.0
MOST_REMEMBERED = 2000


class Whereabouts:
    """What Slack says of channels, for `REMEMBERED_SECONDS`."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}

    async def of(self, api: Call, rooms: Rooms, thread: Thread) -> Thread:
        """As `ask`, but not asked again so soon. Raises IntegrationError."""
        at, found = self._known.get(thread.channel, (0.0, {}))
        if found and time.monotonic() - at < REMEMBERED_SECONDS:
            return thread.model_copy(update=found)
        told = await _fetch(api, rooms, thread)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        if told:
            self._known[thread.channel] = (time.monotonic(), told)
        return thread.model_copy(update=told)


async def ask(api: Call, rooms: Rooms, thread: Thread) -> Thread:
    """The thread with its channel's name, and who can read it: events tell little of it, a typed command a name alone.

    As it was where Slack tells us nothing of the channel. Raises IntegrationError.
    """
    return thread.model_copy(update=await _fetch(api, rooms, thread))


async def _fetch(api: Call, rooms: Rooms, thread: Thread) -> Mapping[str, Any]:
    if not thread.channel:
        return {}
    try:
        found = await api.get("conversations_info", channel=await rooms.of(api, thread.channel))
    except (NotFoundError, AuthenticationError):
        return {}
    channel = found["channel"]
    return {
        "channel_name": "" if channel.get("is_im") else str(channel.get("name") or ""),
        "is_private": any(channel.get(name) for name in ("is_private", "is_im", "is_mpim")),
        "is_external": any(channel.get(name) for name in ("is_ext_shared", "is_pending_ext_shared")),
    }
