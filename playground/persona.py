"""One person of the play, at home on both platforms: what they do there, and what they wait to see. Over HTTP only."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

PATIENCE_SECONDS = 45.0
POLL_SECONDS = 0.2
Shown = dict[str, Any]
T = TypeVar("T")


class Scene(Exception):
    """Something did not happen; the text says what was waited for."""


async def wait_for(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look until there is something, or say what never came."""
    for _ in range(int(PATIENCE_SECONDS / POLL_SECONDS)):
        if (found := await look()) is not None:
            return found
        await asyncio.sleep(POLL_SECONDS)
    raise Scene(f"waited {PATIENCE_SECONDS:.0f} s for {what}")


class OnGithub:
    """The pretend GitHub as the person sees it: the play's first repository."""

    def __init__(self, told: Mapping[str, Any], role: str) -> None:
        people = json.loads(Path(told["tokens_file"]).read_text())
        self.repository = str(told["repositories"][0])
        self.bot = str(people["bot"]["login"])
        self.login = str(people[role]["login"])
        headers = {"Authorization": f"Bearer {people[role]['token']}"}
        self.http = httpx.AsyncClient(headers=headers, timeout=10, trust_env=False)
        self._root = f"{told['api_url']}/repos/{self.repository}"
        self._conversations = f"{told['control_url']}/conversations/{self.repository}"

    async def get(self, rest: str, **headers: str) -> httpx.Response:
        """One GET below the repository; an error ends the scene."""
        response = await self.http.get(f"{self._root}/{rest}", headers=headers)
        response.raise_for_status()
        return response

    async def post(self, rest: str, body: Mapping[str, Any]) -> Any:
        """One POST below the repository; an error ends the scene."""
        response = await self.http.post(f"{self._root}/{rest}", json=body)
        response.raise_for_status()
        return response.json()

    async def comment(self, pattern: str, path: str) -> re.Match[str]:
        """Wait until a comment of the bot matches, in the list at `path`."""

        async def look() -> re.Match[str] | None:
            comments = (await self.get(f"{path}/comments?per_page=100")).json()
            bodies = [each["body"] for each in comments if each["user"]["login"] == self.bot]
            return next((match for body in bodies if (match := re.search(pattern, body))), None)

        return await wait_for(look, f"a comment of @{self.bot} on {path} that matches {pattern!r}")

    async def conversation(self, number: int) -> str:
        """An issue or pull request as people read it."""
        response = await self.http.get(f"{self._conversations}/{number}")
        response.raise_for_status()
        return re.sub(r"<!--.*?-->", "", response.text)


class OnSlack:
    """The pretend Slack as the person sees it: the channel where the bot is a member."""

    CHANNEL = "team"

    def __init__(self, slack: Mapping[str, Any], role: str) -> None:
        self.role = role
        self.bot = str(slack["bot_user"]["name"])
        self.http = httpx.AsyncClient(timeout=10, trust_env=False)
        self._door = str(slack["control_url"])

    async def do(self, what: str, **body: Any) -> Any:
        """Say, click, type ahead; an error, and an app that does not answer, end the scene."""
        place = {"user": self.role, "channel": self.CHANNEL}
        response = await self.http.post(f"{self._door}/{what}", json=place | body)
        response.raise_for_status()
        told = response.json()
        if told.get("seen"):
            raise Scene(f"Slack showed after {what}: {told['seen']}")
        return told

    async def sees(
        self, pattern: str, thread: str = "", *, is_private: bool = False
    ) -> tuple[Shown, re.Match[str]]:
        """Wait until a message of the bot reads like that: below the message `thread`, or for this person alone."""

        async def look() -> tuple[Shown, re.Match[str]] | None:
            for shown in reversed(await self._screen()):
                is_there = shown["name"] == self.bot and shown["is_ephemeral"] is is_private
                if not is_there or (thread and shown.get("thread_ts") != thread):
                    continue
                if match := re.search(pattern, shown["reads"]):
                    return shown, match
            return None

        return await wait_for(look, f"a message of @{self.bot} in Slack that matches {pattern!r}")

    async def press(self, shown: Shown, label: str) -> None:
        """Click the message's button of that name."""
        for control in shown["controls"]:
            if control["type"] == "button" and control["text"]["text"] == label:
                await self.do("click", ts=shown["ts"], action_id=control["action_id"])
                return
        raise Scene(f"there is no button {label} below {shown['reads']!r}")

    async def choose(self, shown: Shown, wanted: str, *, is_ticked: bool = False) -> None:
        """Type ahead in the message's menu and take what was offered; first tick the box beside it."""
        controls = {control["type"]: control["action_id"] for control in shown["controls"]}
        menu = {"ts": shown["ts"], "action_id": controls["external_select"]}
        if is_ticked:
            [option] = [each for each in shown["controls"] if each["type"] == "checkboxes"]
            values = [each["value"] for each in option["options"]]
            await self.do("click", ts=shown["ts"], action_id=option["action_id"], value=values)

        async def offered() -> bool | None:
            told = await self.do("suggest", **menu, text=wanted.rpartition("/")[2][:4])
            return True if wanted in [each["value"] for each in told["options"]] else None

        await wait_for(offered, f"{wanted} to be offered in Slack")
        await self.do("click", **menu, value=wanted)

    async def _screen(self) -> list[Shown]:
        response = await self.http.get(f"{self._door}/screens/{self.role}/{self.CHANNEL}")
        response.raise_for_status()
        shown: list[Shown] = response.json()
        return shown

    async def conversation(self) -> str:
        """The channel as the person reads it."""
        url = f"{self._door}/transcripts/{self.CHANNEL}"
        response = await self.http.get(url, params={"user": self.role})
        response.raise_for_status()
        return response.text
