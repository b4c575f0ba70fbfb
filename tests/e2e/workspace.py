"""A town whose people talk on the pretend Slack too: what they say, see and click there, and what goes wrong there."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.town import PATIENCE_SECONDS, Town

SLACK_SECRET = "a signing secret of the tests"
FORM = "application/x-www-form-urlencoded"


class Workspace(Town):
    """Start it with `async with`. `is_socket_mode`: the app has no address and dials in."""

    def __init__(self, folder: Path, *, is_socket_mode: bool = False, seed: int = 1, **settings: str) -> None:
        super().__init__(folder, seed=seed, **settings)
        self.is_socket_mode = is_socket_mode
        secret = folder / "slack-secret"
        folder.mkdir(parents=True, exist_ok=True)
        secret.write_text(SLACK_SECRET)
        address = ("--slack-socket-mode",) if is_socket_mode else ("--slack-events-url", self.slack_url)
        self.stage = ("--slack-signing-secret-file", str(secret), *address)

    @property
    def slack_url(self) -> str:
        """Where the app takes what Slack sends."""
        return f"{self.url}/webhooks/slack"

    @property
    def slack(self) -> dict[str, Any]:
        """What the pretend Slack says of itself."""
        found: dict[str, Any] = self.told["slack"]
        return found

    def environment(self) -> dict[str, str]:
        """With the settings that lead to Slack."""
        own = {
            "SLACK_API_URL": self.slack["api_url"],
            "SLACK_BOT_TOKEN": self.slack["bot_token"],
            "SLACK_SIGNING_SECRET": SLACK_SECRET,
        }
        if self.is_socket_mode:
            own["SLACK_APP_TOKEN"] = self.slack["app_token"]
        return super().environment() | own | self.settings

    async def play(self, method: str, path: str, /, **data: Any) -> Any:
        """The control door of the pretend Slack."""
        answer = await self.http.request(method, f"{self.slack['control_url']}{path}", json=data or None)
        assert answer.status_code < 300, answer.text
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    async def tell(self, text: str, *, channel: str = "team", user: str = "writer", **more: Any) -> str:
        """Somebody says something; its timestamp."""
        said = await self.play("POST", "/say", user=user, channel=channel, text=text, **more)
        return str(said["ts"])

    async def type(self, text: str, *, channel: str = "team", user: str = "writer") -> dict[str, Any]:
        """`/bellhop TEXT`."""
        found: dict[str, Any] = await self.play(
            "POST", "/command", user=user, channel=channel, command="/bellhop", text=text
        )
        return found

    async def screen(self, channel: str = "team", user: str = "writer") -> list[dict[str, Any]]:
        """What somebody sees in a channel, their ephemerals included; "dm" is theirs with the bot."""
        found: list[dict[str, Any]] = await self.play("GET", f"/screens/{user}/{channel}")
        return found

    async def own(self, channel: str = "team", user: str = "writer") -> list[dict[str, Any]]:
        """What the bot said there, oldest first."""
        bot = self.slack["bot_user"]["id"]
        return [each for each in await self.screen(channel, user) if each.get("user") == bot]

    async def reads(
        self, pattern: str, *, channel: str = "team", user: str = "writer", seconds: float = PATIENCE_SECONDS
    ) -> dict[str, Any]:
        """Wait until somebody reads words of the bot that match; that message."""

        async def look() -> dict[str, Any] | None:
            found = [each for each in await self.own(channel, user) if re.search(pattern, words(each))]
            return found[-1] if found else None

        return await self.until(look, f"the bot to say {pattern!r} in {channel}", seconds)

    async def slip(self, kind: str, method: str, /, **more: Any) -> None:
        """The next calls of a method of the Web API (a pattern) go wrong."""
        await self.play("POST", "/faults", kind=kind, path=method, **more)

    async def slipped(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until every fault was met."""

        async def look() -> bool | None:
            return None if await self.play("GET", "/faults") else True

        await self.until(look, "Slack's faults to be met", seconds)

    async def called(self, method: str) -> list[dict[str, Any]]:
        """What the app sent to a method of the Web API, oldest first."""
        log = await self.play("GET", f"/log?direction=in&path=/api/{method}")
        return [each["body"] for each in log]

    async def attempts(self, name: str = "") -> list[dict[str, Any]]:
        """Every try of Slack to hand something over."""
        found: list[dict[str, Any]] = await self.play("GET", "/attempts" + (f"?name={name}" if name else ""))
        return found

    async def link(self, user: str = "writer") -> None:
        """Somebody's account of the forge becomes theirs on Slack too."""
        code = await self._code(await self.tell("link", channel="dm", user=user), user)
        number = await self.open_issue("Who I am")
        await self.say(number, f"/bellhop link {code}", role=user)
        await self.answer(number, "Linked")

    async def _code(self, said: str, user: str) -> str:
        """The code that is told after what was said; not one of before."""

        async def look() -> str | None:
            told = [words(each) for each in await self.own("dm", user) if each["ts"] > said]
            return next(iter(re.findall(r"link ([A-Z0-9-]{6,})", "\n".join(told))), None)

        return await self.until(look, "a code to link with")

    async def post_to_slacks_door(
        self, body: bytes, kind: str = "application/json", **headers: str | bytes
    ) -> httpx.Response:
        """A request as Slack signs it; `headers` replace its own ("x_slack_signature")."""
        stamp = str(int(time.time()))
        given: dict[str, str | bytes] = {"content-type": kind, "x-slack-request-timestamp": stamp}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        signed = given["x-slack-request-timestamp"]
        given.setdefault("x-slack-signature", signature(body, signed))
        raw = [(name.encode(), _bytes(value)) for name, value in given.items()]
        return await self.http.post(self.slack_url, content=body, headers=raw)


def signature(body: bytes, stamp: str | bytes, secret: str = SLACK_SECRET) -> str:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    base = b"v0:" + _bytes(stamp) + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def words(message: dict[str, Any]) -> str:
    """All that a person reads in a message."""
    return str(message.get("reads") or message.get("text") or "")


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
