"""The bot's page on Slack, what a channel and a thread list, and cards that wait in a line: all as people see it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import yaml

from tests.e2e.room import Room, opened
from tests.e2e.stage import put
from tests.e2e.test_chat import DONE, PLAIN, SLOW, jobs
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
WORKING = r"(J-\w+) fix[\s\S]*Thinking"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One for all: the writer and the maintainer are linked."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("home")
    async with Workspace(folder / "town", BELLHOP_MAX_JOBS_PER_PERSON="50") as made:
        made.script("z-any", ".*", *PLAIN)
        made.script("slowly", "slowly", *SLOW)
        # A conversation that is resumed goes on with its own script: done at first, and slow in what follows.
        parts = [{"steps": list(PLAIN)}, {"steps": list(SLOW)}]
        text = yaml.safe_dump({"match": "more to come", "parts": parts}, sort_keys=False)
        (made.scripts / "-more.yaml").write_text(text)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        for role in ("writer", "maintainer"):
            await made.link(role)
        yield made


class Home:
    """Somebody's tab *Home* of the app."""

    def __init__(self, town: Workspace, role: str = "writer") -> None:
        self.town = town
        self.role = role
        self.alone = Room(town, "dm", role)

    async def blocks(self) -> list[dict[str, Any]]:
        found = (await self.town.play("GET", f"/screens/{self.role}"))["home"]
        return list(found["blocks"]) if found else []

    async def open(self, pattern: str) -> list[dict[str, Any]]:
        await self.town.play("POST", "/home", user=self.role)
        return await self.shows(pattern)

    async def shows(self, pattern: str) -> list[dict[str, Any]]:
        """Wait for words on it; the block that has them and those below it, up to the next words."""

        async def look() -> list[dict[str, Any]] | None:
            made = await self.blocks()
            at = next((n for n, block in enumerate(made) if re.search(pattern, text_of(block))), None)
            return made[at:] if at is not None else None

        found = await self.town.until(look, f"{pattern!r} on the page")
        rest = next(
            (n for n, block in enumerate(found[1:], 1) if block["type"] in {"section", "header"}), None
        )
        return found[:rest]

    async def press(self, pattern: str, label: str) -> None:
        """A button below words of the page, as it is now: it may be drawn anew at any moment."""

        async def pressed() -> bool | None:
            for block in await self.shows(pattern):
                for each in block.get("elements", ()):
                    if each["type"] == "button" and each["text"]["text"] == label:
                        return (
                            await self._act("click", block, each["action_id"], value=each["value"])
                            is not None
                        )
            return None

        await self.town.until(pressed, f"{label!r} below {pattern!r}")

    async def choose(self, pattern: str, repository: str) -> None:
        """In the menu below words of the page."""

        async def chosen() -> bool | None:
            for block in await self.shows(pattern):
                if block["type"] == "actions" and "menu" in kind_of(block):
                    told = await self._act("suggest", block, "choice", text=repository) or {"options": ()}
                    if repository in {each["value"] for each in told["options"]}:
                        return await self._act("click", block, "choice", value=repository) is not None
            return None

        await self.town.until(chosen, f"{repository} to be offered below {pattern!r}")

    async def _act(
        self, what: str, block: dict[str, Any], action_id: str, **more: Any
    ) -> dict[str, Any] | None:
        """None: the page was drawn anew meanwhile."""
        place = {"user": self.role, "home": True, "block_id": block["block_id"], "action_id": action_id}
        if block["block_id"] not in {each["block_id"] for each in await self.blocks()}:
            return None
        done: dict[str, Any] = await self.town.play("POST", f"/{what}", **place | more)
        assert done["seen"] is None
        return done


def text_of(block: dict[str, Any]) -> str:
    return str((block.get("text") or {}).get("text", ""))


def kind_of(block: dict[str, Any]) -> str:
    return "menu" if any(each["type"] == "external_select" for each in block["elements"]) else "buttons"


async def test_ones_own_default_is_set_used_and_cleared_on_the_page(town: Workspace) -> None:
    home = Home(town)
    none = r"\AWhen you ask me alone and name no repository"
    await home.open(none)
    await home.choose(none, town.repository)
    await home.alone.reads(rf"Requests of yours to me alone are about `{town.repository}` from now on")
    mine = rf"\AWhat you ask me alone is about `{town.repository}`"
    await home.shows(mine)
    await home.alone.say("fix the till by my default")
    await home.alone.reads(DONE)
    await home.press(mine, "Clear")
    await home.shows(none)


async def test_a_channels_default_is_told_by_name_and_cleared_by_who_set_it(town: Workspace) -> None:
    room = await opened(town, "my-defaults")
    await room.say(f"@bellhop repo set {town.repository}")
    await room.reads(r"\ARequests here are about")
    home = Home(town)
    default = rf"\ARequests in <#{room.channel}> are about `{town.repository}`"
    await home.open(default)
    other = Home(town, "maintainer")
    await other.open("Your channels")
    assert not [each for each in await other.blocks() if room.channel in text_of(each)]
    await other.alone.say(f"/bellhop repo unset in={room.channel}")
    await other.alone.reads(r"only whoever set a channel's repository last changes it")
    await home.press(default, "Clear")
    await home.alone.reads(r"\ARequests in #my-defaults are about no repository by default any more")
    await home.shows(r"You set none yet")
    await room.say("@bellhop repo")
    await room.reads(r"\ARequests here are about no repository by default", is_private=True)


async def test_a_job_on_the_page_is_stopped_there_with_the_rights_of_then(town: Workspace) -> None:
    room = (await opened(town, "my-jobs")).as_("maintainer")
    home = Home(town, "maintainer")
    await home.open("Your jobs")
    await room.begin(f"@bellhop fix it slowly repo={town.repository}")
    _, found = await room.reads(WORKING)
    await home.open(rf"\A{found[1]} · ")
    mine = rf"\A{found[1]} fix"
    login, path = town.people["maintainer"]["login"], f"/repositories/{town.repository}"
    await town.control("PATCH", path, {"collaborators": {login: "read"}})
    try:
        await home.press(mine, "Cancel")
        await home.alone.reads(r"\ACan.t run `cancel` here: needs write")
    finally:
        await town.control("PATCH", path, {"collaborators": {login: "maintain"}})
    await home.press(mine, "Cancel")
    await room.reads(rf"⏹ {found[1]} stopped by @{login}")
    await home.shows(rf"cancelled: {found[1]} fix")


async def test_a_channel_lists_its_threads_and_a_thread_both_of_its_sides(town: Workspace) -> None:
    room = await opened(town, "listings")
    await room.begin(f"@bellhop fix the till, more to come repo={town.repository}")
    _, done = await room.reads(DONE)
    handle, number = done[1], int(done[2])
    await town.say(number, "@bellhop go on")
    second = (await town.answer(number, r"(J-\w+) fix"))[1]
    await room.say("@bellhop status")
    await room.reads(rf"{second} fix")
    await room.say("@bellhop jobs")
    await room.reads(rf"\AJobs of this thread[\s\S]*{second}[\s\S]*{handle}")
    channel = Room(town, room.channel)
    await channel.act("command", command="/bellhop", text="jobs")
    listed, _ = await channel.reads(r"\AJobs asked for in #listings", is_private=True)
    assert handle in words(listed)
    assert second not in words(listed), "asked on GitHub"
    await channel.act("command", command="/bellhop", text="why")
    await channel.reads(r"UTC\): \W*(answered|accepted)", is_private=True)
    await room.say("@bellhop cancel")
    await town.answer(number, rf"⏹ {second} stopped by")


async def test_cards_in_a_thread_move_with_the_line_of_their_pull_request(town: Workspace) -> None:
    room = await opened(town, "line")
    await room.begin(f"@bellhop fix the till, more to come repo={town.repository}")
    _, done = await room.reads(DONE)
    number = int(done[2])
    await town.say(number, "@bellhop go on")
    holder = (await town.answer(number, r"(J-\w+) fix[\s\S]*Thinking"))[1]
    await room.say("@bellhop and the drawer")
    second = (await room.reads(rf"(J-\w+) fix .*drawer.*2nd behind {holder}"))[1][1]
    await room.say("@bellhop and the shelf")
    third = (await room.reads(rf"(J-\w+) fix .*shelf.*3rd behind {second}"))[1][1]
    await town.say(number, f"/bellhop cancel {holder}")
    await room.reads(rf"{third} fix .*shelf.*2nd behind {second}")
    await room.say(f"@bellhop cancel {third}")
    await room.reads(rf"⏹ {third} stopped by")
    await room.say(f"@bellhop cancel {second}")
    await room.reads(rf"⏹ {second} stopped by")
    await jobs(town, room)


async def test_who_somebody_is_is_told_by_name(town: Workspace) -> None:
    room = await opened(town, "names")
    await room.say("@bellhop whoami")
    shown, told = await room.reads(r"\AHere you are (.+) \(slack id (\w+)\)", is_private=True)
    assert told[2] == town.slack["people"]["writer"]["id"]
    assert told[1] != told[2], words(shown)


async def test_names_change_and_nothing_else_does(town: Workspace) -> None:
    """On both sides: people are known by their ids."""
    room = (await opened(town, "renamed")).as_("maintainer")
    login, id_ = town.people["maintainer"]["login"], town.slack["people"]["maintainer"]["id"]
    await town.control("PATCH", f"/people/{login}", {"login": "another-name"})
    await town.play("PATCH", f"/people/{id_}", name="somebody.else", display_name="Somebody Else")
    await room.begin(f"@bellhop fix the till repo={town.repository}")
    await room.reads(DONE)
    await room.say("@bellhop whoami")
    await room.reads(rf"\AHere you are .* \(slack id {id_}\), linked to @", is_private=True)


async def test_nothing_that_was_sent_would_slack_refuse(town: Workspace) -> None:
    assert (await town.play("GET", "/violations"))["violations"] == []
