"""The control door: the play, people, channels, screens, transcripts, pace, a fresh start."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

BUTTON = {"type": "button", "action_id": "stop", "text": {"type": "plain_text", "text": "Stop"}, "value": "1"}
CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*J-1* &amp; <https://a.io|more>"}},
    {"type": "actions", "elements": [BUTTON]},
]


async def test_the_door_says_what_there_is(door: Any, told: Any) -> None:
    state = await door.get("")
    assert {key: state[key] for key in told} == told
    assert state["seed"] == 3
    assert "POST /_playground/say: " in await door.get("/routes")


async def test_reset_starts_the_same_play_again(door: Any, told: Any, bot: Any) -> None:
    await door.say("writer", "team", "hi")
    await door.post("/faults", kind="error", path="auth.test")
    await door.post("/uninstall")
    again = await door.post("/reset")
    assert {key: again[key] for key in told} == told
    assert (await bot.auth_test())["ok"]
    assert await door.get("/screens/writer/team") == []
    other = await door.post("/reset", seed=4)
    assert other["team"] != told["team"]
    assert other["channels"]["team"] != told["channels"]["team"]
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await bot.auth_test()


async def test_people_and_channels_can_be_made(door: Any, listener: Any, bot: Any) -> None:
    person = await door.post("/people", name="zoe", is_restricted=True)
    channel = await door.post("/channels", name="zoo", kind="private", members=["zoe", "bot"])
    await door.say("zoe", "zoo", "@bellhop hi")
    assert listener.events("app_mention")[0]["user"] == person["id"]
    await door.ask("PATCH", f"/people/{person['id']}", name="zelda", email="z@example.com")
    user = (await bot.users_info(user=person["id"]))["user"]
    assert (user["id"], user["name"], user["is_restricted"]) == (person["id"], "zelda", True)
    await door.ask("DELETE", f"/channels/{channel['id']}/members/bot")
    await door.settle()
    listener.seen.clear()
    await door.say("zelda", "zoo", "@bellhop still there?")
    assert listener.seen == []
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await bot.chat_postMessage(channel=channel["id"], text="x")


@pytest.mark.parametrize(
    ("path", "status", "data"),
    [
        ("/say", 404, {"user": "nobody", "channel": "team", "text": "x"}),
        ("/say", 404, {"user": "writer", "channel": "nowhere", "text": "x"}),
        ("/say", 422, {"user": "stranger", "channel": "team", "text": "x"}),
        ("/edit", 404, {"user": "writer", "channel": "team", "ts": "1.2", "text": "x"}),
        ("/faults", 422, {"kind": "earthquake"}),
        ("/faults", 422, {"kind": "error", "speed": 1}),
        ("/channels", 422, {"kind": "round"}),
        ("/sockets/disconnect", 422, {"reason": "boredom"}),
        ("/submit", 404, {"user": "writer"}),
    ],
)
async def test_mistakes_are_named(door: Any, path: str, status: int, data: dict[str, Any]) -> None:
    told = await door.post(path, status, **data)
    assert (told["ok"], bool(told["message"])) == (False, True)


async def test_nobody_edits_for_others(door: Any) -> None:
    ts = await door.say("writer", "team", "mine")
    await door.post("/edit", 422, user="reader", channel="team", ts=ts, text="yours")
    await door.post("/delete", 422, user="reader", channel="team", ts=ts)
    await door.post("/delete", user="admin", channel="team", ts=ts)
    assert await door.get("/screens/writer/team") == []


async def test_a_conversation_reads_as_people_see_it(door: Any, bot: Any, told: Any) -> None:
    team, writer = told["channels"]["team"], told["people"]["writer"]
    ts = await door.say("writer", "team", "@bellhop fix", files=[{"name": "a.log", "content": "abc"}])
    await bot.reactions_add(channel=team["id"], timestamp=ts, name="eyes")
    await bot.chat_postMessage(channel=team["id"], thread_ts=ts, text="card", blocks=CARD)
    await bot.chat_postEphemeral(channel=team["id"], thread_ts=ts, user=writer["id"], text="psst")
    text = await door.get("/transcripts/team?user=writer")
    assert text.startswith(f"#{team['name']} [public]\n\n@{writer['name']} ")
    assert "\n    @bellhop fix\n    📎 a.log (3 bytes)\n    👀 1\n" in text
    assert "\n        *J-1* & more (https://a.io)\n        [Stop]\n" in text
    assert "(only you can see this):\n        psst" in text
    assert "psst" not in await door.get("/transcripts/team")
    seen = await door.get("/screens/writer/team")
    assert [one["value"] for one in seen[1]["controls"]] == ["1"]


async def test_a_stale_screen_still_has_the_old_buttons(
    door: Any, bot: Any, told: Any, listener: Any
) -> None:
    team = told["channels"]["team"]["id"]
    ts = (await bot.chat_postMessage(channel=team, text="card", blocks=CARD))["ts"]
    await bot.chat_update(channel=team, ts=ts, text="done", blocks=CARD[:1])
    click = {"user": "writer", "channel": "team", "ts": ts, "action_id": "stop"}
    await door.post("/click", 404, **click)
    await door.post("/click", **click, is_stale=True)
    assert listener.interactions("block_actions")[0]["actions"][0]["value"] == "1"


async def test_after_uninstalling_nothing_is_sent(door: Any, listener: Any) -> None:
    await door.post("/uninstall")
    await door.settle()
    listener.seen.clear()
    await door.say("writer", "dm", "hello?")
    ran = await door.post("/command", user="writer", channel="team", command="/bellhop")
    assert (listener.seen, ran["seen"]) == ([], "/bellhop is not a valid command.")
    await door.post("/reinstall")
    await door.say("writer", "dm", "hello!")
    assert [event["text"] for event in listener.events("message")] == ["hello!"]


async def test_the_pace_is_measured_and_enforced_on_demand(door: Any, bot: Any, told: Any) -> None:
    team = told["channels"]["team"]["id"]
    ts = (await bot.chat_postMessage(channel=team, text="0"))["ts"]
    for number in range(3):
        await bot.chat_update(channel=team, ts=ts, text=str(number))
    assert (await door.get("/pace"))["methods"]["chat.update"] == {"most": 3, "allowed": 50, "refused": 0}
    await door.ask("PUT", "/pace", is_on=True)
    for number in range(4):
        await bot.chat_postMessage(channel=team, text=str(number))
    with pytest.raises(SlackApiError) as caught:
        await bot.chat_postMessage(channel=team, text="6th in five seconds")
    assert caught.value.response.status_code == 429
    assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 5
    general = told["channels"]["general"]["id"]
    assert (await bot.chat_postMessage(channel=general, text="another channel has its own"))["ok"]
    assert (await door.get("/pace"))["methods"]["chat.postMessage"]["refused"] == 1
