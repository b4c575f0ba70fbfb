"""Socket Mode against the pretend Slack: what is acknowledged is kept, and connections that end are replaced."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.platforms.slack import sockets
from adapters.platforms.slack.platform import Slack
from adapters.platforms.slack.sockets import CONNECTIONS, Sockets
from bot import loops
from bot.errors import AuthenticationError, IntegrationError, NetworkError, StorageUnavailable
from bot.loops import Loop
from bot.platform import Answer
from models.delivery import WebhookRequest
from models.message import IncomingMessage
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent, settings_of
from tests.adapters.platforms.slack.deliveries import delivery
from tests.playground.slack.conftest import Door, Listener

NOWHERE = "ws://127.0.0.1:9/?ticket=s3"


class Inbox:
    """Keeps and answers as the inbox does what came over a connection of ours."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.kept: list[WebhookRequest] = []
        self.reports: list[BaseException] = []
        self.is_down = False
        self.may_keep = asyncio.Event()
        self.may_keep.set()

    async def take(self, request: WebhookRequest, request_id: str) -> Answer:
        assert request_id
        envelope = self.slack.envelope(request)
        await self.may_keep.wait()
        if self.is_down:
            raise StorageUnavailable("keeping it: no database")
        if self.slack.suggestion(request) is not None:
            return self.slack.offer([])
        self.kept.append(request)
        return self.slack.handshake(request, envelope) or Answer()

    def read(self, at: int = -1) -> IncomingMessage:
        found = self.slack.normalize(delivery(self.kept[at]))
        assert isinstance(found, IncomingMessage)
        return found


def dialing(playground: SlackPlayground, token: str = "") -> Slack:
    given = SecretStr(token or playground.describe()["app_token"])
    return Slack(settings_of(playground).model_copy(update={"slack_app_token": given}))


@pytest.fixture
async def inbox(playground: SlackPlayground) -> AsyncIterator[Inbox]:
    """Where deliveries are kept."""
    slack = dialing(playground)
    yield Inbox(slack)
    await slack.close()


@pytest.fixture
async def ear(inbox: Inbox, playground: SlackPlayground) -> AsyncIterator[Sockets]:
    """Dialed in, and watched over as in the app."""
    made = inbox.slack.listen(inbox.take, inbox.reports.append)
    assert made is not None
    task = asyncio.create_task(loops.run(Loop("listen", made.step, 0.05, made.bell), lambda *_: None))
    await connected(playground, CONNECTIONS)
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await made.close()


async def connected(playground: SlackPlayground, count: int) -> None:
    """Wait until exactly so many are connected."""
    async with asyncio.timeout(20):
        while playground.world.sockets.count != count:  # noqa: ASYNC110 - the playground rings no bell
            await asyncio.sleep(0.02)


async def test_without_an_app_token_nobody_dials(slack: Slack) -> None:
    assert slack.listen(Inbox(slack).take) is None


@pytest.mark.usefixtures("ear")
async def test_what_people_do_comes_over_the_sockets(inbox: Inbox, listener: Listener, door: Door) -> None:
    await door.say("writer", "team", "@bellhop help")
    assert {inbox.read(at).text for at in range(len(inbox.kept))} == {"@bellhop help"}
    typed = await door.post(
        "/command", user="writer", channel="team", command="/bellhop", text="status & more"
    )
    assert typed["status"] == 200
    assert inbox.read().text == "/bellhop status & more"
    await door.post("/shortcut", user="writer", callback_id="ask")
    assert inbox.read().fields == {"callback": "ask"}
    assert listener.seen == []


@pytest.mark.usefixtures("ear")
async def test_what_is_not_kept_is_not_acknowledged_and_comes_again(
    inbox: Inbox, playground: SlackPlayground, door: Door
) -> None:
    playground.world.postman.behavior.timeout_seconds = 0.2
    playground.world.postman.behavior.retry_scale = 0.0
    inbox.is_down = True
    said = asyncio.create_task(door.say("writer", "team", "nothing for the bot"))
    await asyncio.sleep(0.1)
    inbox.is_down = False
    await said
    assert [request.header("x-slack-retry-num") for request in inbox.kept] == ["1"]
    assert [type(error) for error in inbox.reports] == [StorageUnavailable]


@pytest.mark.usefixtures("ear")
async def test_nothing_is_acknowledged_before_it_is_kept(
    inbox: Inbox, playground: SlackPlayground, door: Door
) -> None:
    inbox.may_keep.clear()
    said = await door.post("/say", user="writer", channel="team", text="nothing for the bot")
    await asyncio.sleep(0.2)
    assert said["ts"]
    assert list(playground.world.postman.attempts) == []
    inbox.may_keep.set()
    await door.settle()
    assert [attempt.status for attempt in playground.world.postman.attempts] == [200]


@pytest.mark.usefixtures("ear")
async def test_a_connection_that_will_end_is_replaced_and_what_it_brought_is_acknowledged(
    inbox: Inbox, playground: SlackPlayground, door: Door
) -> None:
    inbox.may_keep.clear()
    await door.post("/say", user="writer", channel="team", text="hello there")
    await door.post("/sockets/disconnect", reason="warning")
    # The old ones stay open until Slack closes them, about ten seconds later.
    await connected(playground, CONNECTIONS * 2)
    inbox.may_keep.set()
    await door.settle()
    assert [inbox.read(at).text for at in range(len(inbox.kept))] == ["hello there"]
    assert [(each.status, each.number) for each in playground.world.postman.attempts] == [(200, 0)]


@pytest.mark.usefixtures("ear")
@pytest.mark.parametrize("reason", ["refresh_requested", "dropped"])
async def test_what_a_lost_connection_had_not_acknowledged_comes_again_over_a_new_one(
    inbox: Inbox, playground: SlackPlayground, door: Door, reason: str
) -> None:
    inbox.may_keep.clear()
    await door.post("/say", user="writer", channel="team", text="hello there")
    playground.world.postman.behavior.retry_scale = 0.01
    await asyncio.sleep(0.1)
    if reason == "dropped":
        await playground.world.sockets.drop()
    else:
        await playground.world.sockets.disconnect(reason)
    inbox.may_keep.set()
    await door.settle()
    assert {inbox.read(at).text for at in range(len(inbox.kept))} == {"hello there"}
    assert len({inbox.slack.envelope(request).key for request in inbox.kept}) == 1
    assert playground.world.postman.attempts[-1].status == 200
    await connected(playground, CONNECTIONS)


@pytest.mark.usefixtures("ear")
async def test_a_warned_connection_that_stays_is_hung_up_on(
    playground: SlackPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "LEAVING_SECONDS", 0.5)
    await playground.world.sockets.disconnect("warning")
    await connected(playground, CONNECTIONS * 2)
    await connected(playground, CONNECTIONS)


@pytest.mark.usefixtures("ear")
async def test_connections_that_drop_are_made_again(
    inbox: Inbox, playground: SlackPlayground, door: Door
) -> None:
    playground.world.postman.behavior.retry_scale = 0.01
    for _ in range(3):
        await playground.world.sockets.drop()
        await connected(playground, CONNECTIONS)
    await door.say("writer", "team", "@bellhop help")
    assert inbox.read().text == "@bellhop help"


@pytest.mark.usefixtures("ear")
@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"type": "later", "n": 1}', '{"envelope_id": "e", "type": "slash_commands"}']
)
async def test_strange_words_end_nothing(
    inbox: Inbox, playground: SlackPlayground, door: Door, text: str
) -> None:
    for socket in playground.world.sockets._open:
        await socket.send_str(text)
    await door.say("writer", "team", "@bellhop help")
    assert inbox.read().text == "@bellhop help"
    assert playground.world.sockets.count == CONNECTIONS


async def test_what_was_taken_is_acknowledged_before_we_hang_up(
    inbox: Inbox, playground: SlackPlayground, door: Door
) -> None:
    ear = inbox.slack.listen(inbox.take)
    assert ear is not None
    await ear.step()
    await connected(playground, CONNECTIONS)
    inbox.may_keep.clear()
    await door.post("/say", user="writer", channel="team", text="last words")
    await asyncio.sleep(0.2)
    closing = asyncio.create_task(ear.close())
    await asyncio.sleep(0.05)
    inbox.may_keep.set()
    await closing
    assert [attempt.status for attempt in playground.world.postman.attempts] == [200]
    await connected(playground, 0)


async def test_a_token_that_is_refused_is_told(playground: SlackPlayground) -> None:
    slack = dialing(playground, "xapp-wrong")
    ear = slack.listen(Inbox(slack).take)
    assert ear is not None
    with pytest.raises(AuthenticationError, match=r"^opening a connection to Slack: .*set SLACK_APP_TOKEN"):
        await ear.step()
    await slack.close()


@pytest.mark.parametrize(
    ("kind", "more", "wanted"),
    [
        ("error", {"error": "internal_error"}, NetworkError),
        ("drop", {}, NetworkError),
        ("wrong_json", {"body": {"ok": True, "url": "http://127.0.0.1/"}}, IntegrationError),
        ("wrong_json", {"body": {"ok": True}}, IntegrationError),
        ("wrong_json", {"body": {"ok": True, "url": NOWHERE}}, NetworkError),
    ],
)
async def test_a_connection_that_cannot_be_made_is_told_without_its_address(
    inbox: Inbox, playground: SlackPlayground, kind: str, more: Any, wanted: type[Exception]
) -> None:
    playground.world.faults.add(Fault(kind, path="connections.open", **more))
    ear = inbox.slack.listen(inbox.take)
    assert ear is not None
    with pytest.raises(wanted, match=r"^opening a connection to Slack: ") as refusal:
        await ear.step()
    assert "s3" not in str(refusal.value)
    await ear.step()
    assert ear.count == CONNECTIONS
    await ear.close()


async def test_more_connections_than_slack_allows_is_told(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.slack.sockets.MOST_CONNECTIONS", 1)
    ear = inbox.slack.listen(inbox.take)
    assert ear is not None
    with pytest.raises(IntegrationError, match=r"ends it at once \(too_many_websockets\)"):
        await ear.step()
    assert ear.count == 1
    await ear.close()


@pytest.mark.usefixtures("ear")
async def test_the_token_goes_into_no_address(playground: SlackPlayground) -> None:
    token: Any = playground.describe()["app_token"]
    asked = [each for each in playground.world.journal.read() if "connections.open" in each["path"]]
    assert asked
    assert token not in json.dumps([[each["path"], each.get("query", "")] for each in asked])
    assert len(sent(playground, "apps.connections.open")) == len(asked)
