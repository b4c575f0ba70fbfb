"""Events: who hears what, in which envelope."""

from typing import Any

import pytest


async def test_a_mention_in_a_channel_arrives_twice_under_different_ids(
    door: Any, listener: Any, told: Any
) -> None:
    ts = await door.say("writer", "team", "@bellhop fix this & <that>, please")
    one, two = (payload for payload in listener.payloads if payload["type"] == "event_callback")
    assert {one["event"]["type"], two["event"]["type"]} == {"app_mention", "message"}
    assert one["event_id"] != two["event_id"]
    bot = told["bot_user"]["id"]
    for payload in (one, two):
        event = payload["event"]
        assert (event["ts"], event["channel"]) == (ts, told["channels"]["team"]["id"])
        assert event["text"] == f"<@{bot}> fix this &amp; &lt;that&gt;, please"
        assert event["blocks"][0]["elements"][0]["elements"] == [
            {"type": "user", "user_id": bot},
            {"type": "text", "text": " fix this & <that>, please"},
        ]
        assert payload["authorizations"][0]["user_id"] == bot
        assert payload["team_id"] == told["team"]["id"]
    assert next(iter(listener.events("message")))["channel_type"] == "channel"


async def test_a_direct_message_is_a_message_and_no_mention(door: Any, listener: Any) -> None:
    await door.say("writer", "dm", "@bellhop status")
    assert listener.events("app_mention") == []
    assert [event["channel_type"] for event in listener.events("message")] == ["im"]


async def test_a_reply_names_its_parent(door: Any, listener: Any, told: Any) -> None:
    parent = await door.say("writer", "private", "hm")
    await door.say("maintainer", "private", "what?", thread_ts=parent)
    reply = listener.events("message")[-1]
    assert (reply["thread_ts"], reply["parent_user_id"]) == (parent, told["people"]["writer"]["id"])
    assert reply["channel_type"] == "group"


async def test_where_the_bot_is_no_member_it_hears_nothing_until_invited(
    door: Any, listener: Any, told: Any
) -> None:
    said = await door.post("/say", user="writer", channel="elsewhere", text="@bellhop help")
    await door.settle()
    assert listener.seen == []
    assert "not in this channel" in said["seen"]
    await door.post("/channels/elsewhere/members", user="bot", inviter="writer")
    await door.settle()
    joined = listener.events("member_joined_channel")[0]
    assert (joined["user"], joined["inviter"]) == (told["bot_user"]["id"], told["people"]["writer"]["id"])
    assert [event["ts"] for event in listener.events("app_mention")] == [said["ts"]]


async def test_an_edit_tells_before_and_after_and_a_new_mention_counts(door: Any, listener: Any) -> None:
    ts = await door.say("writer", "team", "fix")
    await door.post("/edit", user="writer", channel="team", ts=ts, text="@bellhop fix")
    await door.settle()
    (changed,) = listener.events("message.message_changed")
    assert (changed["previous_message"]["text"], changed["message"]["ts"]) == ("fix", ts)
    assert changed["message"]["edited"]["user"] == changed["message"]["user"]
    (mention,) = listener.events("app_mention")
    assert (mention["ts"], mention["event_ts"]) == (ts, mention["edited"]["ts"])
    await door.post("/edit", user="writer", channel="team", ts=ts, text="@bellhop fix it")
    await door.settle()
    assert len(listener.events("app_mention")) == 1


async def test_a_deleted_parent_with_replies_leaves_a_tombstone(door: Any, listener: Any) -> None:
    lonely, parent = await door.say("writer", "team", "a"), await door.say("writer", "team", "b")
    await door.say("writer", "team", "c", thread_ts=parent)
    for ts in (lonely, parent):
        await door.post("/delete", user="writer", channel="team", ts=ts)
    await door.settle()
    (deleted,) = listener.events("message.message_deleted")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (lonely, "a")
    (changed,) = listener.events("message.message_changed")
    assert changed["message"]["subtype"] == "tombstone"


async def test_files_reactions_and_the_home_are_events(door: Any, listener: Any, told: Any) -> None:
    ts = await door.say("reader", "team", "look", files=[{"name": "a.log", "content": "boom\n"}])
    (shared,) = listener.events("message.file_share")
    assert (shared["files"][0]["name"], shared["files"][0]["size"]) == ("a.log", 5)
    await door.post("/react", user="admin", channel="team", ts=ts, name="eyes")
    await door.post("/home", user="reader")
    await door.settle()
    (reaction,) = listener.events("reaction_added")
    assert (reaction["item"]["ts"], reaction["item_user"]) == (ts, told["people"]["reader"]["id"])
    (opened,) = listener.events("app_home_opened")
    assert (opened["tab"], opened["channel"][0]) == ("home", "D")


async def test_a_stranger_speaks_from_another_workspace(door: Any, listener: Any, told: Any) -> None:
    await door.say("stranger", "shared", "@bellhop hi")
    assert all(payload["is_ext_shared_channel"] for payload in listener.payloads)
    assert listener.events("app_mention")[0]["team"] != told["team"]["id"]


async def test_enterprise_grid_names_the_organization(door: Any, listener: Any) -> None:
    await door.ask(
        "PATCH", "/team", enterprise_id="E0GRID", enterprise_name="Org", is_enterprise_install=True
    )
    await door.say("grid", "team", "@bellhop hi")
    for payload in listener.payloads:
        assert payload["event"]["user"].startswith("W")
        assert payload["enterprise_id"] == payload["context_enterprise_id"] == "E0GRID"
        authorization = payload["authorizations"][0]
        assert (authorization["team_id"], authorization["is_enterprise_install"]) == (None, True)


async def test_uninstalling_kills_the_token_and_tells(door: Any, listener: Any, bot: Any) -> None:
    from slack_sdk.errors import SlackApiError

    await door.post("/uninstall")
    await door.settle()
    assert {payload["event"]["type"] for payload in listener.payloads} == {
        "tokens_revoked",
        "app_uninstalled",
    }
    with pytest.raises(SlackApiError, match="account_inactive"):
        await bot.auth_test()


async def test_revoked_tokens(door: Any, listener: Any, bot: Any, told: Any) -> None:
    from slack_sdk.errors import SlackApiError

    await door.post("/revoke_tokens")
    await door.settle()
    (event,) = listener.events("tokens_revoked")
    assert event["tokens"] == {"oauth": [], "bot": [told["bot_user"]["id"]]}
    with pytest.raises(SlackApiError, match="token_revoked"):
        await bot.auth_test()
    bot.token = (await door.post("/reinstall"))["bot_token"]
    assert (await bot.auth_test())["ok"]


async def test_the_bots_own_posts_are_events_too_but_ephemerals_are_not(
    bot: Any, door: Any, listener: Any, told: Any
) -> None:
    team = told["channels"]["team"]["id"]
    await bot.chat_postMessage(channel=team, text="hello")
    await bot.chat_postEphemeral(channel=team, user=told["people"]["writer"]["id"], text="psst")
    await door.settle()
    (own,) = listener.events("message")
    assert (own["text"], own["bot_id"], own["user"]) == (
        "hello",
        told["bot_user"]["bot_id"],
        told["bot_user"]["id"],
    )
    assert own["bot_profile"]["app_id"] == own["app_id"] == told["app_id"]
