"""What Slack sent elsewhere, sent to us: each delivery has its disposition, each that asks us something its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import pytest_asyncio

from adapters.platforms.slack import bodies, webhook
from models.delivery import WebhookRequest
from tests.adapters.platforms.slack.deliveries import FIXTURES, of
from tests.adapters.platforms.slack.test_golden import ROWS, recorded, request_of
from tests.e2e.room import Room, opened
from tests.e2e.story import no_loose_ends
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
Body = dict[str, Any]
#: Answered at once, and kept nowhere.
FLEETING = {"block_suggestion", "url_verification", "ssl_check"}
#: What may become of what its reader leaves to others: nobody there is known here, and few of them called us.
OPEN = {
    "message": {"ignored:not_addressed", "answered", "waiting:link", "denied:role", "duplicate"},
    "ignored:event": {"ignored:event", "answered"},  # somebody looked at the bot's page, and it was drawn
}
WORD = "ping"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """Nobody works here; the pretend Slack itself is silent, and the tests speak for it."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("recorded") / "town"
    async with Workspace(folder, BELLHOP_WORKERS="0", BELLHOP_MAX_ANSWERS_PER_HOUR="1000") as made:
        yield made


def requests() -> dict[str, WebhookRequest]:
    """Every recorded delivery, and our own fixtures, by file."""
    folder = recorded()
    theirs = {path.name: request_of(path) for path in sorted(folder.glob("*.json"))} if folder else {}
    ours = {f"own-{path.name}": own(path) for path in sorted(FIXTURES.glob("*.json"))}
    return theirs | ours


def own(path: Path) -> WebhookRequest:
    return of(json.loads(path.read_text(encoding="utf-8")))


async def test_every_delivery_has_its_disposition(town: Workspace) -> None:
    listed = await asyncio.to_thread(requests)
    keys: dict[str, str] = {}
    for name, request in listed.items():
        answer = await town.post_to_slacks_door(request.body, request.header("content-type"))
        assert answer.status_code == 200, (name, answer.text)
        envelope = webhook.envelope(request)
        if envelope.event not in FLEETING:
            keys.setdefault(envelope.key, name)
    await no_loose_ends(town)
    found = {row["key"]: row for row in town.records.rows("SELECT key, disposition FROM deliveries")}
    assert found.keys() >= keys.keys(), "dispositions = deliveries"
    wanted = {row["file"]: row["disposition"] for row in ROWS}
    told = {name: found[key]["disposition"] for key, name in keys.items() if name in wanted}
    strange = {
        name: (one, wanted[name])
        for name, one in told.items()
        if one not in OPEN.get(wanted[name], {wanted[name]})
    }
    assert strange == {}


class Neighbor:
    """Puts what was sent elsewhere in front of our bot: the same, of somebody who is here, in a place that is here."""

    def __init__(self, room: Room) -> None:
        self.room, self.town = room, room.town
        self.direct = Room(room.town, "dm", room.role)
        self.count = 0
        person = self.town.slack["people"][room.role]["id"]
        team = self.town.slack["team"]["id"]
        self.own = {"user": {"id": person, "team_id": team}, "team": {"id": team}, "person": person}

    async def moved(self, request: WebhookRequest) -> WebhookRequest | None:
        """None for what asks nobody anything."""
        self.count += 1
        event = webhook.envelope(request).event
        if event == "slash_command":
            return self._typed(request)
        body = bodies.json_of(request)
        known = json.loads(body) if isinstance(body, str | bytes) else None
        if known is None:
            return None
        if event in {"app_mention", "message"} and not _is_change(known["event"]):
            is_direct = known["event"].get("channel_type") == "im"
            return await self._said(known, self.direct if is_direct else self.room)
        return await self._clicked(known) if event == "block_actions" and known.get("user") else None

    def _typed(self, request: WebhookRequest) -> WebhookRequest:
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        place = {
            "channel_id": self.room.channel,
            "team_id": self.own["team"]["id"],
            "user_id": self.own["person"],
        }
        once = {"trigger_id": f"1.2.{self.count}", "response_url": "", "text": WORD}
        return of(form | place | once)

    async def _said(self, body: Body, room: Room) -> WebhookRequest:
        said = {"user": room.role, "channel": room.channel, "text": "before"}
        made = await self.town.play("POST", "/say", **said)
        channel, bot = made["channel"], self.town.slack["bot_user"]["id"]
        told = {"type": body["event"]["type"], "ts": made["ts"], "event_ts": made["ts"], "channel": channel}
        told |= {"user": self.own["person"], "team": self.own["team"]["id"], "text": f"<@{bot}> {WORD}"}
        kept = {
            key: value for key, value in body["event"].items() if key in {"channel_type", "client_msg_id"}
        }
        ours = {"team_id": self.own["team"]["id"], "api_app_id": self.town.slack["app_id"]}
        stale = {"authorizations", "enterprise_id", "context_team_id", "context_enterprise_id"}
        rest = {key: value for key, value in body.items() if key not in stale}
        return of(rest | ours | {"event_id": f"EvMOVED{self.count}", "event": kept | told})

    async def _clicked(self, body: Body) -> WebhookRequest:
        said = await self.town.play(
            "POST", "/say", user=self.room.role, channel=self.room.channel, text="card"
        )
        place = {"type": "message", "message_ts": said["ts"], "channel_id": self.room.channel}
        press = {
            "type": "button",
            "action_id": "a",
            "block_id": "b",
            "value": f"/bellhop {WORD}",
            "action_ts": "1.1",
        }
        own = {
            "user": self.own["user"],
            "team": self.own["team"],
            "enterprise": None,
            "view": None,
            "message": None,
        }
        here = {"channel": {"id": self.room.channel, "name": "here"}, "container": place, "actions": [press]}
        return of(body | own | here | {"trigger_id": f"3.4.{self.count}", "response_url": None})


def _is_change(event: Body) -> bool:
    """Or nothing that somebody said."""
    return bool(not event.get("ts") or event.get("subtype") or event.get("bot_id") or event.get("edited"))


@pytest_asyncio.fixture(loop_scope="module")
async def silence(town: Workspace) -> AsyncIterator[None]:
    """What people do is not told to the app."""
    await town.play("PUT", "/delivery", is_on=False)
    yield
    await town.play("PUT", "/delivery", is_on=True)


@pytest.mark.usefixtures("silence")
async def test_every_delivery_that_asks_us_something_is_answered(town: Workspace) -> None:
    neighbor = Neighbor(await opened(town, "moved"))
    wanted: list[str] = []
    for name, request in (await asyncio.to_thread(requests)).items():
        if (moved := await neighbor.moved(request)) is not None:
            answer = await town.post_to_slacks_door(moved.body, moved.header("content-type"))
            assert answer.status_code == 200, (name, answer.text)
            wanted.append(name)
    assert len(wanted) >= 6, "each door"

    async def answered() -> bool | None:
        said = [*await neighbor.room.bots(), *await neighbor.direct.bots()]
        return True if sum(words(each).startswith("pong") for each in said) == len(wanted) else None

    await town.until(answered, f"{len(wanted)} answers")
    assert (await town.play("GET", "/violations"))["violations"] == []


async def test_with_no_redis_and_nobody_at_work_somebody_answers(town: Workspace) -> None:
    await town.link()
    room = await opened(town, "bad-day")
    redis = town.redis()
    redis.suspend()
    try:
        await room.say("@bellhop help")
        await room.reads(r"cancel \[ID\]", is_private=True)
        await room.say(f"@bellhop fix the till repo={town.repository}")
        await room.reads(r"\A👀 J-\w+ fix .*queued; no worker is running")
    finally:
        redis.resume()
