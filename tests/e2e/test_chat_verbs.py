"""Every verb in Slack: to the bot in a channel's thread, alone with it, typed as a command, and by a button."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.commands import COMMANDS
from tests.e2e.room import Room, opened
from tests.e2e.stage import put
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

WORK = ({"run": "echo more >> notes.txt"}, {"result": "Wrote it down."})
ENDED = r"\A✅ (J-\w+) done in"
# In the order of a conversation: what is typed, and what only this verb answers. {job} is the first job of it.
SAID = {
    "fix": ("fix repo={repository}", ENDED + r".*PR #\d+"),
    "ask": ("ask what is in here? repo={repository}", r"\A✅ J-\w+ answered in"),
    "jobs": ("jobs --mine", r"newest first(?s:.*){job}"),
    "status": ("status {job}", r"{job} done in "),
    "logs": ("logs {job}", r"\ALast \d+ lines of {job}"),
    "cancel": ("cancel {job}", r"{job} has ended already \(completed\)"),
    "help": ("help", r"cancel \[ID\]"),
    "whoami": ("whoami", r"@\W?{person}\b(?s:.*)github"),
    "why": ("why", r"UTC\): \W*\w+|\AI have no record of an earlier message"),
    "repo": ("repo", r"repo set owner/name"),
    "subscribe": ("subscribe {repository}", r"{repository}"),
    "unsubscribe": ("unsubscribe {repository}", r"{repository}"),
    "ping": ("ping", r"\Apong · "),
    "version": ("version", r"\ABellhop \d"),
    "retry": ("retry {job}", r"\A✅ (?!{job})J-\w+ done in"),
    "new": ("new pr=draft repo={repository}", r"\A✅ (?!{job})J-\w+ done in.*PR #\d+"),
    "undo": ("undo {job}", r"\A✅ (?!{job})J-\w+ done in .*(Closed|Deleted|deleted|took back)"),
    "link": ("link", r"You are @\W?{person}\b(?s:.*)/bellhop link \w{10}"),
    "unlink": ("unlink", r"nlinked"),
}
# Their answer is a job's card, which everybody there may read; and what is nobody's business but who asked.
CARDS = {"fix", "ask", "retry", "new", "undo"}
ALONE = {"help", "whoami", "why", "link", "unlink"}


def test_every_verb_is_said_here() -> None:
    assert SAID.keys() == COMMANDS.keys()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One for all places: each has a conversation of its own."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("chat-verbs")
    async with Workspace(folder / "town", BELLHOP_MAX_JOBS_PER_PERSON="50") as made:
        made.script("any", ".*", *WORK)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        yield made


class Mention(Room):
    """Below a message that named the bot."""

    async def ask(self, text: str) -> None:
        """Say it as it is said here."""
        await self.say(f"@bellhop {text}")


class Direct(Room):
    """Alone with the bot no name is needed."""

    async def ask(self, text: str) -> None:
        """Say it as it is said here."""
        await self.say(text)


class Typed(Room):
    """`/bellhop`, which Slack forbids in threads."""

    async def ask(self, text: str) -> None:
        """Say it as it is said here."""
        told = await self.act("command", command="/bellhop", text=text)
        assert told["seen"] is None, told


DOORS: dict[str, type[Mention] | type[Direct] | type[Typed]] = {
    "a thread": Mention,
    "a channel": Mention,
    "alone with the bot": Direct,
    "a typed command": Typed,
}


async def answered(room: Mention | Direct | Typed, text: str, pattern: str) -> tuple[re.Match[str], bool]:
    """Say it, and wait for a new answer that matches; and whether only the person sees it."""
    before = {each["ts"] for each in await room.bots()}
    await room.ask(text)

    async def look() -> tuple[re.Match[str], bool] | None:
        for each in await room.bots():
            if each["ts"] not in before and (found := re.search(pattern, words(each))):
                return found, each["is_ephemeral"]
        return None

    try:
        return await room.town.until(look, "an answer", 25)
    except AssertionError:
        told = [words(each) for each in await room.bots() if each["ts"] not in before]
        raise AssertionError(f"no answer to {text!r} like {pattern!r}; there is {told}") from None


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", DOORS)
async def test_every_verb_is_answered_where_it_was_said(town: Workspace, name: str) -> None:
    await town.link()
    made = await opened(town, name.replace(" ", "-"))
    room = DOORS[name](town, "dm" if name == "alone with the bot" else made.channel)
    if name == "a thread":
        await room.begin("who can help?")
    given = {"repository": town.repository, "person": re.escape(town.people["writer"]["login"]), "job": ""}
    alone = set()
    for verb, (text, pattern) in SAID.items():
        said, wanted = text, pattern
        for word, value in given.items():
            said, wanted = said.replace(f"{{{word}}}", value), wanted.replace(f"{{{word}}}", value)
        found, is_private = await answered(room, said, wanted)
        given["job"] = found[1] if verb == "fix" else given["job"]
        alone |= {verb} if is_private else set()
    assert not alone & CARDS
    if room.channel != "dm":
        assert alone >= (SAID.keys() - CARDS if name == "a typed command" else ALONE)
    assert (await town.play("GET", "/violations"))["violations"] == []
