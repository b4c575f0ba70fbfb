"""A method that Slack wants to hear nothing of for a while is not asked; the others are."""

import asyncio
from collections.abc import Callable

import pytest

from adapters.platforms.slack import Slack
from bot.errors import RateLimitError
from models.message import MessageKind, Thread
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent
from tests.playground.slack.conftest import Door

ThreadIn = Callable[..., Thread]
Break = Callable[..., Fault]


async def test_what_would_be_refused_is_not_asked_and_goes_on_in_its_time(
    slack: Slack, playground: SlackPlayground, break_with: Break, thread_in: ThreadIn, door: Door
) -> None:
    said = await door.say("writer", "team", "hello")
    break_with("ratelimited", retry_after=1, path="reactions.add")
    for _ in range(3):
        with pytest.raises(RateLimitError) as limit:
            await slack.react(thread_in("team"), MessageKind.COMMENT, said, "eyes")
        assert 0 < limit.value.retry_after_seconds <= 1
        assert not limit.value.is_for_all
    assert len(sent(playground, "reactions.add")) == 1
    await asyncio.sleep(1.0)
    await slack.react(thread_in("team"), MessageKind.COMMENT, said, "eyes")
    assert len(sent(playground, "reactions.add")) == 2


async def test_a_limit_of_one_method_or_channel_holds_no_other_back(
    slack: Slack, break_with: Break, thread_in: ThreadIn
) -> None:
    break_with("ratelimited", retry_after=60, path="chat.postMessage")
    with pytest.raises(RateLimitError):
        await slack.post(thread_in("team"), slack.render_reply("one", "m"))
    posted = await slack.post(thread_in("shared"), slack.render_reply("two", "m"))
    await slack.edit(thread_in("shared"), posted.id, slack.render_reply("three", "m"))
    with pytest.raises(RateLimitError):
        await slack.post(thread_in("team"), slack.render_reply("one", "m"))
