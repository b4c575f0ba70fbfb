"""A channel of a test's own in the pretend Slack, as one of its people uses it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.e2e.workspace import Workspace, words

INSIDERS = ("admin", "maintainer", "writer", "triager", "reader", "guest", "grid")
Shown = dict[str, Any]


@dataclass
class Room:
    """`channel` is its id, or "dm": the person's conversation with the bot. `root` is the thread; "" for none."""

    town: Workspace
    channel: str
    role: str = "writer"
    root: str = ""

    async def say(self, text: str, **more: Any) -> str:
        """In the thread, else in the channel; its timestamp."""
        thread = {"thread_ts": self.root} if self.root else {}
        return await self.town.tell(text, channel=self.channel, user=self.role, **thread | more)

    async def begin(self, text: str, **more: Any) -> str:
        """What is said begins the thread in which all else is said."""
        self.root = await self.town.tell(text, channel=self.channel, user=self.role, **more)
        return self.root

    def as_(self, role: str) -> Room:
        """The same place, somebody else."""
        return Room(self.town, self.channel, role, self.root)

    async def bots(self, *, is_private: bool | None = None) -> list[Shown]:
        """What the bot says here, to everybody or to this person alone (None: both), oldest first."""
        found = await self.town.own(self.channel, self.role)
        return [each for each in found if is_private in {None, each["is_ephemeral"]}]

    async def reads(self, pattern: str, *, is_private: bool | None = None) -> tuple[Shown, re.Match[str]]:
        """Wait for words of the bot that match."""

        async def look() -> tuple[Shown, re.Match[str]] | None:
            for each in reversed(await self.bots(is_private=is_private)):
                if found := re.search(pattern, words(each)):
                    return each, found
            return None

        try:
            return await self.town.until(look, f"the bot to say {pattern!r}")
        except AssertionError:
            told = [words(each) for each in await self.bots()]
            raise AssertionError(f"the bot did not say {pattern!r}; it said {told}") from None

    async def press(self, shown: Shown, label: str, **more: Any) -> Shown:
        """Click a button of a message; what came of it."""
        [name] = [each["action_id"] for each in shown["controls"] if _label(each) == label]
        return await self.act("click", ts=shown["ts"], action_id=name, **more)

    async def choose(self, shown: Shown, repository: str, *, is_ticked: bool = False) -> Shown:
        """Type ahead in a question's menu, and choose."""
        if is_ticked:
            [tick] = [each for each in shown["controls"] if each["type"] == "checkboxes"]
            values = [each["value"] for each in tick["options"]]
            await self.act("click", ts=shown["ts"], action_id=tick["action_id"], value=values)
        menu = {"ts": shown["ts"], "action_id": menu_of(shown)}

        async def offered() -> bool | None:
            return True if repository in await self.offered(shown, repository) else None

        await self.town.until(offered, f"{repository} to be offered")
        return await self.act("click", **menu, value=repository)

    async def offered(self, shown: Shown, typed: str = "") -> list[str]:
        """What a question offers while somebody types."""
        told = await self.act("suggest", ts=shown["ts"], action_id=menu_of(shown), text=typed)
        return [each["value"] for each in told["options"]]

    async def act(self, what: str, **data: Any) -> Shown:
        """Something done by the person here."""
        place = {"user": self.role, "channel": self.channel}
        found: Shown = await self.town.play("POST", f"/{what}", **place | data)
        return found


async def opened(town: Workspace, name: str, role: str = "writer") -> Room:
    """A new public channel with everybody of the workspace, and the bot."""
    members = [*INSIDERS, "bot"]
    made = await town.play("POST", "/channels", name=name, kind="public", members=members)
    return Room(town, str(made["id"]), role)


def menu_of(shown: Shown) -> str:
    """The name of a question's menu."""
    [name] = [each["action_id"] for each in shown["controls"] if each["type"] == "external_select"]
    return str(name)


def labels(shown: Shown) -> list[str]:
    """The buttons below a message."""
    return [label for each in shown["controls"] if (label := _label(each))]


def _label(control: Shown) -> str:
    return str(control["text"]["text"]) if control["type"] == "button" else ""


async def echo(town: Workspace, room: Room, number: int, message: dict[str, Any]) -> None:
    """An event as Slack sends it."""
    event = {
        "type": "message",
        "channel": room.channel,
        "channel_type": "channel",
        "ts": f"1700000000.{number:06}",
    }
    body = {
        "type": "event_callback", "team_id": town.slack["team"]["id"], "api_app_id": town.slack["app_id"],
        "event_id": f"EvECHO{number}", "event_time": 1700000000, "event": event | message,
    }  # fmt: skip
    answer = await town.post_to_slacks_door(json.dumps(body).encode())
    assert answer.status_code == 200, answer.text
