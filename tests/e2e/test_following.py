"""A channel follows a repository, and a page shows one's jobs: with everything real but the vendors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.room import Room, opened
from tests.e2e.stage import put
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
QUICK = ({"result": "Looked at it."},)
SLOW = ({"say": "Thinking"}, {"sleep": 60}, {"result": "Thought."})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """The writer is linked."""
    require_service("redis")
    async with Workspace(tmp_path_factory.mktemp("following") / "town") as made:
        made.script("z-any", ".*", *QUICK)
        made.script("slowly", "slowly", *SLOW)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        await made.link("writer")
        yield made


async def told(room: Room, part: str) -> list[str]:
    """What the channel itself (no thread) was told with that in it."""
    return [words(each) for each in await room.bots(is_private=False) if part in words(each)]


async def test_what_happens_on_the_forge_is_told_in_the_channel_once(town: Workspace) -> None:
    room = await opened(town, "followers")
    await room.say(f"@bellhop subscribe {town.repository}")
    await room.reads("follows")
    number = await town.open_issue("It leaks <!channel> & drips")
    await room.reads(rf"opened issue .*#{number}.*It leaks")
    await town.request("PATCH", f"issues/{number}", {"state": "closed"})
    await room.reads(rf"c\W?losed issue .*#{number}")
    await town.say(number, "@bellhop ask what is it?")
    await room.reads(r"✅ J-\w+ answered")
    for each in ("opened issue", "losed issue", "answered in"):
        assert len(await told(room, each)) == 1
    assert "<!channel>" not in str(await town.called("chat.postMessage"))
    await room.say(f"@bellhop unsubscribe {town.repository}")
    await room.reads("no more")


async def test_a_page_shows_ones_jobs_and_its_button_stops_one(town: Workspace) -> None:
    room = await opened(town, "pages")
    await room.begin(f"@bellhop fix it slowly repo={town.repository}")
    _, found = await room.reads(r"(J-\w+) fix")
    handle = found[1]

    async def page() -> dict[str, Any]:
        screen: dict[str, Any] = await town.play("GET", "/screens/writer")
        return screen["home"] or {"blocks": []}

    async def shows(text: str) -> Any:
        async def look() -> dict[str, Any] | None:
            drawn = await page()
            return drawn if text in str(drawn["blocks"]) else None

        return await town.until(look, f"the page to show {text!r}")

    await town.play("POST", "/home", user="writer")
    drawn = await shows(handle)
    [button] = [
        element
        for block in drawn["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element.get("value") == f"/bellhop cancel {handle}"
    ]
    [block] = [each for each in drawn["blocks"] if button in each.get("elements", ())]
    await town.play(
        "POST", "/click", user="writer", home=True, action_id=button["action_id"], block_id=block["block_id"]
    )
    await shows(f"cancelled: {handle}")


async def test_a_message_is_handed_over_and_a_shortcut_opens_a_dialog(town: Workspace) -> None:
    room = await opened(town, "shortcuts")
    await room.say(f"@bellhop repo set {town.repository}")
    await room.reads("are about")
    room.root = ts = await town.tell("The till drops coins", channel=room.channel, user="reader")
    await room.act("message_action", ts=ts, callback_id="bellhop:fix")
    shown, found = await room.reads(r"(J-\w+) (?:fix|done|answered)")
    assert shown["thread_ts"] == ts
    query = "SELECT request FROM jobs WHERE handle = ?"
    assert "The till drops coins" in str(town.records.column(query, found[1]))
    await town.play("POST", "/shortcut", user="writer", callback_id="bellhop:ask")

    async def dialog() -> dict[str, Any] | None:
        screen = await town.play("GET", "/screens/writer")
        return screen["modals"][-1] if screen.get("modals") else None

    await town.until(dialog, "a dialog")
    await town.play("POST", "/submit", user="writer", values={"text": "ping"})
    await Room(town, "dm").reads(r"\Apong")
