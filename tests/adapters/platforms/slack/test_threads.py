"""Of a thread its first message and its newest are read, however long it is, and in few calls."""

from collections.abc import Callable, Sequence

import pytest

from adapters.platforms.slack import Slack, threads
from models.message import Thread
from playground.slack.faults import Fault
from playground.slack.records import Message
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent

MOST = 50


def write(playground: SlackPlayground, pauses_seconds: Sequence[float]) -> tuple[str, str]:
    """A thread whose messages come after these pauses, its channel and its first message."""
    store = playground.world.store
    channel = store.channels[playground.world.places["team"]]
    user = store.users[playground.world.cast["reader"]]
    store.clock.ahead_seconds -= sum(pauses_seconds) + 10
    root = Message(channel, store.clock.ts(), user, "the beginning")
    channel.messages[root.ts] = root
    for number, pause in enumerate(pauses_seconds, 1):
        store.clock.ahead_seconds += pause
        each = Message(channel, store.clock.ts(), user, f"note {number}", thread_ts=root.ts)
        channel.messages[each.ts] = each
    return channel.id, root.ts


async def read(slack: Slack, channel: str, root: str) -> list[str]:
    async with slack._client.calling("reading a thread") as api:
        return [str(each["text"]) for each in await threads.newest(api, channel, root, MOST)]


def expected(count: int) -> list[str]:
    return ["the beginning", *(f"note {number}" for number in range(max(count - MOST, 0) + 1, count + 1))]


@pytest.mark.parametrize(
    ("count", "calls"), [(0, 1), (1, 1), (49, 1), (50, 1), (1000, 1), (1001, 2), (2500, 3)]
)
async def test_a_thread_is_read_to_its_end(
    slack: Slack, playground: SlackPlayground, count: int, calls: int
) -> None:
    channel, root = write(playground, [0.5] * count)
    assert await read(slack, channel, root) == expected(count)
    assert len(sent(playground, "conversations.replies")) == calls


EVENLY = [60.0] * 400
AT_ONCE = [0.001] * 400
BURSTS = ([0.2] * 50 + [86_400.0]) * 8
SLOWER = [1.1**number for number in range(100)] + [20_000.0] * 300
FASTER = [20_000.0] * 300 + [5_000 * 0.93**number for number in range(100)]


@pytest.mark.parametrize("pauses", [EVENLY, AT_ONCE, SLOWER, FASTER])
async def test_of_one_too_long_to_be_read_the_newest_are_found(
    slack: Slack, playground: SlackPlayground, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of 40,000 messages, in pages a hundred times smaller."""
    monkeypatch.setattr(threads, "PAGE", 10)
    monkeypatch.setattr("tests.adapters.platforms.slack.test_threads.MOST", 5)
    channel, root = write(playground, pauses)
    assert await read(slack, channel, root) == expected(len(pauses))
    assert len(sent(playground, "conversations.replies")) <= threads.MOST_CALLS


@pytest.mark.parametrize("pauses", [BURSTS, [0.0] * 400 + [2_500_000.0, 60.0]])
async def test_what_is_told_of_the_newest_has_no_gap(
    slack: Slack, playground: SlackPlayground, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Very many at once, long ago: where they end cannot be found in so few calls, so what came since is told."""
    monkeypatch.setattr(threads, "PAGE", 10)
    channel, root = write(playground, pauses)
    begins, *newest = await read(slack, channel, root)
    assert begins == "the beginning"
    assert newest
    assert newest == expected(len(pauses))[-len(newest) :]
    assert len(sent(playground, "conversations.replies")) <= threads.MOST_CALLS


async def test_a_server_that_never_comes_to_an_end_is_asked_no_more_than_ten_times(
    slack: Slack, playground: SlackPlayground, break_with: Callable[..., Fault]
) -> None:
    page = {
        "ok": True,
        "messages": [{"ts": "1.1", "text": "a"}, {"ts": "1.2", "text": "b"}],
        "has_more": True,
    }
    break_with("wrong_json", path="conversations.replies", body=page, times=99)
    assert await read(slack, "C1", "1.1") == ["a", "b"]
    assert len(sent(playground, "conversations.replies")) == threads.MOST_CALLS


async def test_a_thread_that_is_empty_is_no_error(slack: Slack, break_with: Callable[..., Fault]) -> None:
    break_with(
        "wrong_json", path="conversations.replies", body={"ok": True, "messages": [], "has_more": True}
    )
    assert await read(slack, "C1", "1.1") == []


async def test_our_own_message_is_found_at_the_end_of_a_long_thread(
    slack: Slack, playground: SlackPlayground, thread_in: Callable[..., Thread]
) -> None:
    """After a crash it is looked for: what was not found would be said twice."""
    _, root = write(playground, [0.5] * 2500)
    place = thread_in("team", root)
    posted = await slack.post(place, slack.render_reply("here", "mine"))
    assert [each.id for each in await slack.find(place, "mine")] == [posted.id]
