"""The adapter against the pretend Slack: said once, found again, changed, taken back, and read in its thread."""

from collections.abc import Callable

import pytest

from adapters.platforms.slack import Slack
from bot.errors import AuthenticationError, NotFoundError
from models.card import Card, CardState
from models.delivery import WebhookRequest
from models.identity import Role
from models.message import Actor, IncomingMessage, MessageKind, Thread, ThreadKind
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
