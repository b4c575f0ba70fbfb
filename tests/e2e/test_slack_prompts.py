"""What Slack's people are asked stays on their screens no longer than it waits for them, and only they answer it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from tests.e2e.room import Room, menu_of, opened
from tests.e2e.stage import put
from tests.e2e.test_chat import DONE, PLAIN, jobs
from tests.e2e.workspace import FORM, Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
WHICH = r"Which repository"
CODE = r"/bellhop link (\w{10})"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One for all: the writer, the maintainer and the reader are linked."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("prompts")
    async with Workspace(folder / "town", BELLHOP_MAX_JOBS_PER_PERSON="50") as made:
        made.script("z-any", ".*", *PLAIN)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        for role in ("writer", "maintainer", "reader"):
            await made.link(role)
        yield made


async def asked(room: Room, pattern: str = WHICH) -> list[dict[str, Any]]:
    """The questions that somebody still sees."""
    return [each for each in await room.bots() if pattern in words(each)]


async def test_a_choice_survives_a_killed_app_and_two_clicks_are_one_job(town: Workspace) -> None:
    room = await opened(town, "picker")
    await room.begin("@bellhop fix the till")
    question, _ = await room.reads(r"Which repository", is_private=True)
    assert [each for each in await room.as_("maintainer").bots() if each["is_ephemeral"]] == []
    await town.kill()
    await town.start()
    assert "what was not offered" not in await room.offered(question)
    await room.choose(question, town.repository)
    await room.reads(rf"\A`?{town.repository}`? it is\.", is_private=True)
    assert await asked(room) == [], "the answer stands in the question's place"
    again = await room.act(
        "click", ts=question["ts"], action_id=menu_of(question), value=town.repository, is_stale=True
    )
    assert again["seen"] is None
    await room.reads(r"that was chosen already", is_private=True)
    await room.reads(DONE)
    assert len(await jobs(town, room)) == 1


async def test_what_is_offered_is_what_the_person_may_write_to(town: Workspace) -> None:
    room = (await opened(town, "offered")).as_("reader")
    await room.begin("@bellhop fix the till")
    question, _ = await room.reads(r"Which repository", is_private=True)
    assert await room.offered(question) == []
    await room.say(f"@bellhop fix the till repo={town.repository}")
    await room.reads(r"Can't run `fix` here: needs write", is_private=True)
    assert await jobs(town, room) == []


async def test_who_is_not_linked_is_asked_privately_and_the_request_runs_once(town: Workspace) -> None:
    room = (await opened(town, "unlinked")).as_("triager")
    await room.begin(f"@bellhop fix it repo={town.repository}")
    _, code = await room.reads(r"/bellhop link (\w+)", is_private=True)
    assert await room.as_("writer").bots() == []
    number = await town.open_issue("Hello")
    await town.say(number, code[0], role="reader")
    await town.answer(number, "Linked: ")
    await town.say(number, code[0], role="admin")
    await town.answer(number, "none of mine, was used")
    await room.reads(r"Can't run `fix` here: needs write", is_private=True)
    assert await jobs(town, room) == [], "the first who shows the code is who it is, with their own rights"


async def test_nobody_else_answers_what_one_person_was_asked(town: Workspace) -> None:
    """Only who sees it can click in it, so this is a forger inside the workspace, or Slack itself being wrong."""
    room = await opened(town, "not-yours")
    await room.begin("@bellhop fix the till")
    question, _ = await room.reads(WHICH, is_private=True)
    [tick] = [each for each in question["controls"] if each["type"] == "checkboxes"]
    told = await room.act("click", ts=question["ts"], action_id=tick["action_id"], value=["yes"])
    payload = told["payload"]
    reader = town.slack["people"]["reader"]["id"]
    [block] = [each["block_id"] for each in question["controls"] if each["type"] == "external_select"]
    option = {"text": {"type": "plain_text", "text": town.repository}, "value": town.repository}
    chosen = {
        "type": "external_select", "action_id": menu_of(question), "block_id": block,
        "selected_option": option, "action_ts": "1700000000.000001",
    }  # fmt: skip
    payload |= {"actions": [chosen], "trigger_id": "1.2.forged", "response_url": ""}
    payload["user"] |= {"id": reader, "username": "reader", "name": "reader"}
    answer = await town.post_to_slacks_door(urlencode({"payload": json.dumps(payload)}).encode(), FORM)
    assert answer.status_code == 200
    await room.as_("reader").reads(r"That question is for somebody else", is_private=True)
    assert len(await asked(room)) == 1, "it still waits for who was asked"
    assert await jobs(town, room) == []
    await room.choose(question, town.repository)
    await room.reads(DONE)


async def test_never_mind_takes_the_request_back(town: Workspace) -> None:
    room = await opened(town, "never-mind")
    await room.begin("@bellhop fix the till")
    question, _ = await room.reads(WHICH, is_private=True)
    await room.press(question, "Never mind")
    shown, _ = await room.reads(r"\ANever mind, then: nothing is done about .*fix the till", is_private=True)
    assert shown["ts"] == question["ts"]
    again = {"ts": question["ts"], "action_id": menu_of(question), "is_stale": True}
    offered = await room.act(
        "suggest", ts=question["ts"], action_id=menu_of(question), is_stale=True, text=""
    )
    assert [each["value"] for each in offered["options"]], "typing goes on in a message that is gone"
    await room.act("click", **again, value=town.repository)
    await room.reads(r"\AThat was taken back", is_private=True)
    assert await jobs(town, room) == []


async def test_a_request_that_is_deleted_is_asked_about_no_more(town: Workspace) -> None:
    """In a channel Slack lets nobody change what one person sees, until they click in it."""
    direct, room = Room(town, "dm"), await opened(town, "deleted-request")
    for place in (direct, room):
        said = await place.say("@bellhop fix what will be deleted")
        question, _ = await place.reads(r"Which repository is .*will be deleted")
        await place.act("delete", ts=said)
        await town.play("POST", "/delivery/idle")
        if place is direct:
            await place.reads(r"\AYou took that back")
        else:
            await place.choose(question, town.repository)
            await place.reads(r"\AThat was taken back", is_private=True)
        assert await asked(place, "will be deleted") == []
    assert await jobs(town, room) == []


async def test_past_its_time_a_question_is_over(town: Workspace) -> None:
    direct, room = Room(town, "dm"), await opened(town, "too-late")
    questions = []
    for place in (direct, room):
        await place.say("@bellhop fix it much later")
        questions.append((await place.reads(r"Which repository is .*much later"))[0])
    late = "UPDATE pending_requests SET expires_at = 1 WHERE line LIKE '%much later'"
    assert town.records.change(late) == 2
    await room.choose(questions[1], town.repository)
    await room.reads(r"\AThat question is too old", is_private=True)
    await town.stop()
    await town.start()
    await direct.reads(r"\AThat waited for an answer for too long")
    assert await asked(direct, "much later") == await asked(room, "much later") == []
    assert await jobs(town, room) == []


async def test_a_code_is_shown_no_longer_than_it_is_good(town: Workspace) -> None:
    alone = Room(town, "dm", "admin")
    await alone.say(f"fix it repo={town.repository}")
    _, old = await alone.reads(CODE)
    await alone.say("link")
    _, new = await alone.reads(rf"/bellhop link (?!{old[1]})(\w{{10}})")
    await alone.reads(r"\AA newer code is further down")
    number = await town.open_issue("Who I am")
    await town.say(number, f"/bellhop link {old[1]}", role="admin")
    await town.answer(number, "none of mine, was used")
    await town.say(number, f"/bellhop link {new[1]}", role="admin")
    name = town.slack["people"]["admin"]["name"]
    linked = await town.answer(number, r"Linked: (.+) on slack is @")
    assert town.slack["people"]["admin"]["id"] not in linked[1], f"{name} is known by name"
    await alone.reads(r"\AYou are @.* on github now, so nothing is asked here any more")
    assert not [each for each in await alone.bots() if new[1] in words(each) or old[1] in words(each)]
    await alone.reads(DONE)


async def test_nothing_that_was_sent_would_slack_refuse(town: Workspace) -> None:
    assert (await town.play("GET", "/violations"))["violations"] == []
