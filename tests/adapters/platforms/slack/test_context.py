"""What surrounds a request: its thread, whoever wrote in it, and the files that came with it."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.platforms.slack import Slack
from bot.errors import AuthenticationError, Refused
from models.message import Actor, IncomingMessage, MessageKind, Thread
from playground.slack.faults import Fault
from playground.slack.records import Message
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent
from tests.adapters.platforms.slack.test_platform import heard
from tests.playground.slack.conftest import Door, Listener

ThreadIn = Callable[..., Thread]


async def test_the_context_is_the_thread_and_nothing_else(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door, thread_in: ThreadIn
) -> None:
    await door.say("reader", "team", "chatter of the channel")
    root = await door.say("reader", "team", "the login test is *flaky*")
    await door.say(
        "admin", "team", "since `v2`", thread_ts=root, files=[{"name": "error.log", "content": "boom"}]
    )
    await slack.post(thread_in("team", root), slack.render_reply("I am here", "m"))
    await door.say("writer", "team", "@bellhop fix it", thread_ts=root)
    message = await heard(slack, listener)
    context = await slack.context_of(message)
    users = playground.world.store.users
    people = {role: users[playground.world.cast[role]] for role in ("reader", "admin", "writer", "bot")}
    assert [each.is_ours for each in context.previous_comments] == [False, False, True]
    assert "flaky" in context.previous_comments[0].text
    assert context.previous_comments[1].text == "since `v2`\n[attached: error.log]"
    assert [len(each.files) for each in context.previous_comments] == [0, 1, 0]
    authors = [each.author for each in context.previous_comments]
    assert len(set(authors)) == 3
    assert all(author and not author.startswith("U0") for author in authors)
    assert context.user_msg == "@bellhop fix it"
    assert (context.platform_user_id, context.user_email) == (people["writer"].id, people["writer"].email)
    assert context.thread is not None
    assert context.thread.key == message.thread.key
    assert context.issue_key == f"#{playground.world.store.channels[message.thread.channel].name}"
    assert not context.thread.is_private
    assert context.issue_id == f"{message.thread.channel}:{root}"


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "conversations.replies"])
async def test_a_right_that_is_missing_costs_only_what_it_is_for(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door, method: str
) -> None:
    root = await door.say("reader", "team", "the login test is flaky")
    await door.say("writer", "team", "@bellhop fix it", thread_ts=root)
    message = await heard(slack, listener)
    playground.world.faults.add(Fault("error", error="missing_scope", path=method, times=99))
    context = await slack.context_of(message)
    assert context.user_msg == "@bellhop fix it"
    assert bool(context.user_email) is (method != "users.info")
    assert len(context.previous_comments) == (0 if method == "conversations.replies" else 1)
    playground.world.faults.clear()
    playground.world.faults.add(Fault("error", error="token_revoked", path=method, times=99))
    slack._people._known.clear()
    if method != "conversations.info":
        with pytest.raises(AuthenticationError):
            await slack.context_of(message)


async def test_of_a_long_thread_the_newest_are_kept_in_order(
    slack: Slack, listener: Listener, door: Door, thread_in: ThreadIn
) -> None:
    root = await door.say("reader", "team", "start")
    for number in range(60):
        await slack.post(thread_in("team", root), slack.render_reply(f"note {number}", f"m{number}"))
    await door.say("writer", "team", "@bellhop fix it", thread_ts=root)
    context = await slack.context_of(await heard(slack, listener))
    newest = [f"note {number}" for number in range(11, 60)]
    assert [each.text for each in context.previous_comments] == ["start", *newest]


async def test_of_a_thread_longer_than_a_page_the_newest_are_told(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door
) -> None:
    """With their authors, and as they read now; what was deleted, and what others say elsewhere, is not told."""
    root = await door.say("admin", "team", "start")
    write_below(playground, root, 2100)
    store, people = playground.world.store, playground.world.cast
    channel = store.channels[playground.world.places["team"]]
    edited, deleted = list(channel.messages)[-2:]
    channel.messages[edited].text = "edited"
    channel.messages[edited].edited_by, channel.messages[edited].edited_ts = people["writer"], edited
    del channel.messages[deleted]
    await door.say("reader", "team", "chatter of the channel")
    await door.say("writer", "team", "@bellhop fix it", thread_ts=root)
    context = await slack.context_of(await heard(slack, listener))
    told = [each.text for each in context.previous_comments]
    assert told == ["start", *(f"note {number}" for number in range(2050, 2098)), "edited"]
    names = {role: store.users[people[role]].display_name for role in ("admin", "reader", "writer")}
    authors = [each.author for each in context.previous_comments]
    assert authors[:3] == [names["admin"], names["writer"], names["reader"]]
    assert [each.created_at for each in context.previous_comments] == sorted(
        each.created_at for each in context.previous_comments if each.created_at
    )


def write_below(playground: SlackPlayground, root: str, count: int) -> None:
    """That many replies, by two people in turn."""
    store = playground.world.store
    channel = store.channels[playground.world.places["team"]]
    users = [store.users[playground.world.cast[role]] for role in ("writer", "reader")]
    for number in range(count):
        each = Message(channel, store.clock.ts(), users[number % 2], f"note {number}", thread_ts=root)
        channel.messages[each.ts] = each


async def test_a_message_on_its_own_has_no_context_but_itself(
    slack: Slack, listener: Listener, door: Door
) -> None:
    for channel in ("team", "dm"):
        await door.say("writer", channel, "before it")
        await door.say("writer", channel, "@bellhop fix it")
        context = await slack.context_of(await heard(slack, listener))
        assert (context.user_msg, context.previous_comments) == ("@bellhop fix it", ())


async def test_what_programs_show_and_people_hand_on_is_told(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door
) -> None:
    root = await door.say("reader", "team", "look")
    store = playground.world.store
    channel = store.channels[playground.world.places["team"]]
    alert = {
        "title": "<https://ci.example/1|Build 1>",
        "text": "`login` &lt;failed&gt;",
        "fallback": "unused",
    }
    share = {"is_share": True, "text": "*it* broke"}
    shown: list[dict[str, Any]] = [
        {"text": "", "attachments": [alert], "bot_id": "B0ALERTS", "subtype": "bot_message"},
        {"text": "", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "in _blocks_"}}]},
        {"text": "see", "attachments": [share, {"from_url": "https://a.example", "text": "a preview"}]},
        {"text": "This message was deleted.", "subtype": "tombstone"},
    ]
    for given in shown:
        each = Message(channel, store.clock.ts(), store.users[playground.world.cast["reader"]], **given)
        each.thread_ts = root
        channel.messages[each.ts] = each
    await door.say("writer", "team", "@bellhop fix it", thread_ts=root)
    context = await slack.context_of(await heard(slack, listener))
    assert [each.text for each in context.previous_comments] == [
        "look",
        "> [Build 1](https://ci.example/1)\n> `login` <failed>",
        "> in _blocks_",
        "see\n> *it* broke",
    ]
    assert context.previous_comments[1].author == "B0ALERTS"


@pytest.mark.parametrize(
    "name", ["a log.txt", "50%.txt", "a#b?c.txt", "../../etc/passwd", "Käse–日本.txt", "a&b=c.txt"]
)
async def test_a_file_is_fetched_whatever_it_is_called(
    slack: Slack, listener: Listener, door: Door, name: str
) -> None:
    await door.say("writer", "team", "@bellhop see", files=[{"name": name, "content": "boom"}])
    [file] = (await heard(slack, listener)).files
    assert file.name == name
    assert await slack.fetch(file, 100) == b"boom"


async def test_in_a_shared_channel_files_are_asked_for(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door
) -> None:
    """There an event says no more of a file than that it is there."""
    old = [{"name": "old.log", "content": "older"}]
    root = await door.say("stranger", "shared", "it broke", files=old)
    new = [{"name": "error.log", "content": "boom", "mimetype": "text/plain"}]
    await door.say("writer", "shared", "@bellhop see", thread_ts=root, files=new)
    message = await heard(slack, listener)
    assert [(file.name, file.url) for file in message.files] == [(message.files[0].id, "")]
    context = await slack.context_of(message)
    [file] = context.files
    assert (file.name, file.media_type, file.size_bytes) == ("error.log", "text/plain", 4)
    assert await slack.fetch(file, 100) == b"boom"
    [before] = context.previous_comments
    assert before.text == "it broke\n[attached: old.log]"
    assert await slack.fetch(before.files[0], 100) == b"older"
    assert len(sent(playground, "files.info")) == 2


@pytest.mark.parametrize("error", ["file_not_found", "missing_scope", "ratelimited"])
async def test_a_file_that_slack_tells_nothing_of_costs_only_itself(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door, error: str
) -> None:
    await door.say("writer", "shared", "@bellhop see", files=[{"name": "error.log", "content": "boom"}])
    message = await heard(slack, listener)
    playground.world.faults.add(Fault("error", error=error, path="files.info", times=9))
    context = await slack.context_of(message)
    assert context.files == message.files
    with pytest.raises(Refused):
        await slack.fetch(context.files[0], 100)


async def test_a_file_comes_with_its_message(slack: Slack, listener: Listener, door: Door) -> None:
    await door.say("writer", "team", "@bellhop see", files=[{"name": "error.log", "content": "boom"}])
    message = await heard(slack, listener)
    [file] = message.files
    assert (file.name, file.size_bytes) == ("error.log", 4)
    assert (await slack.context_of(message)).files == (file,)
    assert await slack.fetch(file, 100) == b"boom"


@pytest.mark.parametrize(
    ("use", "is_private", "is_external"),
    [("team", False, False), ("private", True, False), ("shared", False, True)],
)
async def test_who_can_read_a_place_is_looked_up_whatever_a_command_called_it(
    slack: Slack,
    playground: SlackPlayground,
    thread_in: ThreadIn,
    use: str,
    is_private: bool,
    is_external: bool,
) -> None:
    """A typed command tells the channel's name, and that is all there is to know it by."""
    there = thread_in(use).model_copy(update={"channel_name": "backend"})
    message = IncomingMessage(
        source=there.source,
        message="/bellhop fix it",
        kind=MessageKind.SLASH,
        event="slash_command",
        actor=Actor(id=playground.world.cast["writer"], login="writer"),
        thread=there,
        comment_id="1.2.slash",
    )
    found = (await slack.context_of(message)).thread
    assert found is not None
    assert (found.is_private, found.is_external) == (is_private, is_external)
    assert found.channel_name == playground.world.store.channels[there.channel].name


async def test_a_message_in_a_shared_channel_says_at_once_that_others_read_it(
    slack: Slack, listener: Listener, door: Door
) -> None:
    for use, is_external in (("team", False), ("shared", True)):
        await door.say("writer", use, "@bellhop status")
        assert (await heard(slack, listener)).thread.is_external is is_external


@pytest.mark.parametrize(("use", "is_external"), [("team", False), ("shared", True)])
async def test_who_reads_where_a_command_was_typed_is_looked_up_once(
    slack: Slack, playground: SlackPlayground, listener: Listener, door: Door, use: str, is_external: bool
) -> None:
    """It does not say so itself: until then others might."""
    await door.post("/command", user="writer", channel=use, command="/bellhop", text="jobs")
    asked = (await heard(slack, listener)).thread
    assert asked.is_external
    for _ in range(2):
        assert (await slack.look_up(asked)).is_external is is_external
    assert len(sent(playground, "conversations.info")) == 1


@pytest.mark.parametrize("error", ["channel_not_found", "missing_scope", "fatal_error"])
async def test_where_slack_does_not_tell_who_reads_it_others_may(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn, error: str
) -> None:
    asked = thread_in("team").model_copy(update={"is_external": True})
    playground.world.faults.add(Fault("error", error=error, path="conversations.info", times=99))
    assert await slack.look_up(asked) == asked
    playground.world.faults.clear()
    assert not (await slack.look_up(asked)).is_external
