"""The door of the Web API: tokens, arguments, faults, the log."""

import json
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler


@pytest.fixture
async def http(told: Any) -> Any:
    async with httpx.AsyncClient(base_url=told["api_url"], timeout=5) as client:
        yield client


async def ask(http: Any, method: str, token: str = "", **more: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await http.post(method, headers=headers, **more)
    assert answer.status_code == 200
    return dict(answer.json())


async def test_tokens_are_told_apart(http: Any, told: Any) -> None:
    assert (await ask(http, "auth.test"))["error"] == "not_authed"
    assert (await ask(http, "auth.test", "xoxb-nobody"))["error"] == "invalid_auth"
    assert (await ask(http, "users.list", told["app_token"]))["error"] == "not_allowed_token_type"
    assert (await ask(http, "apps.connections.open", told["bot_token"]))["error"] == "not_allowed_token_type"
    assert (await ask(http, "no.such", told["bot_token"]))["error"] == "unknown_method"


async def test_arguments_come_as_query_form_or_json(http: Any, told: Any) -> None:
    token, team = told["bot_token"], told["channels"]["team"]["id"]
    form = await ask(http, "conversations.info", token, data={"channel": team})
    body = await ask(http, "conversations.info", token, json={"channel": team})
    query = (await http.get("conversations.info", params={"channel": team, "token": token})).json()
    assert form == body == query
    assert (form["ok"], form["channel"]["is_member"]) == (True, True)


async def test_broken_bodies(http: Any, told: Any) -> None:
    headers = {"Content-Type": "application/json"}
    token = told["bot_token"]
    for content, error in (("{", "invalid_json"), ("[1]", "json_not_object")):
        answer = await http.post(
            "auth.test", content=content, headers=headers | {"Authorization": f"Bearer {token}"}
        )
        assert answer.json()["error"] == error
    refused = await ask(http, "chat.postMessage", token, json={"text": "x"})
    assert refused["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    "body",
    [
        [1],
        "x",
        {"a": 1},
        [[]],
        [None],
        [{"type": []}],
        [{"type": "section"}],
        [{"type": "table", "elements": 1}],
        [{"type": "card", "block_id": []}],
    ],
)
async def test_hostile_blocks_are_refused_and_never_crash(http: Any, told: Any, body: Any) -> None:
    arguments = {"channel": told["channels"]["team"]["id"], "text": "x", "blocks": body}
    refused = await ask(http, "chat.postMessage", told["bot_token"], json=arguments)
    assert refused["error"] in ("invalid_blocks", "invalid_blocks_format")


async def test_who_am_i(bot: Any, told: Any) -> None:
    me = await bot.auth_test()
    assert (me["user_id"], me["bot_id"]) == (told["bot_user"]["id"], told["bot_user"]["bot_id"])
    assert (me["team_id"], me["team"]) == (told["team"]["id"], told["team"]["name"])
    assert "chat:write" in me.headers["X-OAuth-Scopes"]
    assert (await bot.bots_info(bot=me["bot_id"]))["bot"]["app_id"] == told["app_id"]
    assert (await bot.team_info())["team"]["domain"] == told["team"]["domain"]


async def test_a_rate_limit_is_429_with_its_wait_and_the_sdk_comes_back(bot: Any, door: Any) -> None:
    await door.post("/faults", kind="ratelimited", path="auth.test", retry_after=0)
    with pytest.raises(SlackApiError) as caught:
        await bot.auth_test()
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "0"
    bot.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await door.post("/faults", kind="ratelimited", path="auth.test", retry_after=0)
    assert (await bot.auth_test())["ok"]


async def test_a_method_fails_with_any_word_so_many_times(bot: Any, door: Any, told: Any) -> None:
    await door.post("/faults", kind="error", path="chat.update", error="fatal_error", times=2)
    team = told["channels"]["team"]["id"]
    ts = (await bot.chat_postMessage(channel=team, text="x"))["ts"]
    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            await bot.chat_update(channel=team, ts=ts, text="y")
    assert (await bot.chat_update(channel=team, ts=ts, text="y"))["ok"]
    assert await door.get("/faults") == []


@pytest.mark.parametrize("kind", ["drop", "half", "hang"])
async def test_an_answer_gets_lost_after_the_effect(http: Any, told: Any, door: Any, kind: str) -> None:
    await door.post("/faults", kind=kind, path="chat.postMessage", when="after", seconds=0.05)
    with pytest.raises(httpx.HTTPError):
        await ask(
            http,
            "chat.postMessage",
            told["bot_token"],
            json={"channel": told["channels"]["team"]["id"], "text": "x"},
        )
    assert [one["text"] for one in await door.get("/screens/admin/team")] == ["x"]


async def test_the_log_has_both_directions_and_no_secret(bot: Any, door: Any, told: Any) -> None:
    team = told["channels"]["team"]["id"]
    blocks = [{"type": "divider"}]
    await bot.chat_postMessage(channel=team, text="x", blocks=blocks)
    with pytest.raises(SlackApiError):
        await bot.chat_update(channel=team, ts="1.2", text="y")
    await door.settle()
    log = await door.get("/log")
    posted, missed = [entry for entry in log if entry["path"].startswith("/api/chat")]
    assert (posted["body"]["blocks"], posted["actor"], posted["error"]) == (blocks, "bellhop", None)
    assert missed["error"] == "message_not_found"
    (sent,) = [entry for entry in log if entry["direction"] == "out"]
    assert (sent["name"], sent["status"], sent["transport"]) == ("message", 200, "http")
    text = json.dumps(log)
    assert told["bot_token"] not in text
    assert told["signing_secret"] not in text
