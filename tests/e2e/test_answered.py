"""No addressed message goes unanswered, and no delivery is without its disposition: with all well, and on bad days.

What people sent to other projects' bots is sent to ours, as it is and addressed; on the bad days no worker runs, Redis
stands still, or the agent was given nothing to work with. How quick an answer is, `benchmarks` measures.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.platforms.github.deliveries import FIXTURES
from tests.adapters.platforms.github.test_golden import recorded
from tests.e2e.stage import put
from tests.e2e.story import no_loose_ends
from tests.e2e.test_golden import OWN
from tests.e2e.town import Town
from tests.services import require_service

WORD = "/bellhop ping"
Body = dict[str, Any]
# What carries the words, by event: the key of the object, and where its number is.
DOORS = {
    "issue_comment.created": ("comment", "issue"),
    "issues.opened": ("issue", "issue"),
    "pull_request.opened": ("pull_request", "pull_request"),
    "pull_request_review.submitted": ("review", "pull_request"),
    "pull_request_review_comment.created": ("comment", "pull_request"),
}
DAYS: dict[str, dict[str, str]] = {
    "all is well": {},
    "no worker": {"BELLHOP_WORKERS": "0"},
    "no Redis": {},
    "no agent": {"BELLHOP_AGENT_SCRIPTS": "/nowhere"},
}
# All that was recorded at once, on a machine that may be slow; each alone takes a moment.
PATIENCE_SECONDS = 60.0
# What somebody reads who asks for work on such a day.
TOLD = {
    "all is well": "✅",
    "no worker": "no worker is running",
    "no Redis": "👀 J-.* queued",
    "no agent": "(✅|❌) J-",
}


@asynccontextmanager
async def on_a(day: str, folder: Path) -> AsyncIterator[Town]:
    """A town on such a day."""
    require_service("redis")
    async with Town(folder, **DAYS[day]) as town:
        redis = town.redis()
        if day == "no Redis":
            redis.suspend()
        try:
            yield town
        finally:
            redis.resume()


def sources() -> list[tuple[str, str, Body]]:
    """File, event and body of every recorded delivery and of our own fixtures."""
    folder = recorded()
    files = sorted(folder.glob("*.json")) if folder else []
    theirs = [(path.name, json.loads(path.read_text())) for path in files]
    ours = [
        (f"{name}.json", event, json.loads((FIXTURES / f"{name}.json").read_text())) for name, event, _ in OWN
    ]
    return [(name, each["event"], each["body"]) for name, each in theirs] + ours


def door_of(event: str, body: Body) -> tuple[str, str] | None:
    if (body.get("changes") or {}).get("old_issue"):
        return None  # moved here: it was said elsewhere
    return DOORS.get(f"{event}.{body.get('action')}")


async def pull(town: Town) -> int:
    """A person's own pull request."""
    await town.request("POST", "git/refs", {"ref": "refs/heads/mine", "sha": await tip(town)}, role="admin")
    await put(town, "mine.txt", "one\ntwo\n", branch="mine")
    made = await town.request("POST", "pulls", {"title": "Mine", "head": "mine", "base": "main", "body": ""})
    return int(made["number"])


async def tip(town: Town) -> str:
    return str((await town.request("GET", "git/ref/heads/main"))["object"]["sha"])


class Neighbor:
    """Puts what was sent elsewhere in front of our bot: the same, of somebody who is here, about what is here."""

    def __init__(self, town: Town, number: int) -> None:
        self.town = town
        self.pull = number
        self.answers_wanted: dict[tuple[str, int], int] = {}

    async def moved(self, event: str, body: Body) -> Body:
        """`body`, addressed to us."""
        carrier, place = door_of(event, body) or ("", "")
        number, real = await self._made(event)
        person = self.town.people["writer"]
        body = json.loads(json.dumps(body))
        owner, _, name = self.town.repository.partition("/")
        body["repository"] |= {"full_name": self.town.repository, "name": name}
        body["repository"]["owner"] = (body["repository"].get("owner") or {}) | {"login": owner}
        who = {"login": person["login"], "id": person["id"], "type": "User"}
        body["sender"] = (body.get("sender") or {}) | who
        body[place]["number"] = number
        body[carrier]["body"] = WORD
        body[carrier]["user"] = (body[carrier].get("user") or {}) | who
        body[carrier].pop("performed_via_github_app", None)
        if real:
            body[carrier]["id"] = real
        if event == "pull_request_review_comment":
            body[carrier].pop("in_reply_to_id", None)
        return body

    async def _made(self, event: str) -> tuple[int, int]:
        """Number and id of a like object of ours. Each issue is asked about once, the pull request many times."""
        town = self.town
        if event in {"issue_comment", "issues"}:
            number = await town.open_issue("A neighbor's")
            self._wants("issue", number)
            return number, (await town.say(number, "before"))["id"] if event == "issue_comment" else 0
        if event == "pull_request_review_comment":
            comment = {"path": "mine.txt", "position": 1, "body": "before", "commit_id": await self._head()}
            self._wants("inline", self.pull)
            return self.pull, (await town.request("POST", f"pulls/{self.pull}/comments", comment))["id"]
        if event == "pull_request_review":
            self._wants("issue", self.pull)
            review = {"event": "COMMENT", "body": "before"}
            return self.pull, (await town.request("POST", f"pulls/{self.pull}/reviews", review))["id"]
        self._wants("issue", number := await self._another())
        return number, 0

    def _wants(self, kind: str, number: int) -> None:
        self.answers_wanted[kind, number] = self.answers_wanted.get((kind, number), 0) + 1

    async def _another(self) -> int:
        """A pull request to be opened with words of its own: by its number it is an issue too."""
        return await self.town.open_issue("A neighbor's pull request")

    async def _head(self) -> str:
        return str((await self.town.request("GET", f"pulls/{self.pull}"))["head"]["sha"])

    async def answers(self) -> dict[tuple[str, int], int]:
        """How many there are, where they are wanted."""
        looks: dict[str, Callable[[int], Any]] = {
            "issue": self.town.answers,
            "inline": self.town.inline_answers,
        }
        return {(kind, number): len(await looks[kind](number)) for kind, number in self.answers_wanted}


async def silently(town: Town, is_on: bool) -> None:
    """Whether the playground tells us of what people do."""
    await town.control("POST", "/webhooks/idle")
    await town.control("PUT", "/webhooks", {"is_on": is_on})


async def post(town: Town, key: str, event: str, body: Body) -> None:
    answer = await town.deliver(json.dumps(body).encode(), event, key)
    assert answer.status_code in {200, 202}, (key, answer.text)


@pytest.mark.parametrize("day", [pytest.param(day, marks=pytest.mark.slow) for day in DAYS])
async def test_every_delivery_has_its_disposition_and_every_addressed_one_an_answer(
    day: str, tmp_path: Path
) -> None:
    listed = await asyncio.to_thread(sources)
    async with on_a(day, tmp_path / "town") as town:
        await silently(town, False)
        neighbor = Neighbor(town, await pull(town))
        # Our own fixtures name what is here, and are addressed as they are; `test_golden` says what becomes of them.
        unchanged = [each for each in listed if recorded() and (recorded() / each[0]).exists()]
        addressed = [(f"to-us-{file}", event, await neighbor.moved(event, body))
                     for file, event, body in listed if door_of(event, body)]  # fmt: skip
        assert len(addressed) >= len(DOORS)
        for each in (*unchanged, *addressed):
            await post(town, *each)

        async def answered() -> bool | None:
            return True if await neighbor.answers() == neighbor.answers_wanted else None

        await town.until(answered, f"{neighbor.answers_wanted}", seconds=PATIENCE_SECONDS)
        found = town.records.rows("SELECT key, disposition FROM deliveries")
        assert len(found) == len(unchanged) + len(addressed), "dispositions = deliveries"
        assert all(row["disposition"] for row in found)
        ours = {row["key"]: row["disposition"] for row in found if row["key"].startswith("to-us-")}
        assert ours == {key: "answered" for key, _, _ in addressed}
        await silently(town, True)
        await town.say(1, "@bellhop fix this please")
        await town.answer(1, TOLD[day])
    assert sum(neighbor.answers_wanted.values()) == len(addressed)


async def test_silence_is_seen(town: Town) -> None:
    """The check above can fail: whom nobody may answer is waited for in vain."""
    neighbor = Neighbor(town, await pull(town))
    await neighbor.moved("issues", {"action": "opened", "issue": {}, "repository": {}})
    assert await neighbor.answers() != neighbor.answers_wanted
    await no_loose_ends(town)
