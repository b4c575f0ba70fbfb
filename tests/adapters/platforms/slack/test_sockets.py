"""Over a socket the same requests come through the same door, and are acknowledged once they are kept."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.platforms.slack import Slack, sockets
from adapters.platforms.slack.sockets import request_of
from bot.errors import AuthenticationError, NetworkError, StorageUnavailable
from bot.platform import Answer
from models.delivery import WebhookRequest
from models.message import IncomingMessage
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import settings_of
from tests.adapters.platforms.slack.deliveries import delivery, payload
from tests.playground.slack.conftest import Door, Listener


class Inbox:
    """A door that verifies, keeps and answers as the inbox does."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.kept: list[WebhookRequest] = []
        self.is_down = False

    async def receive(self, request: WebhookRequest) -> Answer:
        self.slack.verify(request)
        envelope = self.slack.envelope(request)
        if self.is_down:
            raise StorageUnavailable("keeping it: no database")
        asked = self.slack.suggestion(request)
        if asked is not None:
            return self.slack.offer([])
        self.kept.append(request)
        return self.slack.handshake(request, envelope) or Answer()

    def read(self, at: int = -1) -> IncomingMessage:
        found = self.slack.normalize(delivery(self.kept[at]))
        assert isinstance(found, IncomingMessage)
        return found


@pytest.fixture
async def inbox(playground: SlackPlayground) -> AsyncIterator[Inbox]:
    """The adapter, dialed in."""
    app_token = SecretStr(playground.describe()["app_token"])
    slack = Slack(settings_of(playground).model_copy(update={"slack_app_token": app_token}))
    assert slack.dials
    door = Inbox(slack)
    task = asyncio.create_task(slack.listen(door.receive))
    await connected(playground, 1)
    yield door
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await slack.close()


async def connected(playground: SlackPlayground, count: int) -> None:
    """Wait until so many are connected."""
    async with asyncio.timeout(20):
        while playground.world.sockets.count < count:  # noqa: ASYNC110 - the playground rings no bell
            await asyncio.sleep(0.02)


async def test_what_people_do_comes_over_the_socket(inbox: Inbox, listener: Listener, door: Door) -> None:
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
    assert inbox.read().text == "nothing for the bot"


async def test_a_lost_connection_is_made_again(inbox: Inbox, playground: SlackPlayground, door: Door) -> None:
    await playground.world.sockets.disconnect("refresh_requested")
    await connected(playground, 1)
    await door.say("writer", "team", "@bellhop help")
    assert inbox.read().text == "@bellhop help"


async def test_a_token_that_is_refused_is_told(playground: SlackPlayground) -> None:
    slack = Slack(settings_of(playground).model_copy(update={"slack_app_token": SecretStr("xapp-wrong")}))

    async def receive(request: WebhookRequest) -> Answer:
        raise AssertionError("nobody let us in")

    with pytest.raises(AuthenticationError, match=r"^dialing in to Slack \(Socket Mode\): ") as refusal:
        await slack.listen(receive)
    assert "xapp-wrong" not in str(refusal.value)
    await slack.close()


async def test_a_defect_of_ours_is_not_swallowed(playground: SlackPlayground, door: Door) -> None:
    app_token = SecretStr(playground.describe()["app_token"])
    slack = Slack(settings_of(playground).model_copy(update={"slack_app_token": app_token}))
    playground.world.postman.behavior.retry_delays_seconds = ()

    async def receive(request: WebhookRequest) -> Answer:
        raise ZeroDivisionError

    task = asyncio.create_task(slack.listen(receive))
    await connected(playground, 1)
    await door.post("/say", user="writer", channel="team", text="hello")
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(task, 20)
    await slack.close()


async def test_a_connection_that_stays_lost_is_told(
    inbox: Inbox, playground: SlackPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "WATCH_SECONDS", 0.05)
    slack = inbox.slack
    other = asyncio.create_task(slack.listen(inbox.receive))
    await connected(playground, 2)
    playground.world.faults.add(Fault("error", error="internal_error", path="connections.open", times=99))
    await playground.world.sockets.drop()
    with pytest.raises(NetworkError, match="the connection is lost"):
        await asyncio.wait_for(other, 20)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("events_api", "message"), ("interactive", "block_actions"), ("slash_commands", "slash_command")],
)
def test_an_envelope_is_the_request_that_http_would_have_brought(slack: Slack, kind: str, name: str) -> None:
    body: dict[str, Any] = payload(name)
    given = SocketModeRequest(kind, "e-1", body, retry_attempt=2, retry_reason="timeout")
    sent = request_of(given, slack._settings.signing_secret)
    slack.verify(sent)
    over_http, over_socket = delivery(body), delivery(sent)
    known = {"key", "event", "action"}
    assert over_socket.model_dump(include=known) == over_http.model_dump(include=known)
    assert slack.normalize(over_socket) == slack.normalize(over_http)
    assert sent.header("x-slack-retry-num") == "2"
