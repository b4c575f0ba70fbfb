"""What is too long for a message on Slack: more messages in order, or a file; never where more people read it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.e2e.room import Room, opened
from tests.e2e.stage import put
from tests.e2e.story import no_loose_ends
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
STEPS = [
    {"say": f"step {number} of a story that is long enough to be told in a file"} for number in range(80)
]
CODE = "```python\n" + "print('hello, world, this is a line')\n" * 400 + "```"
ANSWER = (
    "\n\n".join(f"Paragraph {number}. {'word ' * 100}" for number in range(30)) + f"\n\n{CODE}\n\nThe end."
)
BOOK = "\n\n".join(f"Chapter {number}. {'word ' * 200}" for number in range(60))
LINE = "is a line of what a failing check has to say for itself"
LOUD = f"run: 'for i in $(seq 70); do echo \"$i {LINE}\"; done; exit 1'\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One for all: the writer is linked, agents are talkative."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("chat-long")
    async with Workspace(folder / "town", BELLHOP_MAX_JOBS_PER_PERSON="50") as made:
        made.script("a-tale", "a tale", *STEPS, {"result": "Told."})
        made.script("b-answer", "an answer", {"result": ANSWER})
        made.script("c-book", "a book", {"result": BOOK})
        made.script("d-break", "break it", {"run": "echo more >> notes.txt"}, {"result": "Broke it."})
        await put(made, ".bellhop.yml", LOUD)
        await made.link()
        yield made


async def uploads(room: Room, channel: str = "") -> list[dict[str, Any]]:
    """The bot's messages with files there."""
    where = Room(room.town, channel or room.channel, room.role)
    return [each for each in await where.bots() if each.get("files")]


async def upload(room: Room, channel: str = "") -> dict[str, Any]:
    """The only one, when it is there."""

    async def look() -> dict[str, Any] | None:
        return next(iter(await uploads(room, channel)), None)

    await room.town.until(look, "a file")
    await room.town.play("POST", "/delivery/idle")
    await no_loose_ends(room.town)
    [found] = await uploads(room, channel)
    return found


async def content(town: Workspace, shown: dict[str, Any]) -> str:
    """What is in a message's file."""
    [file] = shown["files"]
    headers = {"Authorization": f"Bearer {town.slack['bot_token']}"}
    async with httpx.AsyncClient() as http:
        answer = await http.get(file["url_private"], headers=headers)
    assert answer.status_code == 200
    return answer.text


async def told(room: Room) -> str:
    """A job that says much has ended; its handle."""
    await room.begin(f"@bellhop ask a tale repo={room.town.repository}")
    _, found = await room.reads(r"\A✅ (J-\w+) answered")
    return found[1]


async def test_a_long_log_is_a_file_in_the_thread(town: Workspace) -> None:
    room = await opened(town, "long-log")
    await told(room)
    await room.say("@bellhop logs -n 500")
    shown = await upload(room)
    assert shown["thread_ts"] == room.root
    assert "Last" in words(shown)
    text = await content(town, shown)
    assert all(each["say"] in text for each in STEPS)
    assert not any("step 7 of" in words(each) for each in await room.bots())
    await room.say("@bellhop logs -n 2")
    await room.reads(r"Last 2 lines")
    assert len(await uploads(room)) == 1


async def test_a_log_asked_for_by_a_typed_command_goes_to_its_author_alone(town: Workspace) -> None:
    room = await opened(town, "private-log")
    handle = await told(room)
    typed = Room(town, room.channel)
    before = len(await uploads(room, "dm"))
    await typed.act("command", command="/bellhop", text=f"logs {handle} -n 500")
    await typed.reads(r"direct message", is_private=True)

    async def look() -> bool | None:
        return True if len(await uploads(room, "dm")) > before else None

    await town.until(look, "a file")
    assert STEPS[7]["say"] in await content(town, (await uploads(room, "dm"))[-1])
    assert await uploads(room) == []
    assert await Room(town, "dm", "maintainer").bots() == []


async def test_a_long_answer_is_several_messages_in_order(town: Workspace) -> None:
    room = await opened(town, "long-answer")
    await room.begin(f"@bellhop ask an answer repo={town.repository}")
    await room.reads(r"The end\.\s*\Z")
    await no_loose_ends(town)
    said = [words(each) for each in await room.bots()]
    assert len(said) > 2
    assert said[0].startswith("✅")
    whole = "\n".join(said)
    places = [whole.index(f"Paragraph {number}.") for number in range(30)]
    assert places == sorted(places)
    assert whole.count("print('hello, world, this is a line')") == 400
    assert [whole.count(f"Paragraph {number}.") for number in range(30)] == [1] * 30
    assert {each["thread_ts"] for each in await room.bots()} == {room.root}


async def test_the_parts_of_an_answer_get_through_a_bad_day_in_order_and_once(town: Workspace) -> None:
    room = await opened(town, "bad-day")
    for fault in (
        {"kind": "half", "when": "after"},
        {"kind": "ratelimited", "retry_after": 1},
        {"kind": "status", "status": 502, "when": "after"},
    ):
        await town.slip(fault.pop("kind"), "chat.postMessage", **fault)
    await room.begin(f"@bellhop ask an answer repo={town.repository}")
    await room.reads(r"The end\.\s*\Z")
    await town.slipped()
    await no_loose_ends(town)
    whole = "\n".join(words(each) for each in await room.bots())
    places = [whole.index(f"Paragraph {number}.") for number in range(30)]
    assert places == sorted(places)
    assert [whole.count(f"Paragraph {number}.") for number in range(30)] == [1] * 30
    assert whole.count("print('hello, world, this is a line')") == 400


async def test_a_very_long_answer_is_a_file_below_its_card(town: Workspace) -> None:
    room = await opened(town, "book")
    await room.begin(f"@bellhop ask a book repo={town.repository}")
    shown = await upload(room)
    assert shown["thread_ts"] == room.root
    assert await content(town, shown) == BOOK
    card, *_ = await room.bots()
    assert "Chapter 0." in words(card)


async def test_the_output_of_a_failing_check_is_a_file_below_its_card(town: Workspace) -> None:
    room = await opened(town, "failing")
    await room.begin(f"@bellhop fix break it repo={town.repository}")
    await room.reads(r"\A❌ J-\w+ failed in checks")
    shown = await upload(room)
    text = await content(town, shown)
    assert "12 is a line of what" in text
    assert "70 is a line of what" in text


async def test_without_the_scope_the_end_of_a_log_is_said_and_what_is_missing(town: Workspace) -> None:
    room = await opened(town, "no-scope")
    await told(room)
    await town.slip("error", "files.getUploadURLExternal", error="missing_scope", times=9)
    await room.say("@bellhop logs -n 500")
    said, _ = await room.reads(r"files:write")
    assert "step 79 of" in words(said)
    assert "step 7 of" not in words(said)
    await town.play("DELETE", "/faults")
    await no_loose_ends(town)
    assert await uploads(room) == []


async def test_our_own_files_make_no_job_when_they_come_back(town: Workspace) -> None:
    await town.play("POST", "/delivery/idle")
    query = "SELECT DISTINCT disposition FROM deliveries WHERE action = 'file_share'"
    assert town.records.column(query) == ["ignored:self"]


async def test_nothing_that_was_sent_would_slack_refuse(town: Workspace) -> None:
    assert (await town.play("GET", "/violations"))["violations"] == []
