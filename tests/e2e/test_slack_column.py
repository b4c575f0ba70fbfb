"""Slack, cell by cell: every verb at every door, who sees the answer, where it stands and what it says.

Nobody works here, so that jobs wait: what becomes of them is in `test_chat_verbs` and `test_chat`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from bot.commands import COMMANDS
from tests.e2e.column import (
    DOORS,
    IN_THREADS,
    SAID,
    SEEN,
    TABLE,
    fill,
    request_for,
)
from tests.e2e.doors import Door, Told
from tests.e2e.room import opened
from tests.e2e.workspace import Workspace
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@dataclass
class Column:
    """A town, and what was told there so far: each door is tried once, all verbs in a row."""

    town: Workspace
    answers: dict[str, dict[str, Told | AssertionError]] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)

    async def cell(self, verb: str, name: str) -> Told:
        """What was answered. Raises AssertionError where nothing was."""
        if name not in self.answers:
            self.answers[name] = {}
            await self._try(name)
        found = self.answers[name].get(verb) or AssertionError(f"nothing was asked: {self.answers[name]}")
        if isinstance(found, AssertionError):
            raise found
        return found

    async def _try(self, name: str) -> None:
        town = self.town
        await town.link()
        door = self.doors[name] = DOORS[name](await opened(town, f"by-{name}"))
        await door.place.act("command", command="/bellhop", text=f"repo set {town.repository}")
        await door.place.reads("are about")
        await door.open()
        given = {"repository": town.repository, "person": re.escape(town.people["writer"]["login"])}
        given["job"] = "J-NONE"
        for verb, (text, pattern) in SAID.items():
            said = fill(text, given)
            if is_request := TABLE[verb][name] == "R":
                wanted = request_for(verb if name == "handed" else "fix", said)
            else:
                wanted = fill(pattern, given)
            try:
                told = self.answers[name][verb] = await door.told(verb, said, wanted)
            except AssertionError as error:
                self.answers[name][verb] = error
                return
            if verb == "fix" and not is_request:
                given["job"] = told.found[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def column(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Column]:
    """One town for all cells."""
    require_service("redis")
    async with Workspace(
        tmp_path_factory.mktemp("column") / "town",
        BELLHOP_WORKERS="0",
        BELLHOP_MAX_JOBS_PER_PERSON="500",
        BELLHOP_MAX_JOBS_PER_REPOSITORY="500",
        BELLHOP_MAX_ANSWERS_PER_HOUR="1000",
    ) as town:
        yield Column(town)


@pytest.mark.parametrize(("name", "verb"), [(name, verb) for name in DOORS for verb in SAID])
async def test_a_cell(column: Column, name: str, verb: str) -> None:
    sign, told, door = TABLE[verb][name], await column.cell(verb, name), column.doors[name]
    assert told.is_private is (sign == "P"), told.text
    if door.place.channel != "dm":
        assert told.is_seen_by_others is not told.is_private, told.text
    # What one person sees begins no thread: it would stand in one that nobody opens.
    is_below = not told.is_private or name in IN_THREADS
    assert told.thread == (told.below if is_below else ""), told.text


@pytest.mark.parametrize("name", SEEN)
async def test_what_was_written_is_seen(column: Column, name: str) -> None:
    await column.cell("unlink", name)
    door = column.doors[name]
    [mine] = [each for each in await column.town.screen(door.place.channel) if each["ts"] == door.said]
    assert [(each["name"], each["count"]) for each in mine["reactions"]] == [("eyes", 1)]


async def test_slack_takes_no_command_in_a_thread_and_the_app_hears_of_none(column: Column) -> None:
    room = await opened(column.town, "typed-below")
    root = await room.begin("who can help?")
    before = await column.town.play("GET", "/attempts?kind=slash_commands")
    for verb in COMMANDS:
        told = await room.act("command", command="/bellhop", text=verb, thread_ts=root)
        assert (told["is_sent"], told["seen"]) == (False, "/bellhop is not supported in threads. Sorry!")
    assert await column.town.play("GET", "/attempts?kind=slash_commands") == before


async def test_slack_takes_all_that_was_sent(column: Column) -> None:
    assert (await column.town.play("GET", "/violations"))["violations"] == []
