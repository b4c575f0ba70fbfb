"""Commands, buttons, menus and shortcuts: three seconds, once, and what the person sees."""

import asyncio
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

BUTTON = {
    "type": "button",
    "action_id": "stop",
    "text": {"type": "plain_text", "text": "Stop"},
    "value": "J-1",
}
MENU = {"type": "external_select", "action_id": "repo", "min_query_length": 0}
CARD = [{"type": "actions", "block_id": "card", "elements": [BUTTON, MENU]}]


def options(*names: str) -> dict[str, Any]:
    return {"options": [{"text": {"type": "plain_text", "text": name}, "value": name} for name in names]}


@pytest.fixture
async def card(bot: Any, told: Any) -> str:
    posted = await bot.chat_postMessage(channel=told["channels"]["team"]["id"], text="card", blocks=CARD)
    return str(posted["ts"])


async def test_a_command_is_a_form_and_its_answer_an_ephemeral(door: Any, listener: Any, told: Any) -> None:
    listener.answers["/bellhop"] = {"text": "Here is *help*"}
    ran = await door.post("/command", user="writer", channel="team", command="/bellhop", text="help me & you")
    form = listener.payloads[0]
    assert listener.seen[0][0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert (form["command"], form["text"], form["user_id"]) == (
        "/bellhop",
        "help me & you",
        told["people"]["writer"]["id"],
    )
    assert form["channel_name"] == told["channels"]["team"]["name"]
    assert (form["is_enterprise_install"], form["team_domain"]) == ("false", told["team"]["domain"])
    assert ran["seen"] is None
    (seen,) = await door.get("/screens/writer/team")
    assert (seen["text"], seen["is_ephemeral"]) == ("Here is *help*", True)
    assert await door.get("/screens/admin/team") == []


async def test_a_plain_answer_and_a_public_one(door: Any, listener: Any) -> None:
    listener.answers["/bellhop"] = "just words"
    await door.post("/command", user="writer", channel="elsewhere", command="/bellhop")
    listener.answers["/bellhop"] = {"response_type": "in_channel", "text": "for all"}
    await door.post("/command", user="writer", channel="elsewhere", command="/bellhop")
    assert [one["text"] for one in await door.get("/screens/writer/elsewhere")] == ["just words", "for all"]
    (public,) = await door.get("/screens/admin/elsewhere")
    assert (public["text"], public["subtype"]) == ("for all", "bot_message")


async def test_commands_do_not_work_in_threads(door: Any, listener: Any) -> None:
    parent = await door.say("writer", "team", "hi")
    listener.seen.clear()
    ran = await door.post("/command", user="writer", channel="team", command="/bellhop", thread_ts=parent)
    assert (ran["is_sent"], ran["seen"]) == (False, "/bellhop is not supported in threads. Sorry!")
    assert listener.seen == []


@pytest.mark.parametrize(
    ("status", "delay", "word"), [(500, 0.0, "http_service_error"), (200, 0.3, "operation_timeout")]
)
async def test_a_late_or_wrong_answer_is_told_and_nothing_is_sent_again(
    door: Any, listener: Any, status: int, delay: float, word: str
) -> None:
    await door.ask("PUT", "/delivery", timeout_seconds=0.1, retry_scale=0.0)

    async def slowly() -> None:
        await asyncio.sleep(delay)

    listener.status, listener.wait = status, slowly
    ran = await door.post("/command", user="writer", channel="team", command="/bellhop")
    assert ran["seen"] == f'/bellhop failed with the error "{word}"'
    assert len(listener.seen) == 1


async def test_a_click_tells_who_where_and_what(door: Any, listener: Any, card: str, told: Any) -> None:
    clicked = await door.post("/click", user="reader", channel="team", ts=card, action_id="stop")
    assert clicked["seen"] is None
    (payload,) = listener.interactions("block_actions")
    assert payload["user"]["id"] == told["people"]["reader"]["id"]
    assert payload["container"] == {
        "type": "message",
        "message_ts": card,
        "channel_id": told["channels"]["team"]["id"],
        "is_ephemeral": False,
    }
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("stop", "card", "J-1")
    assert action["text"] == {"type": "plain_text", "text": "Stop", "emoji": True}
    assert payload["message"]["ts"] == card
    again = await door.post("/click", user="reader", channel="team", ts=card, action_id="stop")
    assert again["payload"]["trigger_id"] != clicked["payload"]["trigger_id"]


async def test_a_menu_is_filled_while_typing(door: Any, listener: Any, card: str) -> None:
    listener.answers["block_suggestion"] = options("acme/api", "acme/web")
    found = await door.post("/suggest", user="writer", channel="team", ts=card, action_id="repo", text="ac")
    assert [one["value"] for one in found["options"]] == ["acme/api", "acme/web"]
    (asked,) = listener.interactions("block_suggestion")
    assert (asked["value"], asked["action_id"], asked["block_id"]) == ("ac", "repo", "card")
    assert "trigger_id" not in asked
    await door.post("/click", user="writer", channel="team", ts=card, action_id="repo", value="acme/web")
    payload = listener.interactions("block_actions")[0]
    assert payload["actions"][0]["selected_option"]["value"] == "acme/web"
    assert payload["state"]["values"]["card"]["repo"]["selected_option"]["value"] == "acme/web"
    other = await door.post(
        "/click", 422, user="admin", channel="team", ts=card, action_id="repo", value="acme/web"
    )
    assert "no option" in other["message"]


@pytest.mark.parametrize(
    "answer",
    [
        options(*(f"r{n}" for n in range(101))),
        options("x" * 76),
        {"options": [], "option_groups": []},
        {"text": "no"},
    ],
)
async def test_bad_suggestions_show_no_results_and_count(
    door: Any, listener: Any, card: str, answer: Any
) -> None:
    listener.answers["block_suggestion"] = answer
    found = await door.post("/suggest", user="writer", channel="team", ts=card, action_id="repo", text="a")
    assert (found["seen"], found["options"]) == ("No results", [])
    assert (await door.get("/violations"))["count"] >= 1


async def test_groups_of_suggestions(door: Any, listener: Any, card: str) -> None:
    group = {"label": {"type": "plain_text", "text": "Yours"}, **options("acme/api")}
    listener.answers["block_suggestion"] = {"option_groups": [group]}
    found = await door.post("/suggest", user="writer", channel="team", ts=card, action_id="repo", text="")
    assert [one["value"] for one in found["options"]] == ["acme/api"]
    assert (await door.get("/violations"))["count"] == 0


async def test_an_ephemeral_can_be_clicked_by_its_reader_only(
    bot: Any, door: Any, listener: Any, told: Any
) -> None:
    team, writer = told["channels"]["team"]["id"], told["people"]["writer"]["id"]
    ts = (await bot.chat_postEphemeral(channel=team, user=writer, text="pick", blocks=CARD))["message_ts"]
    await door.post("/click", 404, user="admin", channel="team", ts=ts, action_id="stop")
    await door.post("/click", user="writer", channel="team", ts=ts, action_id="stop")
    (payload,) = listener.interactions("block_actions")
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    answered = AsyncWebhookClient(payload["response_url"])
    assert (await answered.send(text="picked", replace_original=True)).status_code == 200
    (seen,) = await door.get("/screens/writer/team")
    assert (seen["ts"], seen["text"], seen["controls"]) == (ts, "picked", [])
    await answered.send(delete_original=True)
    assert await door.get("/screens/writer/team") == []


async def test_a_deleted_message_is_still_on_a_stale_screen(
    bot: Any, door: Any, listener: Any, card: str, told: Any
) -> None:
    await bot.chat_delete(channel=told["channels"]["team"]["id"], ts=card)
    await door.post("/click", user="writer", channel="team", ts=card, action_id="stop")
    (payload,) = listener.interactions("block_actions")
    answered = await AsyncWebhookClient(payload["response_url"]).send(text="x", replace_original=True)
    assert answered.status_code == 404


async def test_a_response_url_is_good_for_five_answers_in_half_an_hour(door: Any, listener: Any) -> None:
    ran = await door.post("/command", user="writer", channel="team", command="/bellhop")
    client = AsyncWebhookClient(ran["payload"]["response_url"])
    codes = [(await client.send(text=f"{n}")).status_code for n in range(6)]
    assert codes == [200] * 5 + [404]
    assert len(await door.get("/screens/writer/team")) == 5
    later = await door.post("/command", user="writer", channel="team", command="/bellhop")
    await door.post("/clock", seconds=31 * 60)
    expired = await AsyncWebhookClient(later["payload"]["response_url"]).send(text="x")
    assert (expired.status_code, "expired_url" in expired.body) == (404, True)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"{", "invalid_payload"),
        (b"[]", "invalid_payload"),
        (b'{"text": 1}', "invalid_payload"),
        (b'{"text": "x", "attachments": {}}', "invalid_payload"),
        (b"{}", "no_text"),
        (b'{"blocks": [{"type": "x"}]}', "invalid_blocks"),
    ],
)
async def test_what_a_response_url_does_not_take(door: Any, content: bytes, word: str) -> None:
    ran = await door.post("/command", user="writer", channel="team", command="/bellhop")
    async with httpx.AsyncClient() as client:
        answer = await client.post(ran["payload"]["response_url"], content=content)
        unknown = await client.post(ran["payload"]["response_url"] + "x", content=b'{"text": "x"}')
    assert (answer.status_code, word in answer.text) == (400, True)
    assert unknown.status_code == 404


async def test_shortcuts(door: Any, listener: Any, told: Any) -> None:
    ts = await door.say("reader", "elsewhere", "look at this")
    await door.post("/message_action", user="writer", channel="elsewhere", ts=ts, callback_id="fix_this")
    (payload,) = listener.interactions("message_action")
    assert (payload["callback_id"], payload["message"]["text"]) == ("fix_this", "look at this")
    assert payload["channel"]["id"] == told["channels"]["elsewhere"]["id"]
    assert payload["response_url"].startswith(told["url"] + "/app/")
    await door.post("/shortcut", user="writer", callback_id="new_job")
    (payload,) = listener.interactions("shortcut")
    assert (payload["callback_id"], "channel" in payload, "response_url" in payload) == (
        "new_job",
        False,
        False,
    )


async def test_a_confirmation_that_is_declined_sends_nothing(
    bot: Any, door: Any, listener: Any, told: Any
) -> None:
    words = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
    blocks = [{"type": "actions", "elements": [BUTTON | {"confirm": words}]}]
    ts = (await bot.chat_postMessage(channel=told["channels"]["team"]["id"], text="x", blocks=blocks))["ts"]
    listener.seen.clear()
    clicked = await door.post(
        "/click", user="writer", channel="team", ts=ts, action_id="stop", is_confirmed=False
    )
    assert (clicked["is_sent"], listener.interactions("block_actions")) == (False, [])


async def test_on_an_organization_the_team_may_be_null(door: Any, listener: Any, card: str) -> None:
    await door.ask(
        "PATCH", "/team", enterprise_id="E0GRID", enterprise_name="Org", is_enterprise_install=True
    )
    await door.post("/click", user="grid", channel="team", ts=card, action_id="stop")
    (payload,) = listener.interactions("block_actions")
    assert (payload["team"], payload["enterprise"]) == (None, {"id": "E0GRID", "name": "Org"})


async def test_a_trigger_opens_one_modal_within_three_seconds(bot: Any, door: Any, told: Any) -> None:
    async def trigger() -> str:
        ran = await door.post("/command", user="writer", channel="team", command="/bellhop")
        return str(ran["payload"]["trigger_id"])

    view = {"type": "modal", "title": {"type": "plain_text", "text": "A"}, "blocks": [{"type": "divider"}]}
    first = await trigger()
    assert (await bot.views_open(trigger_id=first, view=view))["view"]["title"]["text"] == "A"
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await bot.views_open(trigger_id=first, view=view)
    second = await trigger()
    await door.post("/clock", seconds=3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await bot.views_open(trigger_id=second, view=view)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await bot.views_open(trigger_id="1.2.3", view=view)
