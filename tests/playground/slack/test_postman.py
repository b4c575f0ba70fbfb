"""Deliveries: three seconds, up to four tries, each with its reason."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.slack.server import Options, SlackPlayground


@pytest.fixture
async def quick(door: Any) -> None:
    """The same clocks, but short."""
    await door.ask("PUT", "/delivery", timeout_seconds=0.05, retry_scale=0.0)


async def attempts(door: Any, name: str = "message") -> list[dict[str, Any]]:
    found = await door.get(f"/attempts?name={name}")
    return [one for one in found if one["kind"] == "events_api"]


async def test_the_waits_are_slacks(door: Any) -> None:
    assert (await door.ask("PUT", "/delivery"))["retry_delays_seconds"] == [0.0, 60.0, 300.0]
    assert (await door.get("/delivery"))["timeout_seconds"] == 3.0


async def test_a_failed_event_is_sent_again_three_times_with_its_reason(door: Any, listener: Any) -> None:
    listener.status = 500
    await door.say("writer", "team", "hi")
    headers = [headers for headers, _ in listener.seen]
    numbers = [one.get("X-Slack-Retry-Num") for one in headers]
    reasons = [one.get("X-Slack-Retry-Reason") for one in headers]
    assert (numbers, reasons) == ([None, "1", "2", "3"], [None, "http_error", "http_error", "http_error"])
    assert len({payload["event_id"] for payload in listener.payloads}) == 1
    assert [one["status"] for one in await attempts(door)] == [500] * 4


async def test_an_app_may_ask_for_no_more_tries(door: Any, listener: Any) -> None:
    listener.status, listener.headers = 503, {"X-Slack-No-Retry": "1"}
    await door.say("writer", "team", "hi")
    assert len(listener.seen) == 1


async def test_a_slow_app_times_out(door: Any, listener: Any, quick: None) -> None:
    async def slowly() -> None:
        await asyncio.sleep(0.3)

    listener.wait = slowly
    await door.say("writer", "team", "hi")
    assert {one["failure"] for one in await attempts(door)} == {"http_timeout"}


async def test_a_taken_event_is_not_sent_again(door: Any, listener: Any) -> None:
    await door.say("writer", "team", "hi")
    (attempt,) = await attempts(door)
    assert (attempt["number"], attempt["status"], attempt["failure"]) == (0, 200, None)


async def test_nobody_listens(door: Any, quick: None) -> None:
    await door.ask("PUT", "/delivery", url="http://127.0.0.1:9/", timeout_seconds=1.0, retry_scale=0.0)
    await door.say("writer", "team", "hi")
    assert [one["failure"] for one in await attempts(door)] == ["connection_failed"] * 4


async def test_without_an_address_nothing_is_on_its_way() -> None:
    async with SlackPlayground(Options(seed=2)) as playground, httpx.AsyncClient() as client:
        said = {"user": "writer", "channel": "team", "text": "@bellhop hi"}
        assert (await client.post(f"{playground.control_url}/say", json=said)).status_code == 200
        idle = await client.post(f"{playground.control_url}/delivery/idle", json={"timeout_seconds": 1})
        assert idle.json()["is_idle"] is True


async def test_duplicates_and_silence_on_demand(door: Any, listener: Any) -> None:
    await door.ask("PUT", "/delivery", copies=2)
    await door.say("writer", "team", "hi")
    assert len({payload["event_id"] for payload in listener.payloads}) == 1
    assert len(listener.seen) == 2
    await door.ask("PUT", "/delivery", is_on=False)
    await door.say("writer", "team", "hi")
    assert len(listener.seen) == 2


@pytest.mark.parametrize("is_json", [False, True])
async def test_the_challenge_must_come_back(door: Any, listener: Any, is_json: bool) -> None:
    assert (await door.post("/challenge"))["is_verified"] is False

    async def echo(request: web.Request) -> web.Response:
        word = (await request.json())["challenge"]
        return web.json_response({"challenge": word}) if is_json else web.Response(text=word)

    async with TestServer(_app(echo)) as server:
        await door.ask("PUT", "/delivery", url=str(server.make_url("/slack")))
        assert (await door.post("/challenge"))["is_verified"] is True


def _app(take: Any) -> web.Application:
    app = web.Application()
    app.router.add_post("/slack", take)
    return app


async def test_probes_of_slack_itself(door: Any, listener: Any, told: Any) -> None:
    assert (await door.post("/ssl_check"))["status"] == 200
    assert listener.payloads[-1]["ssl_check"] == "1"
    assert (await door.post("/ssl_check", is_get=True))["status"] == 200
    assert listener.queries[-1]["ssl_check"] == "1"
    assert (await door.post("/app_rate_limited"))["status"] == 200
    limited = listener.payloads[-1]
    assert (limited["type"], limited["team_id"]) == ("app_rate_limited", told["team"]["id"])
    assert limited["minute_rate_limited"] % 60 == 0


async def test_a_wrong_clock_signs_a_stale_time(door: Any, listener: Any) -> None:
    await door.ask("PUT", "/delivery", clock_error_seconds=-600.0)
    await door.say("writer", "team", "hi")
    stamp = int(listener.seen[0][0]["X-Slack-Request-Timestamp"])
    assert abs(time.time() - 600 - stamp) < 60
    listener.seen.clear()
