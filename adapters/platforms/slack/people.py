"""Who somebody is on Slack: names, and whether they belong to our workspace. Remembered for a short time only.

https://docs.slack.dev/reference/objects/user-object
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import Any

from adapters.platforms.slack.client import Call
from adapters.platforms.slack.facts import Own
from bot.errors import IntegrationError, NotFoundError
from models.message import Actor

REMEMBERED_SECONDS = 30.0
MOST_REMEMBERED = 2000
MOST_AT_ONCE = 30
LESSER = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")


class People:
    """What Slack says of people, for `REMEMBERED_SECONDS`."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}

    async def find(self, api: Call, user_id: str) -> Mapping[str, Any] | None:
        """The user of that id; None when there is none. Raises IntegrationError."""
        at, found = self._known.get(user_id, (0.0, {}))
        if found and time.monotonic() - at < REMEMBERED_SECONDS:
            return found
        try:
            answer = await api.get("users_info", user=user_id)
        except NotFoundError:
            return None
        user: Mapping[str, Any] = answer["user"]
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[user_id] = (time.monotonic(), user)
        return user

    async def names(self, api: Call, user_ids: Collection[str]) -> dict[str, str]:
        """Names by id, as far as they can be had: a name is worth no failure."""
        wanted = sorted(user_ids)[:MOST_AT_ONCE]
        found = await asyncio.gather(*(self._name(api, user_id) for user_id in wanted))
        return {user_id: name for user_id, name in zip(wanted, found, strict=True) if name}

    async def _name(self, api: Call, user_id: str) -> str:
        try:
            user = await self.find(api, user_id)
        except IntegrationError:
            return ""
        return shown_name(user) if user else ""


def shown_name(user: Mapping[str, Any]) -> str:
    """How people see them called."""
    profile = user.get("profile") or {}
    told = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((str(each) for each in told if each), "")


def actor_of(user: Mapping[str, Any]) -> Actor:
    """A user in our nouns; the address where the app may read it."""
    return Actor(
        id=str(user["id"]),
        login=str(user.get("name") or user["id"]),
        display_name=shown_name(user),
        email=(user.get("profile") or {}).get("email") or None,
        is_bot=bool(user.get("is_bot")),
    )


def is_member(user: Mapping[str, Any], own: Own) -> bool:
    """A full member of our workspace, or of the organization it belongs to: no guest, no stranger, not deactivated."""
    if any(user.get(lesser) for lesser in LESSER):
        return False
    grid = user.get("enterprise_user") or {}
    homes = {user.get("team_id"), grid.get("enterprise_id"), *(grid.get("teams") or ())}
    return bool(homes & own.homes)
