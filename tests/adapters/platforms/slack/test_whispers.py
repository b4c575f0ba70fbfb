"""Words for one person alone, and what takes their place, against the pretend Slack."""

from collections.abc import Callable

import pytest

from adapters.platforms.slack import Slack
from bot.errors import AuthenticationError, RateLimitError
from models.message import Thread, ThreadKind
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent
from tests.adapters.platforms.slack.test_chat import actor, answer, command, screen, texts
from tests.adapters.platforms.slack.test_platform import heard
from tests.playground.slack.conftest import Door, Listener

ThreadIn = Callable[..., Thread]
Break = Callable[..., Fault]


async def test_a_whisper_is_seen_by_one_person_alone(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    await slack.whisper(
        thread_in("team"), actor(playground, "writer").id, slack.render_reply("only you", "m")
    )
    assert "only you" in await texts(door, "writer", "team")
    assert "only you" not in await texts(door, "reader", "team")


async def test_a_whisper_goes_into_a_thread_once_somebody_answered_there(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    """Before, Slack would not show it."""
    root = await door.say("writer", "team", "@bellhop help")
    me = actor(playground, "writer").id
    await slack.whisper(thread_in("team", root), me, slack.render_reply("only you", "m"))
    await door.say("reader", "team", "me too", thread_ts=root)
    await slack.whisper(thread_in("team", root), me, slack.render_reply("only you", "m"))
    assert [each.get("thread_ts") for each in sent(playground, "chat.postEphemeral")] == [None, root]


async def test_an_answer_to_a_command_works_where_we_were_never_invited(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door
) -> None:
    asked = await command(slack, listener, door, channel="elsewhere")
    assert asked.answer_url.startswith(playground.world.links.base)
    await answer(slack, asked, "hi")
    assert "hi" in await texts(door, "writer", "elsewhere")
    assert sent(playground, "chat.postEphemeral") == []


async def test_an_answer_to_a_shortcut_on_a_lonely_message_is_shown_beside_it(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door
) -> None:
    """In its thread nobody would see it: nobody answered there yet."""
    ts = await door.say("reader", "team", "look at this")
    for is_active in (False, True):
        if is_active:
            await door.say("reader", "team", "and this", thread_ts=ts)
        await door.post("/message_action", user="writer", channel="team", ts=ts, callback_id="fix")
        await answer(slack, await heard(slack, listener), f"hi {is_active}")
    told = {each["text"]: each.get("thread_ts") for each in await screen(door, "writer", "team")}
    assert (told["hi False"], told["hi True"]) == (None, ts)


async def test_an_address_that_lives_no_more_is_followed_by_the_channel(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door
) -> None:
    asked = await command(slack, listener, door)
    playground.world.store.response_urls.clear()
    await answer(slack, asked, "hi")
    assert len(sent(playground, "chat.postEphemeral")) == 1
    assert "hi" in await texts(door, "writer", "team")


@pytest.mark.parametrize("place", ["elsewhere", "secret"])
async def test_where_we_are_not_a_whisper_becomes_a_direct_message(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn, place: str
) -> None:
    await slack.whisper(thread_in(place), actor(playground, "writer").id, slack.render_reply("psst", "m"))
    assert "psst" in await texts(door, "writer", "dm")


async def test_a_whisper_to_an_address_elsewhere_goes_to_the_channel(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn, listener: Listener
) -> None:
    me = actor(playground, "writer").id
    await slack.whisper(thread_in("team"), me, slack.render_reply("psst", "m"), listener.url)
    said = slack.render_reply("psst", "m")
    assert not await slack.replace_whisper(thread_in("team"), "1.1", said, listener.url)
    assert listener.seen == []
    assert len(sent(playground, "chat.postEphemeral")) == 1


async def test_in_a_direct_message_a_whisper_is_a_message(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn
) -> None:
    me = actor(playground, "writer").id
    await slack.whisper(thread_in(me, kind=ThreadKind.DIRECT), me, slack.render_reply("psst", "m"))
    assert sent(playground, "chat.postEphemeral") == []
    assert len(sent(playground, "chat.postMessage")) == 1


async def test_a_revoked_token_is_told_and_not_covered_up(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn, break_with: Break
) -> None:
    break_with("error", error="token_revoked", path="postEphemeral")
    with pytest.raises(AuthenticationError) as refusal:
        await slack.whisper(
            thread_in("team"), actor(playground, "writer").id, slack.render_reply("psst", "m")
        )
    assert not refusal.value.is_forbidden


async def test_a_limit_on_whispers_is_told(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn, break_with: Break
) -> None:
    break_with("ratelimited", retry_after=7, path="postEphemeral")
    with pytest.raises(RateLimitError) as refusal:
        await slack.whisper(
            thread_in("team"), actor(playground, "writer").id, slack.render_reply("psst", "m")
        )
    assert refusal.value.retry_after_seconds == 7


async def test_a_message_to_one_person_alone_is_edited_where_it_is(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    """In the conversation with them, and where it took the place of a whisper in a channel we are not in."""
    me = actor(playground, "writer").id
    for place in (thread_in(me, kind=ThreadKind.DIRECT), thread_in("elsewhere")):
        told = await slack.whisper(place, me, slack.render_reply("which one?", "m"))
        assert told
        assert await slack.replace_whisper(place, told, slack.render_reply("this one", "m"))
        now = await texts(door, "writer", "dm")
        assert ("this one" in now, "which one?" in now) == (True, False)
        [said] = [each for each in await screen(door, "writer", "dm") if each["text"] == "this one"]
        await door.post("/delete", user="admin", channel=said_in(told), ts=said["ts"])
        assert not await slack.replace_whisper(place, told, slack.render_reply("too late", "m"))


def said_in(message_id: str) -> str:
    return message_id.partition("/")[0]


async def test_the_address_of_a_typed_command_replaces_nothing(
    slack: Slack, listener: Listener, playground: SlackPlayground, door: Door
) -> None:
    """Slack would say it a second time."""
    asked = await command(slack, listener, door)
    assert asked.actor is not None
    told = await slack.whisper(asked.thread, asked.actor.id, slack.render_reply("hi", "m"), asked.answer_url)
    assert told == ""
    answered = slack.render_reply("hi again", "m")
    assert not await slack.replace_whisper(asked.thread, told, answered, asked.answer_url)
    assert "hi again" not in await texts(door, "writer", "team")
