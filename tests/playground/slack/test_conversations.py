"""conversations.*, users.* and reactions.*"""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from playground.slack.records import Message


async def test_pages_follow_their_cursor(bot: Any, told: Any) -> None:
    found, cursor = [], ""
    for _ in range(9):
        page = await bot.conversations_list(limit=1, cursor=cursor, types="public_channel,private_channel")
        assert page["channels"], "a page that says there is more leads to something"
        found += [channel["id"] for channel in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    expected = [channel["id"] for use, channel in told["channels"].items() if use != "secret"]
    assert found == expected
    with pytest.raises(SlackApiError, match="invalid_cursor"):
        await bot.conversations_list(cursor="nonsense")


async def test_what_the_bot_is_in(bot: Any, told: Any) -> None:
    page = await bot.users_conversations(types="public_channel,private_channel")
    inside = {told["channels"][use]["id"] for use in ("general", "team", "private", "shared")}
    assert {channel["id"] for channel in page["channels"]} == inside


async def test_a_thread_in_pages_begins_with_its_parent(bot: Any, door: Any, told: Any) -> None:
    team = told["channels"]["team"]["id"]
    parent = await door.say("writer", "team", "0")
    for number in range(1, 4):
        await door.say("reader", "team", str(number), thread_ts=parent)
    first = await bot.conversations_replies(channel=team, ts=parent, limit=2)
    assert [one["text"] for one in first["messages"]] == ["0", "1", "2"]
    assert first["has_more"] is True
    last = await bot.conversations_replies(
        channel=team, ts=parent, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert ([one["text"] for one in last["messages"]], last["has_more"]) == (["0", "3"], False)
    newer = await bot.conversations_replies(channel=team, ts=parent, oldest=first["messages"][1]["ts"])
    assert [one["text"] for one in newer["messages"]] == ["0", "2", "3"]


async def test_a_thread_is_read_between_two_moments_oldest_first(bot: Any, door: Any, told: Any) -> None:
    team = told["channels"]["team"]["id"]
    parent = await door.say("writer", "team", "0")
    ts = [parent, *[await door.say("reader", "team", str(each), thread_ts=parent) for each in range(1, 7)]]

    async def read(**given: Any) -> tuple[list[str], str]:
        page = await bot.conversations_replies(channel=team, ts=parent, **given)
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        assert page["has_more"] is bool(cursor)
        return [one["text"] for one in page["messages"]], cursor

    assert (await read(latest=ts[3]))[0] == ["0", "1", "2"]
    assert (await read(latest=ts[3], inclusive=True))[0] == ["0", "1", "2", "3"]
    assert (await read(oldest=ts[2], latest=ts[5]))[0] == ["0", "3", "4"]
    assert (await read(oldest=ts[2], latest=ts[5], inclusive=True))[0] == ["0", "2", "3", "4", "5"]
    first, cursor = await read(oldest=ts[2], limit=3)
    assert first == ["0", "3", "4", "5"]
    assert await read(oldest=ts[2], limit=3, cursor=cursor) == (["0", "6"], "")
    assert (await read(oldest=ts[6]))[0] == ["0"]


async def test_history_is_read_between_two_moments_newest_first(bot: Any, door: Any, told: Any) -> None:
    team = told["channels"]["team"]["id"]
    ts = [await door.say("writer", "team", str(each)) for each in range(5)]
    page = await bot.conversations_history(channel=team, oldest=ts[0], latest=ts[4], limit=2)
    assert [one["text"] for one in page["messages"]] == ["3", "2"]
    cursor = page["response_metadata"]["next_cursor"]
    page = await bot.conversations_history(channel=team, oldest=ts[0], latest=ts[4], limit=2, cursor=cursor)
    assert [one["text"] for one in page["messages"]] == ["1"]


async def test_a_page_of_a_thread_holds_a_thousand_unless_another_number_is_named(
    slack: Any, bot: Any, told: Any
) -> None:
    store = slack.world.store
    channel = store.channels[told["channels"]["team"]["id"]]
    items = [Message(channel, store.clock.ts(), store.app.bot, str(number)) for number in range(1002)]
    channel.messages |= {item.ts: item for item in items}
    for item in items[1:]:
        item.thread_ts = items[0].ts
    page = await bot.conversations_replies(channel=channel.id, ts=items[0].ts)
    assert (len(page["messages"]), page["has_more"]) == (1001, True)


@pytest.mark.parametrize(("use", "error"), [("elsewhere", "not_in_channel"), ("secret", "channel_not_found")])
async def test_history_is_for_members(bot: Any, told: Any, use: str, error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        await bot.conversations_history(channel=told["channels"][use]["id"])


async def test_a_thread_that_is_not_there(bot: Any, told: Any) -> None:
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await bot.conversations_replies(channel=told["channels"]["team"]["id"], ts="1700000000.000100")


async def test_joining_needs_its_scope_and_a_public_channel(
    bot: Any, door: Any, told: Any, listener: Any
) -> None:
    elsewhere = told["channels"]["elsewhere"]["id"]
    with pytest.raises(SlackApiError, match="missing_scope"):
        await bot.conversations_join(channel=elsewhere)
    await door.ask("PUT", "/scopes", scopes=["channels:join", "channels:read"])
    assert (await bot.conversations_join(channel=elsewhere))["channel"]["is_member"] is True
    await door.settle()
    assert listener.events("member_joined_channel")[0]["user"] == told["bot_user"]["id"]


async def test_a_direct_conversation_is_the_same_each_time(bot: Any, told: Any) -> None:
    person = told["people"]["reader"]["id"]
    once, again = [(await bot.conversations_open(users=person))["channel"]["id"] for _ in range(2)]
    assert once == again
    shape = (await bot.conversations_info(channel=once))["channel"]
    assert (shape["is_im"], shape["user"]) == (True, person)
    assert (await bot.conversations_members(channel=once))["members"] == [person, told["bot_user"]["id"]]
    with pytest.raises(SlackApiError, match="user_disabled"):
        await bot.conversations_open(users=told["people"]["deactivated"]["id"])
    for robot in (told["people"]["robot"]["id"], told["bot_user"]["id"]):
        with pytest.raises(SlackApiError, match="cannot_dm_bot"):
            await bot.conversations_open(users=robot)


async def test_people_as_they_stand(bot: Any, told: Any) -> None:
    async def user(role: str) -> Any:
        return (await bot.users_info(user=told["people"][role]["id"]))["user"]

    writer = await user("writer")
    assert writer["profile"]["email"] == told["people"]["writer"]["email"]
    assert (writer["is_restricted"], writer["deleted"], writer["is_bot"]) == (False, False, False)
    assert isinstance(writer["tz_offset"], int)
    assert (await user("guest"))["is_restricted"] is True
    assert (await user("deactivated"))["deleted"] is True
    assert (await user("robot"))["is_bot"] is True
    stranger = await user("stranger")
    assert (stranger["is_stranger"], stranger["team_id"] != told["team"]["id"]) == (True, True)
    grid = await user("grid")
    assert (grid["id"][0], grid["enterprise_user"]["id"]) == ("W", grid["id"])
    members = [one["id"] for one in (await bot.users_list())["members"]]
    assert stranger["id"] not in members
    found = await bot.users_lookupByEmail(email=writer["profile"]["email"])
    assert found["user"]["id"] == writer["id"]
    with pytest.raises(SlackApiError, match="users_not_found"):
        await bot.users_lookupByEmail(email="nobody@example.com")
    with pytest.raises(SlackApiError, match="user_not_found"):
        await bot.users_info(user="U0NOBODY")


async def test_the_address_needs_its_scope(bot: Any, door: Any, told: Any) -> None:
    await door.ask("PUT", "/scopes", scopes=["users:read"])
    user = (await bot.users_info(user=told["people"]["writer"]["id"]))["user"]
    assert "email" not in user["profile"]


async def test_groups_of_people(bot: Any, told: Any) -> None:
    (group,) = (await bot.usergroups_list(include_users=True))["usergroups"]
    users = (await bot.usergroups_users_list(usergroup=group["id"]))["users"]
    assert (
        users == group["users"] == [told["people"][role]["id"] for role in ("admin", "maintainer", "writer")]
    )


async def test_reactions_once_each(bot: Any, door: Any, told: Any) -> None:
    team, ts = told["channels"]["team"]["id"], await door.say("writer", "team", "@bellhop hi")
    await bot.reactions_add(channel=team, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="already_reacted"):
        await bot.reactions_add(channel=team, timestamp=ts, name="eyes")
    shape = (await bot.reactions_get(channel=team, timestamp=ts))["message"]
    assert shape["reactions"] == [{"name": "eyes", "users": [told["bot_user"]["id"]], "count": 1}]
    await bot.reactions_remove(channel=team, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="no_reaction"):
        await bot.reactions_remove(channel=team, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="message_not_found"):
        await bot.reactions_add(channel=team, timestamp="1700000000.000100", name="eyes")
