"""What Slack says no to, and what the person hears of it: in words instead of blocks, in its time, or alone and with
what to do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.room import Room, opened
from tests.e2e.story import no_loose_ends
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
SETTINGS = {"INTEGRATION_TIMEOUT": "3", "BELLHOP_LEASE_SECONDS": "3", "BELLHOP_RENEW_SECONDS": "1"}
STEPS = [
    {"say": f"step {number} of a story that is long enough to be told in a file"} for number in range(80)
]
SLOWLY = ({"say": "Thinking"}, {"sleep": 4}, {"result": "Thought."})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One for all, its writer linked."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("slack-refusals")
    async with Workspace(folder / "town", BELLHOP_MAX_JOBS_PER_PERSON="50", **SETTINGS) as made:
        made.script("slowly", "slowly", *SLOWLY)
        made.script("a-tale", "a tale", *STEPS, {"result": "Told."})
        await made.link()
        yield made
        assert (await made.play("GET", "/violations"))["violations"] == []
        assert "Traceback" not in made.log()


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def fair_weather(town: Workspace) -> AsyncIterator[None]:
    """No fault outlives its test."""
    yield
    await town.play("DELETE", "/faults")


async def told_alone(town: Workspace, pattern: str, after: int) -> str:
    """What the writer is newly told in the direct conversation."""

    async def look() -> str | None:
        told = [words(each) for each in (await town.own("dm"))[after:]]
        return next((each for each in told if pattern in each), None)

    return await town.until(look, f"a direct message with {pattern!r}")


@pytest.mark.parametrize(
    "error", ["expired_trigger_id", "trigger_expired", "invalid_trigger_id", "exchanged_trigger_id"]
)
async def test_who_waited_too_long_for_a_dialog_is_told_alone_what_to_do(town: Workspace, error: str) -> None:
    before = len(await town.own("dm"))
    await town.slip("error", "views.open", error=error)
    await town.play("POST", "/shortcut", user="writer", callback_id="bellhop:ask")
    told = await told_alone(town, "too long to open a dialog", before)
    assert "Write here what is to be done" in told
    assert len(await town.called("views.open")) >= 1
    query = "SELECT disposition, detail FROM deliveries WHERE event = 'shortcut' ORDER BY id DESC"
    kept = town.records.rows(query)[0]
    assert kept["disposition"] == "answered"
    assert error in kept["detail"]


@pytest.mark.parametrize(
    "error", ["invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"]
)
async def test_what_slack_does_not_take_as_blocks_is_said_in_words_once(town: Workspace, error: str) -> None:
    room = await opened(town, f"words-{error.replace('_', '-')}")
    await town.play("DELETE", "/log")
    await town.slip("error", "chat.postMessage", error=error)
    await room.begin("@bellhop version")
    await room.reads("Bellhop")
    await no_loose_ends(town)
    first, second = await town.called("chat.postMessage")
    assert first.get("blocks")
    assert not second.get("blocks")
    assert len(await room.bots()) == 1


async def test_a_method_that_is_limited_holds_no_other_back_and_is_not_asked_in_vain(town: Workspace) -> None:
    room = await opened(town, "limited")
    await town.play("DELETE", "/log")
    await town.slip("ratelimited", "reactions.add", retry_after=3)
    asked = [await room.say("@bellhop ping") for _ in range(3)]
    await town.play("POST", "/delivery/idle")
    await no_loose_ends(town)
    seen = [each for each in await town.screen(room.channel) if each["ts"] in asked]
    assert [[one["name"] for one in each.get("reactions", [])] for each in seen] == [["eyes"]] * 3
    assert len(await town.called("reactions.add")) <= 6, (
        "one refusal, three that count, and what was on its way"
    )
    assert sum(words(each).startswith("pong") for each in await room.bots()) == 3


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_what_is_limited_is_said_in_its_time_and_once(town: Workspace, method: str) -> None:
    room = await opened(town, f"limited-{method.replace('.', '-').lower()}")
    await town.slip("ratelimited", method, retry_after=2)
    await room.begin(f"@bellhop fix it slowly repo={town.repository}")
    await room.reads(r"\A(✅|❌) J-\w+")
    await no_loose_ends(town)
    assert len(await room.bots()) == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_is_limited_is_sent_in_its_time_and_once(town: Workspace, method: str) -> None:
    room = await opened(town, f"file-{method.partition('.')[2].lower()}")
    await room.begin(f"@bellhop ask a tale repo={town.repository}")
    await room.reads(r"\A✅ J-\w+ answered")
    await town.slip("ratelimited", method, retry_after=2)
    await room.say("@bellhop logs -n 500")
    await town.slipped()
    await no_loose_ends(town)
    assert sum(bool(each.get("files")) for each in await room.bots()) == 1


async def busy(town: Workspace, name: str) -> Room:
    """A channel in which a job is at work."""
    room = await opened(town, name)
    await room.begin(f"@bellhop fix it slowly repo={town.repository}")
    await room.reads(r"J-\w+ fix[\s\S]*Thinking")
    return room


async def test_where_the_bot_was_thrown_out_its_person_is_told_how_to_invite_it(town: Workspace) -> None:
    before = len(await town.own("dm"))
    room = await busy(town, "thrown-out")
    await town.play("DELETE", f"/channels/{room.channel}/members/bot")
    told = await told_alone(town, "not_in_channel", before)
    assert "/invite @bellhop" in told
    await town.play("POST", f"/channels/{room.channel}/members", user="bot", inviter="writer")
    await town.tool("deliveries", "resend", "--all")
    await room.reads(r"\A(✅|❌) J-\w+")
    await no_loose_ends(town)
    assert sum("J-" in words(each) for each in await room.bots()) == 1


async def test_where_the_channel_was_archived_its_person_is_told_so(town: Workspace) -> None:
    before = len(await town.own("dm"))
    room = await busy(town, "archived")
    await town.play("PATCH", f"/channels/{room.channel}", is_archived=True)
    told = await told_alone(town, "is_archived", before)
    assert "the channel is archived" in told
    assert "Ask me here instead" in told


async def test_where_the_channel_is_gone_its_person_is_told_what_to_do(town: Workspace) -> None:
    before = len(await town.own("dm"))
    room = await opened(town, "gone")
    await town.slip("error", "chat.postMessage", error="channel_not_found")
    await town.slip("error", "chat.postEphemeral", error="channel_not_found")
    await room.begin("@bellhop jobs --here")
    told = await told_alone(town, "channel_not_found", before)
    assert "/invite @bellhop" in told
    assert await room.bots() == []
