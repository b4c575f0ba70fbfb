"""What Slack does not take as blocks is said in words, and found again."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.platforms.slack.platform import Slack
from bot.errors import IntegrationError
from models.message import Thread
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent
from tests.playground.slack.conftest import Door

REFUSALS = ["msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"]
WORDS = "The tests pass again."

Break = Callable[..., Fault]
ThreadIn = Callable[..., Thread]


@pytest.mark.parametrize("error", REFUSALS)
async def test_a_message_is_posted_in_words_and_found_again(
    slack: Slack, playground: SlackPlayground, break_with: Break, thread_in: ThreadIn, error: str
) -> None:
    break_with("error", error=error, path="chat.postMessage")
    posted = await slack.post(thread_in("team"), slack.render_reply(WORDS, "J-7K3Q"))
    first, second = sent(playground, "chat.postMessage")
    assert first["blocks"]
    assert not second.get("blocks")
    assert second["text"] == WORDS
    assert [each.id for each in await slack.find(thread_in("team"), "J-7K3Q")] == [posted.id]


@pytest.mark.parametrize("error", REFUSALS)
async def test_a_message_is_edited_in_words_and_shows_nothing_older(
    slack: Slack, playground: SlackPlayground, break_with: Break, thread_in: ThreadIn, door: Door, error: str
) -> None:
    posted = await slack.post(thread_in("team"), slack.render_reply("Under way.", "J-7K3Q"))
    break_with("error", error=error, path="chat.update")
    await slack.edit(thread_in("team"), posted.id, slack.render_reply(WORDS, "J-7K3Q"))
    [shown] = [each for each in await door.get("/screens/writer/team") if each["ts"] == posted.id]
    assert shown["text"] == WORDS
    assert not shown.get("blocks")
    assert [each.id for each in await slack.find(thread_in("team"), "J-7K3Q")] == [posted.id]


@pytest.mark.parametrize("error", REFUSALS)
async def test_a_whisper_is_said_in_words(
    slack: Slack, playground: SlackPlayground, break_with: Break, thread_in: ThreadIn, error: str
) -> None:
    break_with("error", error=error, path="chat.postEphemeral")
    writer: Any = playground.describe()["people"]["writer"]["id"]
    await slack.whisper(thread_in("team"), writer, slack.render_reply(WORDS, ""))
    first, second = sent(playground, "chat.postEphemeral")
    assert first["blocks"]
    assert not second.get("blocks")
    assert second["text"] == WORDS


async def test_words_that_are_refused_too_are_told(
    slack: Slack, break_with: Break, thread_in: ThreadIn
) -> None:
    break_with("error", error="msg_too_long", path="chat.postMessage", times=2)
    with pytest.raises(IntegrationError, match="msg_too_long"):
        await slack.post(thread_in("team"), slack.render_reply(WORDS, "J-7K3Q"))


async def test_another_refusal_is_not_asked_again(
    slack: Slack, playground: SlackPlayground, break_with: Break, thread_in: ThreadIn
) -> None:
    break_with("error", error="channel_not_found", path="chat.postMessage")
    with pytest.raises(IntegrationError, match="channel_not_found"):
        await slack.post(thread_in("team"), slack.render_reply(WORDS, "J-7K3Q"))
    assert len(sent(playground, "chat.postMessage")) == 1


@pytest.mark.parametrize("error", ["invalid_blocks", "invalid_blocks_format"])
async def test_of_blocks_that_are_refused_all_is_said_in_words(
    slack: Slack, playground: SlackPlayground, break_with: Break, thread_in: ThreadIn, error: str
) -> None:
    break_with("error", error=error, path="chat.postMessage")
    lines = [f"line {number} of a long answer & more" for number in range(200)]
    await slack.post(thread_in("team"), slack.render_reply("\n".join(lines), "J-7K3Q"))
    _, second = sent(playground, "chat.postMessage")
    assert second["text"].replace("\n\n", "\n").split("\n") == [line.replace("&", "&amp;") for line in lines]


async def test_an_edit_in_words_is_as_short_as_edits_must_be(
    slack: Slack, playground: SlackPlayground, break_with: Break, thread_in: ThreadIn
) -> None:
    posted = await slack.post(thread_in("team"), slack.render_reply("Under way.", "J-7K3Q"))
    break_with("error", error="invalid_blocks", path="chat.update")
    await slack.edit(thread_in("team"), posted.id, slack.render_reply("word " * 2000, "J-7K3Q"))
    assert len(sent(playground, "chat.update")[-1]["text"]) <= 4000
