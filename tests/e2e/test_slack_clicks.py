"""Buttons on Slack, whoever presses them and however late: each press is answered to who pressed, alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.room import Room, labels, opened
from tests.e2e.stage import put
from tests.e2e.test_chat import DONE, PLAIN, SLOW, jobs, of
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
WORKING = r"(J-\w+) fix[\s\S]*Thinking"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One for all: the writer and the maintainer are linked."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("clicks")
    async with Workspace(folder / "town", BELLHOP_MAX_JOBS_PER_PERSON="50") as made:
        made.script("z-any", ".*", *PLAIN)
        made.script("slowly", "slowly", *SLOW)
        made.script("shortly", "shortly", SLOW[0], {"sleep": 4}, *PLAIN)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        for role in ("writer", "maintainer"):
            await made.link(role)
        yield made


async def working(room: Room) -> tuple[dict[str, Any], str]:
    """A card of a job that runs until it is stopped, and its handle."""
    await room.begin(f"@bellhop fix it slowly repo={room.town.repository}")
    card, found = await room.reads(WORKING)
    assert labels(card)[0] == "Cancel"
    return card, found[1]


async def told(room: Room, shown: dict[str, Any], label: str, pattern: str, **more: Any) -> dict[str, Any]:
    """Press; what whoever pressed is told, and nobody else."""
    before = {each["ts"] for each in await room.bots()}
    pressed = await room.press(shown, label, **more)
    assert pressed["seen"] is None, "Slack shows no error of its own"

    async def look() -> dict[str, Any] | None:
        fresh = [each for each in await room.bots() if each["ts"] not in before]
        return next((each for each in fresh if re.search(pattern, words(each))), None)

    answer = await room.town.until(look, f"an answer like {pattern!r}")
    assert answer["is_ephemeral"]
    return answer


async def stop(room: Room, handle: str) -> None:
    await room.say(f"@bellhop cancel {handle}")
    await room.reads(rf"⏹ {handle} stopped by")


async def test_who_is_nobody_here_stops_nothing(town: Workspace) -> None:
    """A guest, and somebody of another company in a channel that both share."""
    room = await opened(town, "nobodies")
    card, handle = await working(room)
    await told(room.as_("guest"), card, "Cancel", r"\AOnly full members of this workspace")
    await told(room.as_("admin"), card, "Cancel", r"\AI don't know yet who you are on github")
    assert [each["status"] for each in of(town, room)] == ["running"]
    await stop(room, handle)
    shared = Room(town, "shared")
    card, handle = await working(shared)
    stranger = shared.as_("stranger")
    await told(stranger, card, "Cancel", r"\AYou are from another organization than this workspace")
    query = "SELECT status FROM jobs WHERE handle = ?"
    assert town.records.column(query, handle) == ["running"]
    await stop(shared, handle)


async def test_a_second_press_is_told_that_there_was_a_first(town: Workspace) -> None:
    room = await opened(town, "pressed-twice")
    card, handle = await working(room)
    first = await told(room, card, "Cancel", rf"\A⏹ Stopping {handle}")
    ended = rf"\A{handle} (is being stopped already, by @|has ended already \(cancelled\))"
    second = await told(room.as_("maintainer"), card, "Cancel", ended, is_stale=True)
    assert first["ts"] != second["ts"]
    await room.reads(rf"⏹ {handle} stopped by @{town.people['writer']['login']}")
    assert [each["status"] for each in await jobs(town, room)] == ["cancelled"]


async def test_a_button_of_before_the_end_tells_of_the_end(town: Workspace) -> None:
    """Somebody's screen may show the card as it was before its last edit."""
    room = await opened(town, "after-the-end")
    await room.begin(f"@bellhop fix it shortly repo={town.repository}")
    _, found = await room.reads(WORKING)
    done, _ = await room.reads(DONE)
    assert "Cancel" not in labels(done)
    await jobs(town, room)
    pressed = await room.act("click", ts=done["ts"], action_id="command-0", is_stale=True)
    assert pressed["payload"]["actions"][0]["value"] == f"/bellhop cancel {found[1]}"
    await room.reads(rf"\A{found[1]} has ended already \(completed\)", is_private=True)
    assert [each["status"] for each in await jobs(town, room)] == ["completed"]


async def test_a_button_on_a_message_that_was_deleted_works_still(town: Workspace) -> None:
    room = await opened(town, "gone")
    card, handle = await working(room)
    await room.as_("admin").act("delete", ts=card["ts"])
    assert card["ts"] not in {each["ts"] for each in await room.bots()}
    await told(room, card, "Cancel", rf"\A⏹ Stopping {handle}")
    again, _ = await room.reads(rf"⏹ {handle} stopped by")
    assert again["ts"] != card["ts"], "how it ended is told again, for its card is gone"
    assert [each["status"] for each in await jobs(town, room)] == ["cancelled"]


async def test_a_right_that_was_lost_since_is_lost_for_the_button_too(town: Workspace) -> None:
    room = await opened(town, "lost-right")
    await room.begin(f"@bellhop fix the till repo={town.repository}")
    card, done = await room.reads(DONE)
    login, path = town.people["maintainer"]["login"], f"/repositories/{town.repository}"
    await town.control("PATCH", path, {"collaborators": {login: "read"}})
    try:
        refused = rf"\ACan't run .undo. here: needs write on {town.repository}, you have read"
        await told(room.as_("maintainer"), card, "Undo", refused)
    finally:
        await town.control("PATCH", path, {"collaborators": {login: "maintain"}})
    assert [each["handle"] for each in await jobs(town, room)] == [done[1]]


async def test_nothing_that_was_sent_would_slack_refuse(town: Workspace) -> None:
    assert (await town.play("GET", "/violations"))["violations"] == []
