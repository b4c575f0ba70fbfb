"""One Web API call as its endpoint sees it: who asks, and the arguments, however they came.

docs.slack.dev/apis/web-api (query, form and JSON bodies; a token in the header or, in forms, as an argument)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from playground.slack.failures import ApiFailure, missing_argument
from playground.slack.records import Channel, Token, User
from playground.slack.store import Store
from playground.slack.world import World

JSON_TYPE = "application/json"
SCOPE_WORDS = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
TRUE_WORDS = ("1", "true", "True")


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """Query and body together; raises `invalid_json` and `json_not_object`."""
    found: dict[str, Any] = dict(request.query)
    if request.method != "POST":
        return found
    if request.content_type == JSON_TYPE:
        return found | _parse(await request.read())
    return found | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise ApiFailure("invalid_json") from error
    if not isinstance(body, dict):
        raise ApiFailure("json_not_object")
    return body


@dataclass(frozen=True)
class Call:
    """A call with its world; an argument that is missing reads as its default."""

    world: World
    token: Token | None
    arguments: dict[str, Any]
    method: str = ""

    @property
    def store(self) -> Store:
        """The workspace's memory."""
        return self.world.store

    @property
    def actor(self) -> User:
        """Whose token it is."""
        assert self.token, "this method was let in without a token"
        return self.token.user

    def text(self, name: str, default: str = "") -> str:
        """A text; numbers count as their digits."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def needed(self, name: str) -> str:
        """A text that has to be there; raises `invalid_arguments`."""
        if not self.text(name):
            raise missing_argument(name)
        return self.text(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """True, "true" or "1"."""
        value = self.arguments.get(name)
        return default if value is None else value is True or str(value) in TRUE_WORDS

    def number(self, name: str, default: int) -> int:
        """A positive number; raises `invalid_limit` as lists do."""
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdigit()) or int(text) < 1:
            raise ApiFailure("invalid_limit")
        return int(text)

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """A list or object: as it is in JSON, as JSON text in forms; None when it is missing."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value.strip() else None
        except ValueError as failure:
            raise ApiFailure(error) from failure

    def require(self, *alternatives: str) -> None:
        """Raise `missing_scope` unless the token has one of the scopes."""
        provided = self.token.scopes if self.token else ()
        if not set(alternatives) & set(provided):
            raise ApiFailure("missing_scope", needed=",".join(alternatives), provided=",".join(provided))

    def sees(self, channel: Channel) -> bool:
        """Whether the actor may know of the conversation."""
        return channel.kind == "public" or self.actor.id in channel.members

    def channel(self, right: str = "read") -> Channel:
        """The `channel` argument, an id; raises `channel_not_found` or `missing_scope`."""
        found = self.store.channels.get(self.needed("channel"))
        if found is None or not self.sees(found):
            raise ApiFailure("channel_not_found")
        self.require(f"{SCOPE_WORDS[found.kind]}:{right}")
        return found

    def joined_channel(self, right: str = "history") -> Channel:
        """The `channel` argument; raises also `not_in_channel`."""
        found = self.channel(right)
        if self.actor.id not in found.members:
            raise ApiFailure("not_in_channel")
        return found

    def person(self, name: str = "user") -> User:
        """The member an argument names; raises `user_not_found`."""
        found = self.store.users.get(self.needed(name))
        if found is None:
            raise ApiFailure("user_not_found")
        return found
