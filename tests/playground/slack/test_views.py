"""Modals and App Homes."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


FIELDS = [
    {
        "type": "input",
        "block_id": "what",
        "label": plain("What"),
        "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
    },
    {
        "type": "input",
        "block_id": "where",
        "optional": True,
        "label": plain("Where"),
        "element": {
            "type": "static_select",
            "action_id": "repo",
            "options": [{"text": plain("acme/api"), "value": "api"}],
        },
    },
]


def modal(title: str = "Fix", **more: Any) -> dict[str, Any]:
    base = {"type": "modal", "callback_id": "fix", "title": plain(title), "submit": plain("Go")}
    return base | {"blocks": FIELDS, "private_metadata": "kept"} | more


@pytest.fixture
def opened(bot: Any, door: Any) -> Any:
    """`await opened(view)` opens a modal for the writer."""

    async def make(view: dict[str, Any]) -> dict[str, Any]:
        ran = await door.post("/command", user="writer", channel="team", command="/bellhop")
        trigger = ran["payload"]["trigger_id"]
        return dict((await bot.views_open(trigger_id=trigger, view=view))["view"])

    return make


async def stack(door: Any) -> list[str]:
    return [view["title"]["text"] for view in (await door.get("/screens/writer"))["modals"]]


async def test_a_modal_is_kept_complete(opened: Any, door: Any, told: Any) -> None:
    view = await opened(modal())
    assert (view["team_id"], view["app_id"]) == (told["team"]["id"], told["app_id"])
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)
    assert (view["private_metadata"], view["state"], view["clear_on_close"]) == (
        "kept",
        {"values": {}},
        False,
    )
    assert await stack(door) == ["Fix"]


async def test_a_submission_carries_every_field_and_an_empty_answer_closes(
    opened: Any, door: Any, listener: Any
) -> None:
    await opened(modal())
    submitted = await door.post("/submit", user="writer", values={"what": "tests fail", "repo": "acme/api"})
    (payload,) = listener.interactions("view_submission")
    values = payload["view"]["state"]["values"]
    assert values["what"]["text"] == {"type": "plain_text_input", "value": "tests fail"}
    assert values["where"]["repo"]["selected_option"]["value"] == "api"
    assert (payload["view"]["callback_id"], payload["response_urls"]) == ("fix", [])
    assert (submitted["seen"], await stack(door)) == (None, [])


async def test_the_client_asks_for_required_fields_first(opened: Any, door: Any, listener: Any) -> None:
    await opened(modal())
    empty = await door.post("/submit", user="writer")
    assert (empty["is_sent"], empty["errors"]) == (False, {"what": "Please complete this required field."})
    short = await door.post("/submit", user="writer", values={"text": "x"})
    assert "at least 3" in short["seen"]
    assert listener.interactions("view_submission") == []


async def test_errors_are_shown_below_their_fields(opened: Any, door: Any, listener: Any) -> None:
    await opened(modal())
    listener.answers["view_submission"] = {"response_action": "errors", "errors": {"what": "too vague"}}
    submitted = await door.post("/submit", user="writer", values={"what": "hmm"})
    assert (submitted["seen"], submitted["errors"]) == (None, {"what": "too vague"})
    assert await stack(door) == ["Fix"]


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": modal("x" * 25)},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_that_slack_refuses_is_trouble_and_counts(
    opened: Any, door: Any, listener: Any, answer: dict[str, Any]
) -> None:
    await opened(modal())
    listener.answers["view_submission"] = answer
    submitted = await door.post("/submit", user="writer", values={"what": "hmm"})
    assert submitted["seen"] == "We had some trouble connecting. Try again?"
    assert (await stack(door), (await door.get("/violations"))["count"]) == (["Fix"], 1)


async def test_update_push_and_clear(opened: Any, door: Any, listener: Any) -> None:
    await opened(modal())
    for action, expected in (("update", ["Two"]), ("push", ["Two", "Two"]), ("clear", [])):
        listener.answers["view_submission"] = {"response_action": action, "view": modal("Two")}
        await door.post("/submit", user="writer", values={"what": "hmm"})
        assert await stack(door) == expected


async def test_a_slow_submission_is_trouble(opened: Any, door: Any, listener: Any) -> None:
    await opened(modal())
    await door.ask("PUT", "/delivery", timeout_seconds=0.05)

    async def slowly() -> None:
        await asyncio.sleep(0.2)

    listener.wait = slowly
    submitted = await door.post("/submit", user="writer", values={"what": "hmm"})
    assert submitted["seen"].startswith("We had some trouble")


async def test_closing_tells_only_those_who_want_to_know(opened: Any, door: Any, listener: Any) -> None:
    await opened(modal())
    await door.post("/close", user="writer")
    assert listener.interactions("view_closed") == []
    await opened(modal(notify_on_close=True))
    await door.post("/close", user="writer")
    (payload,) = listener.interactions("view_closed")
    assert (payload["is_cleared"], payload["view"]["private_metadata"]) == (False, "kept")
    await door.post("/close", 404, user="writer")


async def test_three_on_a_stack(bot: Any, opened: Any, door: Any) -> None:
    button = {"type": "button", "action_id": "more", "text": plain("More")}
    view = modal(blocks=[{"type": "actions", "elements": [button]}])
    await opened(view)
    for title, error in (("B", None), ("C", None), ("D", "push_limit_reached")):
        trigger = (await door.post("/click", user="writer", action_id="more"))["payload"]["trigger_id"]
        if error:
            with pytest.raises(SlackApiError, match=error):
                await bot.views_push(trigger_id=trigger, view=view | {"title": plain(title)})
        else:
            await bot.views_push(trigger_id=trigger, view=view | {"title": plain(title)})
    assert await stack(door) == ["Fix", "B", "C"]
    await door.post("/close", user="writer", is_all=True)
    assert await stack(door) == []


async def test_an_update_under_its_hash(bot: Any, opened: Any, door: Any) -> None:
    view = await opened(modal(external_id="mine"))
    updated = await bot.views_update(view_id=view["id"], hash=view["hash"], view=modal("Two"))
    assert updated["view"]["hash"] != view["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await bot.views_update(view_id=view["id"], hash=view["hash"], view=modal("Three"))
    with pytest.raises(SlackApiError, match="not_found"):
        await bot.views_update(view_id="V0NOWHERE", view=modal())
    assert await stack(door) == ["Two"]


async def test_a_bad_view_is_named_and_counted_and_does_not_cost_the_trigger(bot: Any, door: Any) -> None:
    ran = await door.post("/command", user="writer", channel="team", command="/bellhop")
    trigger = ran["payload"]["trigger_id"]
    with pytest.raises(SlackApiError) as caught:
        await bot.views_open(trigger_id=trigger, view=modal("x" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    (message,) = caught.value.response["response_metadata"]["messages"]
    assert message == "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    assert (await door.get("/violations"))["count"] == 1
    assert (await bot.views_open(trigger_id=trigger, view=modal()))["ok"]


async def test_a_home_of_ones_own(bot: Any, door: Any, listener: Any, told: Any) -> None:
    person = told["people"]["writer"]["id"]
    button = {"type": "button", "action_id": "jobs", "text": plain("My jobs")}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    published = await bot.views_publish(user_id=person, view=home)
    assert published["view"]["type"] == "home"
    assert (await door.get("/screens/writer"))["home"]["blocks"][0]["elements"][0]["action_id"] == "jobs"
    assert (await door.get("/screens/admin"))["home"] is None
    await door.post("/home", user="writer")
    await door.settle()
    assert listener.events("app_home_opened")[0]["view"]["id"] == published["view"]["id"]
    await door.post("/click", user="writer", home=True, action_id="jobs")
    (payload,) = listener.interactions("block_actions")
    assert payload["container"] == {"type": "view", "view_id": published["view"]["id"]}
    assert "response_url" not in payload
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await bot.views_publish(user_id=person, view=home, hash="1.x")
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await bot.views_publish(user_id=person, view=modal())
