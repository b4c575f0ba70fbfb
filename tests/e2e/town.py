"""An installation and the people around it: what they say and see, and what can be made to go wrong."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from typing import Any

import httpx
import yaml

from tests.e2e.installation import APP, PATIENCE_SECONDS, ROOT, SECRET, Installation

__all__ = ["APP", "PATIENCE_SECONDS", "ROOT", "SECRET", "Town"]


class Town(Installation):
    """Start it with `async with`. The playground outlives restarts of the app."""

    @property
    def repository(self) -> str:
        """The first planted repository."""
        return str(self.told["repositories"][0])

    @property
    def bot(self) -> str:
        """The bot's login."""
        return str(self.people["bot"]["login"])

    async def request(
        self, method: str, path: str, body: Any = None, *, role: str = "writer", **headers: str
    ) -> Any:
        """A REST call about the repository, as one of its people."""
        url = f"{self.told['api_url']}/repos/{self.repository}/{path}"
        token = self.people[role]["token"]
        given = {"Authorization": f"Bearer {token}", **headers}
        answer = await self.http.request(method, url, json=body, headers=given)
        answer.raise_for_status()
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    async def say(self, number: int, text: str, *, role: str = "writer") -> dict[str, Any]:
        """A comment on an issue or pull request."""
        comment: dict[str, Any] = await self.request(
            "POST", f"issues/{number}/comments", {"body": text}, role=role
        )
        return comment

    async def open_issue(self, title: str, body: str = "") -> int:
        """A new issue's number."""
        made = await self.request("POST", "issues", {"title": title, "body": body})
        return int(made["number"])

    async def answers(self, number: int) -> list[str]:
        """What the bot's comments say there now."""
        comments = await self.request("GET", f"issues/{number}/comments?per_page=100")
        return [each["body"] for each in comments if each["user"]["login"] == self.bot]

    async def inline_answers(self, number: int) -> list[str]:
        """What the bot says in a pull request's inline threads."""
        comments = await self.request("GET", f"pulls/{number}/comments?per_page=100")
        return [each["body"] for each in comments if each["user"]["login"] == self.bot]

    async def answer(self, number: int, pattern: str, seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
        """Wait for a comment of the bot that matches."""

        async def look() -> re.Match[str] | None:
            found = [match for body in await self.answers(number) if (match := re.search(pattern, body))]
            return found[-1] if found else None

        return await self.until(look, f"an answer on #{number} like {pattern!r}", seconds)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """The playground's control door."""
        answer = await self.http.request(method, f"{self.told['control_url']}{path}", json=body)
        answer.raise_for_status()
        is_json = answer.content and "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json else answer.text

    async def fault(self, kind: str, method: str, path: str, **more: Any) -> None:
        """The next requests that match go wrong."""
        await self.control("POST", "/faults", {"kind": kind, "method": method, "path": path} | more)

    async def met_fault(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until every fault was met."""

        async def look() -> bool | None:
            return None if await self.control("GET", "/faults") else True

        await self.until(look, "the fault to be met", seconds)

    async def seen(self, method: str, path: str) -> list[dict[str, Any]]:
        """Requests the playground got so far, by `method` ("*": any) and pattern of the path."""
        method = "" if method == "*" else f"&method={method}"
        listed = await self.control("GET", f"/log?direction=in{method}")
        return [each for each in listed if re.search(path, each["path"])]

    def script(self, name: str, match: str, *steps: dict[str, Any]) -> None:
        """What the scripted agent does when its prompt matches; asked before every script that came with the seed."""
        text = yaml.safe_dump({"match": match, "steps": list(steps)}, sort_keys=False)
        (self.scripts / f"-{name}.yaml").write_text(text)

    def mending(self) -> list[dict[str, Any]]:
        """What a good agent does about issue 1; with it the checks pass."""
        script = yaml.safe_load((self.scripts / "0-bug.yaml").read_text())
        steps: list[dict[str, Any]] = script["parts"][0]["steps"]
        return steps

    async def deliveries(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = await self.tool("deliveries", "list", "--json", "--limit", "500")
        return found

    async def jobs(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = await self.tool("jobs", "list", "--json", "--limit", "500")
        return found

    async def deliver(self, body: bytes, event: str, key: str = "", **headers: str) -> httpx.Response:
        """A webhook, signed, as GitHub sends it."""
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": key or str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        url = f"{self.url}/webhooks/github"
        return await self.http.post(url, content=body, headers=given | headers)

    async def settled(self, jobs: int = 1, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until there are so many jobs, all have ended, and all that is to be said is said."""

        async def look() -> bool | None:
            return True if self.records.is_quiet(jobs) else None

        await self.until(look, f"{jobs} job(s) to end and be told; there is\n{self.records.jobs()}", seconds)
