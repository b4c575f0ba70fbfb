"""Every way in which somebody on the pretend Slack asks for something, and what they see of the answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from tests.e2e.room import Room
from tests.e2e.workspace import Workspace, words

PATIENCE_SECONDS = 20.0
OTHER = "maintainer"
ACTION = "of-the-tests"


@dataclass(frozen=True)
class Told:
    """An answer as its person sees it. `thread` is what it stands below, `below` what it should; "" for nothing."""

    text: str
    is_private: bool
    thread: str
    below: str
    is_seen_by_others: bool
    found: re.Match[str]


@dataclass
class Door:
    """One of them. `room` is where the person is, `below` what the last answer should stand below."""

    room: Room
    below: str = ""
    said: str = ""  # the message that was written, where one was

    @property
    def town(self) -> Workspace:
        return self.room.town

    @property
    def place(self) -> Room:
        """Where the answer is to be read."""
        return self.room

    async def as_seen_by(self, role: str) -> list[dict[str, Any]]:
        """What the bot says here to somebody."""
        return await self.place.as_(role).bots()

    async def open(self) -> None:
        """All that is there before somebody asks."""

    async def ask(self, verb: str, text: str) -> None:
        """As it is asked here."""
        raise NotImplementedError

    async def told(self, verb: str, text: str, pattern: str) -> Told:
        """Ask, and wait for a new answer that matches."""
        before = {each["ts"] for each in await self.place.bots()}
        await self.ask(verb, text)
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE_SECONDS
        new: list[dict[str, Any]] = []
        while loop.time() < end:
            new = [each for each in await self.place.bots() if each["ts"] not in before]
            for each in new:
                if found := re.search(pattern, words(each)):
                    return await self._told(each, found)
            await asyncio.sleep(0.05)
        raise AssertionError(
            f"no answer to {text!r} like {pattern!r}; there is {[words(each) for each in new]}"
        )

    async def _told(self, shown: dict[str, Any], found: re.Match[str]) -> Told:
        room = self.place
        others = [] if room.channel == "dm" else await self.town.own(room.channel, OTHER)
        return Told(
            text=words(shown),
            is_private=shown["is_ephemeral"],
            thread=shown.get("thread_ts") or "",
            below=self.below,
            is_seen_by_others=shown["ts"] in {each["ts"] for each in others},
            found=found,
        )


class Mention(Door):
    """At the top of a channel."""

    async def ask(self, verb: str, text: str) -> None:
        self.said = self.below = await self.room.say(f"@bellhop {text}")


class Below(Door):
    """Below a person's message."""

    async def open(self) -> None:
        self.below = await self.room.begin("who can help?")

    async def ask(self, verb: str, text: str) -> None:
        self.said = await self.room.say(f"@bellhop {text}")


class Direct(Door):
    """Alone with the bot no name is needed."""

    @property
    def place(self) -> Room:
        return Room(self.town, "dm", self.room.role)

    async def ask(self, verb: str, text: str) -> None:
        self.said = self.below = await self.place.say(text)


class Edited(Door):
    """A message that is changed so that it calls the bot."""

    async def ask(self, verb: str, text: str) -> None:
        self.said = self.below = await self.room.say(text)
        await self.room.act("edit", ts=self.said, text=f"@bellhop {text}")


class Typed(Door):
    """`/bellhop`."""

    async def ask(self, verb: str, text: str) -> None:
        told = await self.place.act("command", command="/bellhop", text=text)
        assert told["seen"] is None, told


class TypedAlone(Typed):
    """`/bellhop` alone with the bot."""

    @property
    def place(self) -> Room:
        return Room(self.town, "dm", self.room.role)


class Button(Door):
    """A button that stands for the words, on a message of the app's below a person's."""

    async def open(self) -> None:
        self.below = await self.room.begin("who can help?")

    async def ask(self, verb: str, text: str) -> None:
        message = {"channel": self.room.channel, "thread_ts": self.below, "text": "press"}
        made = await call(self.town, "chat.postMessage", message | {"blocks": [button(text)]})
        told = await self.room.act("click", ts=made["ts"], action_id=ACTION)
        assert told["seen"] is None, told


class Home(Direct):
    """A button on the person's page."""

    async def ask(self, verb: str, text: str) -> None:
        person = self.town.slack["people"][self.room.role]["id"]
        self.below = ""
        view = {"type": "home", "blocks": [button(text)]}
        await call(self.town, "views.publish", {"user_id": person, "view": view})
        click = {"user": self.room.role, "home": True, "action_id": ACTION}
        told = await self.town.play("POST", "/click", **click)
        assert told["seen"] is None, told


class Dialog(Direct):
    """The shortcut's dialog, filled in."""

    async def ask(self, verb: str, text: str) -> None:
        person = self.room.role
        await self.town.play("POST", "/shortcut", user=person, callback_id="bellhop:ask")

        async def opened() -> bool | None:
            return True if (await self.town.play("GET", f"/screens/{person}"))["modals"] else None

        await self.town.until(opened, "a dialog")
        told = await self.town.play("POST", "/submit", user=person, values={"text": text})
        assert told["seen"] is None, told


class Handed(Door):
    """Somebody else's message, handed over with the shortcut in its menu."""

    async def ask(self, verb: str, text: str) -> None:
        self.below = await self.room.as_(OTHER).say(text)
        kind = verb if verb in {"fix", "ask", "new"} else "fix"
        told = await self.room.act("message_action", ts=self.below, callback_id=f"bellhop:{kind}")
        assert told["seen"] is None, told


class Reply(Door):
    """Below a card of the bot's, without calling it."""

    async def open(self) -> None:
        self.below = await self.room.begin(f"@bellhop fix the till repo={self.town.repository}")
        await self.room.reads(r"\A👀 J-\w+ fix")

    async def ask(self, verb: str, text: str) -> None:
        self.said = await self.room.say(text)


def button(value: str) -> dict[str, Any]:
    """https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
    text = {"type": "plain_text", "text": "Press"}
    element = {"type": "button", "action_id": ACTION, "text": text, "value": f"/bellhop {value}"}
    return {"type": "actions", "elements": [element]}


async def call(town: Workspace, method: str, body: dict[str, Any]) -> dict[str, Any]:
    """A method of the Web API, as the app itself calls it."""
    headers = {"Authorization": f"Bearer {town.slack['bot_token']}"}
    answer = await town.http.post(f"{town.slack['api_url']}{method}", json=body, headers=headers)
    told: dict[str, Any] = answer.json()
    assert told["ok"], told
    return told
