"""Socket Mode, with slack_sdk's own client."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient


class App:
    """Acknowledges each envelope with what `answers` says for its type; `deaf` leaves the first so many unanswered."""

    def __init__(self, client: SocketModeClient) -> None:
        self.client = client
        self.seen: list[SocketModeRequest] = []
        self.answers: dict[str, Any] = {}
        self.deaf = 0
        client.socket_mode_request_listeners.append(self.take)

    async def take(self, client: Any, request: SocketModeRequest) -> None:
        self.seen.append(request)
        if len(self.seen) > self.deaf:
            payload = self.answers.get(request.type)
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))


async def until(look: Any) -> None:
    for _ in range(1000):
        if look():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited for something that never came")


@pytest.fixture
async def app(told: Any) -> AsyncIterator[App]:
    async with aiohttp.ClientSession() as session:
        web = AsyncWebClient(base_url=told["api_url"], session=session)
        client = SocketModeClient(told["app_token"], web_client=web, ping_interval=1)
        await client.connect()
        yield App(client)
        await client.close()


@pytest.fixture
async def connected(app: App, slack: Any) -> App:
    await until(lambda: slack.world.sockets.count == 1)
    return app


async def test_events_come_over_the_socket_and_not_over_http(
    connected: App, door: Any, listener: Any
) -> None:
    await door.say("writer", "team", "@bellhop hi")
    assert {request.payload["event"]["type"] for request in connected.seen} == {"app_mention", "message"}
    assert {request.type for request in connected.seen} == {"events_api"}
    assert listener.seen == []
    assert {one["transport"] for one in await door.get("/attempts")} == {"socket"}


async def test_an_acknowledgement_may_carry_the_answer(connected: App, door: Any) -> None:
    connected.answers["slash_commands"] = {"text": "over the wire"}
    await door.post("/command", user="writer", channel="team", command="/bellhop", text="help")
    assert connected.seen[0].payload["text"] == "help"
    assert connected.seen[0].accepts_response_payload is True
    assert [one["text"] for one in await door.get("/screens/writer/team")] == ["over the wire"]


async def test_an_event_that_is_not_acknowledged_comes_again(connected: App, door: Any) -> None:
    connected.deaf = 1
    await door.ask("PUT", "/delivery", timeout_seconds=0.2, retry_scale=0.0)
    await door.say("writer", "dm", "hi")
    assert [request.retry_attempt for request in connected.seen] == [0, 1]
    assert connected.seen[1].retry_reason == "timeout"
    assert connected.seen[0].payload == connected.seen[1].payload


async def test_a_click_that_is_not_acknowledged_does_not(connected: App, door: Any) -> None:
    connected.deaf = 9
    await door.ask("PUT", "/delivery", timeout_seconds=0.1)
    used = await door.post("/shortcut", user="writer", callback_id="x")
    assert "operation_timeout" in used["seen"]
    assert len(connected.seen) == 1


@pytest.mark.parametrize("how", ["/sockets/disconnect", "/sockets/drop"])
async def test_the_client_dials_in_again_and_hears_on(
    connected: App, door: Any, slack: Any, how: str
) -> None:
    before = connected.client.current_session
    await door.ask("PUT", "/delivery", retry_scale=0.005)  # the client may change its connection twice
    await door.post(how)
    await until(lambda: connected.client.current_session is not before and slack.world.sockets.count == 1)
    await door.say("writer", "dm", "still there?")
    await until(lambda: connected.seen)
    assert connected.seen[-1].payload["event"]["text"] == "still there?"


async def test_between_two_connections_nothing_goes_over_http(
    connected: App, door: Any, listener: Any
) -> None:
    await connected.client.close()
    await door.say("writer", "dm", "anybody?")
    assert listener.seen == []
    assert [one["failure"] for one in await door.get("/attempts")] == ["connection_failed"] * 4


async def test_a_ticket_lets_in_once_and_nobody_without(told: Any, slack: Any) -> None:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(base_url=told["api_url"], session=session)
        url = (await client.apps_connections_open(app_token=told["app_token"]))["url"]
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            assert hello["connection_info"] == {"app_id": told["app_id"]}
        for wrong in (url, url.replace("ticket=", "ticket=x")):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(wrong)


async def test_socket_mode_may_be_off(told: Any, door: Any, bot: Any) -> None:
    await door.ask("PUT", "/delivery", is_socket_mode=False)
    with pytest.raises(SlackApiError, match="socket_mode_not_enabled"):
        await bot.apps_connections_open(app_token=told["app_token"])
