"""The adapter against the pretend Slack: said once, found again, changed, taken back, and read in its thread."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.platforms.slack import Slack
from bot.errors import AuthenticationError, NotFoundError, Refused
from models.card import Card, CardState
from models.delivery import WebhookRequest
from models.identity import Role
from models.message import Actor, IncomingMessage, MessageKind, Thread, ThreadKind
from playground.slack.faults import Fault
from playground.slack.records import Message
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent
from tests.adapters.platforms.slack.deliveries import delivery
from tests.playground.slack.conftest import Door, Listener

ThreadIn = Callable[..., Thread]
CARD = Card(
    job_id="1",
    handle="J-7K3Q",
    state=CardState.QUEUED,
    headline="👀 J-7K3Q fix on #backend · queued",
    body="**bold** and [a link](https://example.com)\n\n```\ncode\n```",
    next_commands=("/bellhop cancel J-7K3Q",),
    marker="bellhop:J-7K3Q",
)


async def heard(slack: Slack, listener: Listener, at: int = -1) -> IncomingMessage:
    """What the app was told, as the adapter reads it after checking its signature."""
    headers, body = listener.seen[at]
    request = WebhookRequest(headers={name.lower(): value for name, value in headers.items()}, body=body)
    slack.verify(request)
    found = slack.normalize(delivery(request))
    assert isinstance(found, IncomingMessage), found
    return found


async def test_we_know_who_we_are(slack: Slack, playground: SlackPlayground) -> None:
    assert (slack.own_id, slack.is_introduced) == ("", False)
    me = await slack.me()
    assert (me.id, me.login, me.is_bot) == (playground.world.cast["bot"], "bellhop", True)
    assert (slack.own_id, slack.own_login, slack.is_introduced) == (me.id, "bellhop", True)
    await slack.me()
    assert len(sent(playground, "auth.test")) == 1


async def test_who_we_were_is_good_until_slack_tells(slack: Slack) -> None:
    slack.recall(Actor(id="U1", login="butler"))
    assert (slack.own_id, slack.own_login, slack.is_introduced) == ("U1", "butler", False)


async def test_a_mention_becomes_a_message_in_its_thread(
    slack: Slack, listener: Listener, door: Door
) -> None:
    ts = await door.say("writer", "team", "@bellhop fix the flaky login test")
    found = [await heard(slack, listener, at) for at in range(len(listener.seen))]
    assert {each.event.partition(".")[0] for each in found} == {"app_mention", "message"}
    assert {each.text for each in found} == {"@bellhop fix the flaky login test"}
    assert len({each.semantic_key for each in found}) == 1
    assert found[0].thread.root == found[0].comment_id == ts


async def test_a_card_is_posted_found_changed_and_taken_back(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    thread = thread_in("team", await door.say("writer", "team", "@bellhop fix it"))
    posted = await slack.post(thread, slack.render_card(CARD))
    assert [each.id for each in await slack.find(thread, CARD.marker)] == [posted.id]
    await slack.edit(thread, posted.id, slack.render_card(CARD.model_copy(update={"headline": "✅ done"})))
    [again] = await slack.find(thread, CARD.marker)
    assert again.id == posted.id
    assert "archives" in again.url
    shown = playground.world.store.channels[thread.channel].messages[posted.id]
    assert (shown.thread_ts, shown.text) == (thread.root, "✅ done")
    await slack.delete(thread, posted.id)
    assert await slack.find(thread, CARD.marker) == []
    await slack.delete(thread, posted.id)
    with pytest.raises(NotFoundError):
        await slack.edit(thread, posted.id, slack.render_card(CARD))


async def test_nothing_we_say_loads_a_preview(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn
) -> None:
    await slack.post(thread_in("team"), slack.render_reply("https://example.com", "m"))
    [said] = sent(playground, "chat.postMessage")
    assert {str(said[name]).lower() for name in ("unfurl_links", "unfurl_media")} <= {"false", "0"}
    assert "thread_ts" not in said


async def test_only_our_own_message_with_the_marker_is_found(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    thread = thread_in("team", await door.say("writer", "team", "@bellhop fix it"))
    await slack.post(thread, slack.render_reply("another", "bellhop:d1-0"))
    mine = await slack.post(thread, slack.render_reply("this", "bellhop:d2-0"))
    await door.say("writer", "team", "bellhop:d2-0", thread_ts=thread.root)
    store = playground.world.store
    forged = store.channels[thread.channel].messages[mine.id]
    assert [each.id for each in await slack.find(thread, "bellhop:d2-0")] == [mine.id]
    forged.user = store.users[playground.world.cast["writer"]]
    forged.bot_id = None
    assert await slack.find(thread, "bellhop:d2-0") == []


async def test_what_is_said_in_the_channel_is_found_there(slack: Slack, thread_in: ThreadIn) -> None:
    first = await slack.post(thread_in("team"), slack.render_reply("one", "m"))
    twin = await slack.post(thread_in("team"), slack.render_reply("one", "m"))
    assert [each.id for each in await slack.find(thread_in("team"), "m")] == [first.id, twin.id]


async def test_the_conversation_with_a_person_is_found_by_their_id(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn
) -> None:
    thread = thread_in(playground.world.cast["writer"], kind=ThreadKind.DIRECT)
    posted = await slack.post(thread, slack.render_reply("psst", "m"))
    await slack.edit(thread, posted.id, slack.render_reply("psst!", "m"))
    assert [each.id for each in await slack.find(thread, "m")] == [posted.id]
    assert len(sent(playground, "conversations.open")) == 1


async def test_a_thread_that_is_gone_holds_nothing_of_ours(slack: Slack, thread_in: ThreadIn) -> None:
    assert await slack.find(thread_in("team", "1600000000.000001"), "m") == []


async def test_eyes_are_put_on_the_very_message_once(
    slack: Slack, playground: SlackPlayground, door: Door, thread_in: ThreadIn
) -> None:
    ts = await door.say("writer", "team", "@bellhop fix it")
    for _ in range(2):
        await slack.react(thread_in("team", ts), MessageKind.COMMENT, ts, "eyes")
    shown = await door.get("/screens/writer/team")
    assert [each["reactions"][0]["count"] for each in shown if each["ts"] == ts] == [1]


@pytest.mark.parametrize("kind", [MessageKind.SLASH, MessageKind.ACTION, MessageKind.FORM, MessageKind.EVENT])
async def test_what_left_no_message_gets_no_eyes(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn, kind: MessageKind
) -> None:
    await slack.react(thread_in("team"), kind, "1.2.slash", "eyes")
    assert sent(playground, "reactions.add") == []


async def test_slack_has_no_repositories(slack: Slack) -> None:
    assert await slack.role_of(Actor(id="U1", login="ada"), "acme/shop") is Role.NONE


async def test_a_channel_we_were_not_invited_to_says_how(slack: Slack, thread_in: ThreadIn) -> None:
    with pytest.raises(AuthenticationError, match="/invite @bellhop") as refusal:
        await slack.post(thread_in("elsewhere"), slack.render_reply("hello", "m"))
    assert refusal.value.is_forbidden


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
