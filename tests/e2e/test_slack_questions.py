"""What is said instead of doing it, at every door of Slack: to its person alone, and what is asked for then goes on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.column import DOORS
from tests.e2e.doors import Door, Reply
from tests.e2e.room import Room, opened
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
# Who talks below somebody else's card without calling the bot talks to people: what they may not have is not told them.
LOUD = [name for name in DOORS if name != "reply"]
# Whose words are a request, whatever they are: nothing of theirs is a mistyped verb.
VERBAL = [name for name in LOUD if name != "handed"]
WHICH = r"\AWhich repository is .*fix the till"
UNLINKED = r"I don't know yet who you are on github|That waits too until I know who you are"
CARD = r"\A👀 (J-\w+) fix .*the till.*queued"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """Nobody works here. Writer and reader are linked."""
    require_service("redis")
    async with Workspace(
        tmp_path_factory.mktemp("questions") / "town",
        BELLHOP_WORKERS="0",
        BELLHOP_MAX_JOBS_PER_PERSON="500",
        BELLHOP_MAX_JOBS_PER_REPOSITORY="500",
        BELLHOP_MAX_ANSWERS_PER_HOUR="1000",
    ) as made:
        for role in ("writer", "reader"):
            await made.link(role)
        yield made


async def door_of(town: Workspace, name: str, what: str, role: str) -> Door:
    """A door in a channel of its own, as somebody. Handed-over words name no repository, so the channel does."""
    door = DOORS[name](await opened(town, f"{what}-{name}"))
    await door.open()
    if name == "handed" and what != "which":
        await door.room.act("command", command="/bellhop", text=f"repo set {town.repository}")
        await door.room.reads("are about")
    door.room = door.room.as_(role)
    return door


async def told_alone(door: Door, name: str, text: str, pattern: str) -> Room:
    """Ask; the answer is for its person alone, by being whispered or in a conversation of theirs."""
    told = await door.told("fix", text, pattern)
    place = door.place
    assert told.is_private or place.channel == "dm", told.text
    assert not told.is_seen_by_others
    return place


@pytest.mark.parametrize("name", LOUD)
async def test_a_denial_is_told_alone(town: Workspace, name: str) -> None:
    door = await door_of(town, name, "denied", "reader")
    wanted = rf"\ACan't run .fix. here: needs write on {town.repository}, you have read"
    await told_alone(door, name, f"fix the till repo={town.repository}", wanted)


@pytest.mark.parametrize("name", VERBAL)
async def test_a_mistyped_verb_is_asked_back(town: Workspace, name: str) -> None:
    door = await door_of(town, name, "unknown", "writer")
    told = await door.told("fix", "cancle J-7K3Q", r"\ADon't know .cancle.\. Did you mean .*cancel J-7K3Q")
    assert told.is_private or door.place.channel == "dm"


@pytest.mark.parametrize("name", LOUD)
async def test_which_repository_is_asked_alone_and_the_answer_is_what_goes_on(
    town: Workspace, name: str
) -> None:
    door = await door_of(town, name, "which", "writer")
    place = await told_alone(door, name, "fix the till", WHICH)
    known = {each["ts"] for each in await place.bots()}
    question = (await place.reads(WHICH))[0]
    await place.choose(question, town.repository)

    async def card() -> dict[str, Any] | None:
        fresh = [each for each in await place.bots() if each["ts"] not in known]
        return next((each for each in fresh if re.search(CARD, words(each))), None)

    shown = await town.until(card, "a card")
    assert not shown["is_ephemeral"]
    assert f"on {town.repository}" in words(shown)


async def test_who_is_not_linked_is_asked_alone_at_every_door_and_all_of_it_goes_on_once(
    town: Workspace,
) -> None:
    places: dict[str, Room] = {}
    for name in LOUD:
        door = await door_of(town, name, "unlinked", "admin")
        places[name] = await told_alone(door, name, f"fix the till repo={town.repository}", UNLINKED)
    assert cards(await places["mention"].bots()) == []
    await town.link("admin")

    async def all_there() -> bool | None:
        found = [each for place in places.values() for each in cards(await place.bots())]
        return True if len(set(found)) == len(LOUD) else None

    await town.until(all_there, f"a card for each of {len(LOUD)} requests")
    await town.play("POST", "/delivery/idle")
    login = town.people["admin"]["login"]
    query = "SELECT count(*) FROM jobs WHERE json_extract(requester, '$.login') = ?"
    assert town.records.column(query, login) == [len(LOUD)]


def cards(shown: list[dict[str, Any]]) -> list[str]:
    return [found[1] for each in shown if (found := re.search(CARD, words(each)))]


@pytest.mark.parametrize("role", ["reader", "triager", "guest"])
async def test_a_remark_below_a_card_by_who_may_not_ask_is_left_alone(town: Workspace, role: str) -> None:
    door = Reply(await opened(town, f"remark-{role}"))
    await door.open()
    before = await door.place.bots()
    door.room = door.room.as_(role)
    await door.ask("fix", "and the drawer, too")
    query = "SELECT disposition FROM deliveries WHERE comment_id = ? AND disposition IS NOT NULL"

    async def decided() -> list[str] | None:
        return town.records.column(query, door.said) or None

    assert set(await town.until(decided, "a disposition")) == {"ignored:not_addressed"}
    assert await door.as_seen_by("writer") == before
    [mine] = [each for each in await town.screen(door.room.channel) if each["ts"] == door.said]
    assert not mine.get("reactions")


async def test_what_was_told_alone_is_told_again_by_why(town: Workspace) -> None:
    room = (await opened(town, "vanished")).as_("reader")
    await room.say(f"@bellhop fix the till repo={town.repository}")
    await room.reads("Can't run .fix. here", is_private=True)
    await town.play("POST", "/reload", user="reader")
    assert await room.bots() == [], "Slack forgets it"
    await room.say("@bellhop why")
    await room.reads(r"denied:role\W*, needs write on .*, you have read", is_private=True)


async def test_a_job_of_the_forge_is_seen_and_stopped_from_here(town: Workspace) -> None:
    number = await town.open_issue("Asked there")
    await town.say(number, "@bellhop fix the gate")
    handle = (await town.answer(number, r"👀 (J-\w+) fix .*queued"))[1]
    room = await opened(town, "from-here")
    await room.say(f"@bellhop status {handle}")
    await room.reads(rf"\A\W*{handle} fix .the gate. on {town.repository}#{number} · queued")
    await room.as_("reader").say(f"@bellhop cancel {handle}")
    await room.as_("reader").reads(r"Can't run .cancel. here: needs write", is_private=True)
    told = await room.act("command", command="/bellhop", text=f"cancel {handle}")
    assert told["seen"] is None
    await room.reads(rf"⏹ {handle} cancelled before it began", is_private=True)
    login = town.people["writer"]["login"]
    await town.answer(number, rf"⏹ {handle} stopped by @\W?{login}")


@pytest.mark.parametrize("kind", ["private", "mpim"])
async def test_other_kinds_of_conversation_are_like_a_channel(town: Workspace, kind: str) -> None:
    members = ["writer", "reader", "maintainer", "bot"]
    made = await town.play("POST", "/channels", name=f"kind-{kind}", kind=kind, members=members)
    room = Room(town, made["id"])
    await room.say(f"@bellhop fix the till repo={town.repository}")
    await room.reads(CARD, is_private=False)
    await room.say("@bellhop help")
    await room.reads(r"cancel \[ID\]", is_private=True)
    told = await room.act("command", command="/bellhop", text="ping")
    assert told["seen"] is None
    await room.reads(r"\Apong", is_private=True)


async def test_another_name_changes_nothing(town: Workspace) -> None:
    person = town.slack["people"]["writer"]["id"]
    await town.play("PATCH", f"/people/{person}", name="somebody-else", display_name="Somebody Else")
    impostor = await town.play("POST", "/people", name=town.slack["people"]["writer"]["name"])
    made = await town.play(
        "POST", "/channels", name="renamed", kind="public", members=["writer", impostor["id"], "bot"]
    )
    room = Room(town, made["id"])
    await room.say("@bellhop whoami")
    await room.reads(rf"slack id {person}\), linked to @\W?{town.people['writer']['login']} on github")
    await room.say(f"@bellhop fix the till repo={town.repository}")
    await room.reads(CARD)
    other = room.as_(impostor["id"])
    await other.say(f"@bellhop fix the till repo={town.repository}")
    await other.reads(r"I don't know yet who you are", is_private=True)


async def test_slack_takes_all_that_was_sent(town: Workspace) -> None:
    assert (await town.play("GET", "/violations"))["violations"] == []
