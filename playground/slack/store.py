"""The memory of the pretend workspace: tables with lookups, ids as Slack shapes them, and the clock."""

from __future__ import annotations

import random
import string
import time
from typing import Any

from playground.slack.records import (
    App,
    Channel,
    File,
    Grant,
    Message,
    ResponseUrl,
    Team,
    Token,
    Trigger,
    User,
    Usergroup,
    View,
)

ID_ALPHABET = string.ascii_uppercase + string.digits
SECRET_ALPHABET = string.ascii_letters + string.digits


class Clock:
    """The time, which a test may move forward; timestamps are unique and grow."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0
        self._last_microseconds = 0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.ahead_seconds

    def ts(self) -> str:
        """A message's timestamp, which is its id in the channel: seconds, a dot, six digits.

        docs.slack.dev/messaging/retrieving-messages
        """
        self._last_microseconds = max(int(self.now() * 1_000_000), self._last_microseconds + 100)
        seconds, micros = divmod(self._last_microseconds, 1_000_000)
        return f"{seconds}.{micros:06}"


class Store:
    """Everything in one workspace, by the keys that requests use."""

    app: App
    team: Team

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"slack {seed}")
        self.clock = Clock()
        self.users: dict[str, User] = {}
        self.tokens: dict[str, Token] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.uploads: dict[str, File] = {}  # by the secret in the upload URL
        self.usergroups: dict[str, Usergroup] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.grants: dict[str, Grant] = {}
        self.modals: dict[str, list[View]] = {}  # user id -> the stack, the visible one last
        self.homes: dict[str, View] = {}
        self.states: dict[str, dict[str, dict[str, Any]]] = {}  # "user:ts" -> what was chosen in a message
        self.suggested: dict[str, list[dict[str, Any]]] = {}  # "user:block:action" -> options offered last

    def next_id(self, prefix: str) -> str:
        """An id of Slack's shape: a letter for the kind, then ten letters and digits."""
        return prefix + "".join(self.random.choices(ID_ALPHABET, k=10))

    def secret(self, length: int) -> str:
        """Letters and digits nobody guesses in a demo."""
        return "".join(self.random.choices(SECRET_ALPHABET, k=length))

    def number(self) -> str:
        """Twelve or thirteen digits, as triggers and tokens carry them."""
        return str(self.random.randrange(10**11, 10**13))

    def add_user(self, user: User) -> User:
        """Take in a member."""
        user.updated = int(self.clock.now())
        self.users[user.id] = user
        return user

    def add_token(self, kind: str, user: User, scopes: tuple[str, ...]) -> Token:
        """A new credential: `xoxb-`, `xoxp-` or `xapp-`. docs.slack.dev/authentication/tokens"""
        if kind == "app":
            text = f"xapp-1-{self.app.id}-{self.number()}-{self.secret(64).lower()}"
        else:
            text = f"{'xoxb' if kind == 'bot' else 'xoxp'}-{self.number()}-{self.number()}-{self.secret(24)}"
        token = Token(text, kind, user, scopes)
        self.tokens[text] = token
        return token

    def live_token(self, kind: str) -> str:
        """The newest working credential of a kind; "" when there is none."""
        found = [token.text for token in self.tokens.values() if token.kind == kind and token.state == "live"]
        return found[-1] if found else ""

    def add_channel(self, name: str, kind: str, creator: User) -> Channel:
        """A new conversation without members; private channels have C ids too since 2021."""
        letter = "D" if kind == "im" else "C"
        channel = Channel(self.next_id(letter), name, kind, creator.id, int(self.clock.now()))
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: User) -> Channel:
        """The direct conversation of the person and the bot; made when there is none."""
        mine = (c for c in self.channels.values() if c.kind == "im" and user.id in c.members)
        found = next(mine, None)
        if found is None:
            found = self.add_channel("", "im", user)
            found.members = [user.id, self.app.bot.id]
        return found

    def find_user(self, name: str) -> User | None:
        """By id, or by username in any case."""
        named = (user for user in self.users.values() if user.name.lower() == name.lower())
        return self.users.get(name) or next(named, None)

    def find_channel(self, name: str) -> Channel | None:
        """By id, or by name with or without `#`."""
        plain = name.lstrip("#")
        named = (c for c in self.channels.values() if c.name == plain and c.name)
        return self.channels.get(name) or next(named, None)

    def find_view(self, view_id: str) -> View | None:
        """An open modal or an App Home."""
        every = [view for stack in self.modals.values() for view in stack] + list(self.homes.values())
        return next((view for view in every if view.id == view_id), None)

    def find_ephemeral(self, channel: Channel, ts: str) -> Message | None:
        """An ephemeral message that its reader still sees."""
        return next((message for message in channel.ephemerals if message.ts == ts), None)
