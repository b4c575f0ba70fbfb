"""chat.*, through slack_sdk's own client."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*hi*"}}


@pytest.fixture
def team(told: Any) -> str:
    return str(told["channels"]["team"]["id"])


async def refusal(call: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    return dict(caught.value.response.data)


async def test_a_post_comes_back_as_slack_keeps_it(bot: Any, team: str, told: Any, door: Any) -> None:
    metadata = {"event_type": "card", "event_payload": {"job": "J-1"}}
    posted = await bot.chat_postMessage(
        channel=team, text="hi", blocks=[SECTION], metadata=metadata, unfurl_links=False
    )
    message = posted["message"]
    assert posted["channel"] == team
    assert posted["ts"] == message["ts"]
    assert (message["user"], message["bot_id"]) == (told["bot_user"]["id"], told["bot_user"]["bot_id"])
    assert message["metadata"] == metadata
    (seen,) = await door.get("/screens/admin/team")
    assert seen["options"] == {"unfurl_links": False}
    block = message["blocks"][0]
    assert block["block_id"]
    assert block["text"] == {"type": "mrkdwn", "text": "*hi*", "verbatim": False}
    plain = (await bot.conversations_history(channel=team))["messages"][0]
    with_metadata = await bot.conversations_history(channel=team, include_all_metadata=True)
    assert "metadata" not in plain
    assert with_metadata["messages"][0]["metadata"] == metadata


async def test_timestamps_are_unique_and_grow(bot: Any, team: str) -> None:
    stamps = [(await bot.chat_postMessage(channel=team, text=str(n)))["ts"] for n in range(20)]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "y" * 12_001}, "msg_too_long"),
        ({"text": "x", "metadata": {"event_type": 1}}, "invalid_metadata_format"),
        ({"text": "x", "thread_ts": "1700000000.000000"}, "thread_not_found"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"blocks": [{"type": "markdown", "text": "z" * 6_700}] * 2}, "invalid_blocks"),
        (
            {"blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "z" * 2_999}}] * 5},
            "msg_blocks_too_long",
        ),
    ],
)
async def test_what_slack_does_not_take(bot: Any, team: str, arguments: dict[str, Any], error: str) -> None:
    body = {"channel": team} | arguments
    refused = await refusal(bot.api_call("chat.postMessage", json=body))
    assert (refused["ok"], refused["error"]) == (False, error)


async def test_bad_blocks_are_named_with_their_place_and_counted(bot: Any, team: str, door: Any) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    refused = await refusal(bot.chat_postMessage(channel=team, text="x", blocks=[SECTION, long]))
    complaint = "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    assert refused["errors"] == [complaint]
    assert refused["response_metadata"]["messages"] == [f"[ERROR] {complaint}"]
    told = await door.get("/violations")
    assert (told["count"], told["violations"][0]["where"]) == (1, "chat.postMessage")
    assert (await bot.conversations_history(channel=team))["messages"] == []


@pytest.mark.parametrize(
    ("channel", "error"),
    [("elsewhere", "not_in_channel"), ("secret", "channel_not_found"), (None, "channel_not_found")],
)
async def test_where_the_bot_may_not_speak(bot: Any, told: Any, channel: str | None, error: str) -> None:
    target = told["channels"][channel]["id"] if channel else "C0NOWHERE"
    assert (await refusal(bot.chat_postMessage(channel=target, text="x")))["error"] == error


async def test_an_archived_channel_and_a_missing_scope(bot: Any, door: Any, team: str) -> None:
    await door.ask("PATCH", "/channels/team", is_archived=True)
    assert (await refusal(bot.chat_postMessage(channel=team, text="x")))["error"] == "is_archived"
    await door.ask("PUT", "/scopes", scopes=["users:read"])
    refused = await refusal(bot.chat_postMessage(channel=team, text="x"))
    assert (refused["error"], refused["needed"], refused["provided"]) == (
        "missing_scope",
        "chat:write",
        "users:read",
    )


async def test_a_thread_counts_its_replies_and_a_reply_to_a_reply_joins_it(
    bot: Any, team: str, told: Any
) -> None:
    parent = (await bot.chat_postMessage(channel=team, text="parent"))["ts"]
    reply = await bot.chat_postMessage(channel=team, text="one", thread_ts=parent)
    deep = await bot.chat_postMessage(channel=team, text="two", thread_ts=reply["ts"], reply_broadcast=True)
    assert deep["message"]["thread_ts"] == parent
    assert deep["message"]["subtype"] == "thread_broadcast"
    thread = (await bot.conversations_replies(channel=team, ts=parent))["messages"]
    assert [message["text"] for message in thread] == ["parent", "one", "two"]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, deep["ts"])
    assert thread[1]["parent_user_id"] == told["bot_user"]["id"]
    history = (await bot.conversations_history(channel=team))["messages"]
    assert [message["text"] for message in history] == ["two", "parent"]


async def test_an_update_without_blocks_takes_them_away_and_shows_edited(bot: Any, team: str) -> None:
    ts = (await bot.chat_postMessage(channel=team, text="a", blocks=[SECTION]))["ts"]
    kept = await bot.chat_update(channel=team, ts=ts, text="b", blocks=[SECTION])
    assert "edited" not in kept["message"]
    gone = await bot.chat_update(channel=team, ts=ts, text="c")
    assert (gone["text"], "blocks" in gone["message"]) == ("c", False)
    assert gone["message"]["edited"]


async def test_only_own_messages_change(bot: Any, team: str, door: Any) -> None:
    theirs = await door.say("writer", "team", "mine")
    assert (await refusal(bot.chat_update(channel=team, ts=theirs, text="x")))[
        "error"
    ] == "cant_update_message"
    assert (await refusal(bot.chat_delete(channel=team, ts=theirs)))["error"] == "cant_delete_message"
    own = (await bot.chat_postMessage(channel=team, text="x"))["ts"]
    assert (await refusal(bot.chat_update(channel=team, ts=own, text="y" * 4_001)))["error"] == "msg_too_long"
    await bot.chat_delete(channel=team, ts=own)
    assert (await refusal(bot.chat_update(channel=team, ts=own, text="x")))["error"] == "message_not_found"


async def test_an_ephemeral_is_seen_by_one_until_a_reload_and_cannot_be_updated(
    bot: Any, team: str, told: Any, door: Any
) -> None:
    person = told["people"]["writer"]["id"]
    whispered = await bot.chat_postEphemeral(channel=team, user=person, text="psst")
    (seen,) = await door.get("/screens/writer/team")
    assert (seen["text"], seen["is_ephemeral"], seen["ts"]) == ("psst", True, whispered["message_ts"])
    assert await door.get("/screens/admin/team") == []
    refused = await refusal(bot.chat_update(channel=team, ts=whispered["message_ts"], text="x"))
    assert refused["error"] == "message_not_found"
    assert (await bot.conversations_history(channel=team))["messages"] == []
    await door.post("/reload", user="writer")
    assert await door.get("/screens/writer/team") == []


async def test_an_ephemeral_reaches_members_only(bot: Any, team: str, told: Any) -> None:
    stranger = told["people"]["stranger"]["id"]
    refused = await refusal(bot.chat_postEphemeral(channel=team, user=stranger, text="x"))
    assert refused["error"] == "user_not_in_channel"


async def test_a_persons_id_opens_the_direct_conversation(bot: Any, told: Any, door: Any) -> None:
    posted = await bot.chat_postMessage(channel=told["people"]["grid"]["id"], text="hello")
    assert posted["channel"].startswith("D")
    assert [one["text"] for one in await door.get("/screens/grid/dm")] == ["hello"]


async def test_the_blocking_client_speaks_to_it_too(told: Any) -> None:
    import asyncio

    client = WebClient(told["bot_token"], base_url=told["api_url"])
    posted = await asyncio.to_thread(
        client.chat_postMessage, channel=told["channels"]["team"]["id"], text="x"
    )
    link = await asyncio.to_thread(
        client.chat_getPermalink, channel=posted["channel"], message_ts=posted["ts"]
    )
    assert link["permalink"].endswith("p" + posted["ts"].replace(".", ""))


async def test_a_markdown_text_becomes_a_markdown_block(bot: Any, team: str, door: Any) -> None:
    await bot.chat_postMessage(channel=team, markdown_text="# Title\n\n- `a`")
    (seen,) = await door.get("/screens/admin/team")
    assert (seen["blocks"][0]["type"], seen["reads"]) == ("markdown", "# Title\n\n- `a`")


async def test_who_is_pinged_is_told(bot: Any, team: str, told: Any, door: Any) -> None:
    person = told["people"]["reader"]["id"]
    await bot.chat_postMessage(channel=team, text=f"<!channel> <@{person}> &lt;!here&gt;")
    await bot.chat_postMessage(
        channel=team,
        text="x",
        blocks=[{"type": "section", "text": {"type": "plain_text", "text": "<!here>"}}],
    )
    first, second = await door.get("/screens/admin/team")
    assert (first["pings"], second["pings"]) == (["channel", person], [])
    assert first["reads"] == f"@channel @{told['people']['reader']['name']} <!here>"
