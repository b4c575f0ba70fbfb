"""What Slack's people see and do, in one town: each test has a channel of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from tests.e2e.room import Room, echo, labels, opened
from tests.e2e.stage import put
from tests.e2e.story import no_loose_ends, pulls
from tests.e2e.workspace import FORM, Workspace, words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
DONE = r"\A✅ (J-\w+) done in.*PR #(\d+)"
SLOW = ({"say": "Thinking"}, {"sleep": 60}, {"result": "Thought."})
PLAIN = ({"run": "echo more >> notes.txt"}, {"result": "Wrote it down."})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One for all: the writer, the maintainer and the reader are linked."""
    require_service("redis")
    folder = tmp_path_factory.mktemp("chat")
    async with Workspace(folder / "town", BELLHOP_MAX_JOBS_PER_PERSON="50") as made:
        made.script("z-any", ".*", *PLAIN)
        made.script("slowly", "slowly", *SLOW)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        for role in ("writer", "maintainer", "reader"):
            await made.link(role)
        yield made


async def jobs(town: Workspace, room: Room) -> list[dict[str, Any]]:
    """Those asked for in the channel, when all is quiet."""
    await town.play("POST", "/delivery/idle")
    await no_loose_ends(town)
    return of(town, room)


def of(town: Workspace, room: Room) -> list[dict[str, Any]]:
    """Those asked for in the channel, oldest first."""
    query = "SELECT handle, status FROM jobs WHERE thread LIKE ? ORDER BY created_at"
    return town.records.rows(query, f"%/{room.channel}#%")


def dispositions(town: Workspace, ts: str) -> list[str]:
    """What became of all that brought the message."""
    query = "SELECT disposition FROM deliveries WHERE comment_id = ? ORDER BY id"
    return [str(each) for each in town.records.column(query, ts)]


async def test_a_mention_is_seen_and_becomes_one_message_that_is_edited(town: Workspace) -> None:
    room = await opened(town, "one-card")
    asked = await room.begin(f"@bellhop fix the till repo={town.repository}")
    card, done = await room.reads(DONE)
    assert (await jobs(town, room))[0]["handle"] == done[1]
    [mine] = [each for each in await town.screen(room.channel) if each["ts"] == asked]
    assert [(each["name"], each["count"]) for each in mine["reactions"]] == [("eyes", 1)]
    assert [each["ts"] for each in await room.bots()] == [card["ts"]], "no second message"
    assert card["thread_ts"] == asked
    assert [each["ts"] for each in await town.called("chat.update")].count(card["ts"]) > 0, (
        "edited in its place"
    )
    assert labels(card) == ["Undo", "Logs"]
    assert sorted(dispositions(town, asked)) == ["accepted", "duplicate"], "a mention and its twin are one"
    assert await pulls_of(town, done[1]) == [int(done[2])]


async def pulls_of(town: Workspace, handle: str) -> list[int]:
    return [each["number"] for each in await pulls(town) if each["head"]["ref"].endswith(handle)]


async def test_the_thread_is_told_to_the_agent_and_the_channels_chatter_is_not(town: Workspace) -> None:
    town.script("a-leak", "elephant", {"result": "heard of an elephant"})
    town.script("b-told", "(?s)giraffe.*rhino", {"result": "heard of both, in order"})
    room = await opened(town, "context")
    await room.say("an elephant went by")
    root = await room.as_("maintainer").begin("the giraffe is in the till")
    thread = Room(town, room.channel, "writer", root)
    await thread.say("and the rhino below it")
    await thread.say(f"@bellhop fix that repo={town.repository}")
    card, _ = await thread.reads(r"heard of")
    assert "heard of both, in order" in words(card)


async def test_a_running_job_is_stopped_by_its_button(town: Workspace) -> None:
    room = await opened(town, "button")
    await room.begin(f"@bellhop fix it slowly repo={town.repository}")
    card, working = await room.reads(r"(J-\w+) fix[\s\S]*Thinking")
    assert labels(card)[0] == "Cancel"
    await room.press(card, "Cancel")
    login = town.people["writer"]["login"]
    stopped, _ = await room.reads(rf"⏹ {working[1]} stopped by @{login}")
    assert stopped["ts"] == card["ts"]
    assert "Cancel" not in labels(stopped)
    assert [each["status"] for each in await jobs(town, room)] == ["cancelled"]
    await room.say(f"@bellhop cancel {working[1]}")
    await room.reads(rf"{working[1]} has ended already")


async def test_a_running_job_is_stopped_by_words_and_only_by_who_may(town: Workspace) -> None:
    room = await opened(town, "words")
    await room.begin(f"@bellhop fix it slowly repo={town.repository}")
    card, working = await room.reads(r"(J-\w+) fix[\s\S]*Thinking")
    await room.as_("reader").press(card, "Cancel")
    await room.as_("reader").reads(r"Can't run `cancel` here: needs write", is_private=True)
    await room.as_("admin").press(card, "Cancel")
    await room.as_("admin").reads(r"I don't know yet who you are", is_private=True)
    assert [each["status"] for each in of(town, room)] == ["running"]
    await room.say("@bellhop cancel")
    await room.reads(rf"⏹ {working[1]} stopped by")
    assert [each["status"] for each in await jobs(town, room)] == ["cancelled"]


async def test_one_job_from_both_sides(town: Workspace) -> None:
    room = await opened(town, "both-sides")
    await room.begin(f"@bellhop fix the till repo={town.repository}")
    _, done = await room.reads(DONE)
    handle, number = done[1], int(done[2])
    await town.say(number, "/bellhop status")
    await town.answer(number, rf"{handle} done in")
    await town.say(number, "/bellhop logs")
    await town.answer(number, rf"Last \d+ lines of {handle}")
    await town.say(number, "@bellhop please go on")
    second = (await town.answer(number, rf"✅ (J-\w+) done in.*PR #{number}.* updated"))[1]
    await room.say(f"@bellhop status {second}")
    await room.reads(rf"{second} done in")
    await room.say("and the drawer, too")
    await room.reads(rf"\A✅ (?!{handle}|{second})J-\w+ done in.*PR #{number}.* updated")
    await jobs(town, room)
    assert len(await town.request("GET", f"pulls/{number}/commits")) == 3
    assert [each["number"] for each in await pulls(town) if each["head"]["ref"].endswith(handle)] == [number]


async def test_what_was_asked_in_slack_is_stopped_on_github(town: Workspace) -> None:
    room = await opened(town, "stopped-there")
    await room.begin(f"@bellhop fix it slowly repo={town.repository}")
    _, working = await room.reads(r"(J-\w+) fix[\s\S]*Thinking")
    await town.say(1, f"/bellhop cancel {working[1]}")
    await town.answer(1, rf"Stopping {working[1]}")
    await room.reads(rf"⏹ {working[1]} stopped by")
    assert [each["status"] for each in await jobs(town, room)] == ["cancelled"]


async def test_only_an_edit_that_adds_the_mention_counts(town: Workspace) -> None:
    room = await opened(town, "edits")
    said = await room.say("ping")
    await room.act("edit", ts=said, text="@bellhop ping")
    await room.reads(r"\Apong")
    await room.act("edit", ts=said, text="@bellhop version")
    other = await room.say("@bellhop ping again")
    await room.act("edit", ts=other, text="@bellhop ping once more")
    assert await jobs(town, room) == []
    assert not [each for each in await room.bots() if words(each).startswith("Bellhop")]
    assert dispositions(town, said).count("answered") == 1
    assert "ignored:edited" in dispositions(town, other)


async def test_a_person_of_another_company_is_refused_and_so_is_a_guest(
    town: Workspace,
) -> None:
    shared = Room(town, "shared", "stranger")
    await shared.say(f"@bellhop fix it repo={town.repository}")
    await shared.reads(r"from another organization", is_private=True)
    guest = await opened(town, "guests", "guest")
    await guest.say(f"@bellhop fix it repo={town.repository}")
    await guest.reads(r"Only full members", is_private=True)
    assert await jobs(town, guest) == []
    assert of(town, Room(town, town.slack["channels"]["shared"]["id"])) == []


async def test_somebody_of_the_whole_organization_is_a_person_like_any_other(town: Workspace) -> None:
    room = await opened(town, "grid", "grid")
    assert town.slack["people"]["grid"]["id"].startswith("W")
    await room.begin(f"@bellhop fix it repo={town.repository}")
    _, code = await room.reads(r"/bellhop link (\w+)", is_private=True)
    number = await town.open_issue("From the organization")
    await town.say(number, code[0], role="admin")
    await room.reads(DONE)
    assert len(await jobs(town, room)) == 1


async def test_nothing_the_bot_says_makes_a_job_when_it_comes_back(town: Workspace) -> None:
    """Every message that left, as an event of the bot, as one of a nameless program, and quoted by a person."""
    room = await opened(town, "echo")
    await room.begin(f"@bellhop fix the till repo={town.repository}")
    for verb in ("ping", "version", "jobs", "repo", "status", "help", "nonsense"):
        await room.say(f"@bellhop {verb}")
    await room.reads(DONE)
    await jobs(town, room)
    before = town.records.column("SELECT count(*) FROM jobs")
    methods = ("chat.postMessage", "chat.postEphemeral", "chat.update")
    sent = [each for method in methods for each in await town.called(method)]
    said = {str(each.get("text", "")): each.get("blocks") for each in sent}
    assert len(said) > 10
    bot = town.slack["bot_user"]
    authors = (
        {"user": bot["id"], "bot_id": bot["bot_id"]},
        {"bot_id": "B0SOMEBODY", "subtype": "bot_message"},
    )
    number = 0
    for text, blocks in said.items():
        for author in authors:
            number += 1
            await echo(town, room, number, {"text": text, "blocks": _plain(blocks), **author})
        await room.say("\n".join(f"> {line}" for line in text.splitlines()))
    await jobs(town, room)
    assert town.records.column("SELECT count(*) FROM jobs") == before
    query = "SELECT DISTINCT disposition FROM deliveries WHERE key LIKE 'EvECHO%'"
    assert set(town.records.column(query)) <= {"ignored:self", "ignored:bot"}


def _plain(blocks: Any) -> Any:
    return json.loads(blocks) if isinstance(blocks, str) else blocks or []


QUOTED = (
    "> @bellhop fix it repo={repository}",
    "> ```\n> @bellhop fix it repo={repository}\n> ```",
    "> ```x``` @bellhop fix it repo={repository}",
    "> - @bellhop fix it repo={repository}",
    "~@bellhop fix it repo={repository}~",
    "hello @bellhop fix it repo={repository}",
)


async def test_what_is_quoted_struck_out_or_in_mid_line_calls_nobody(town: Workspace) -> None:
    """The mention and its twin alike; the bot is as silent when a quote is all that it is sent alone."""
    room = await opened(town, "quotes")
    said = [await room.say(each.format(repository=town.repository)) for each in QUOTED]
    alone = await town.tell(QUOTED[1].format(repository=town.repository), channel="dm")
    await room.say("@bellhop ping")
    await room.reads(r"\Apong")
    assert await jobs(town, room) == []
    assert len(await room.bots()) == 1
    found = {each for ts in (*said, alone) for each in dispositions(town, ts)}
    assert found == {"ignored:not_addressed"}


async def test_what_was_asked_alone_is_not_repeated_elsewhere(town: Workspace) -> None:
    alone = Room(town, "dm", "maintainer")
    await alone.begin(f"mind the walrus repo={town.repository}")
    _, done = await alone.reads(DONE)
    number = await town.open_issue("Jobs of all")
    for line in (f"/bellhop status {done[1]}", "/bellhop jobs --all"):
        await town.say(number, line)
    await town.answer(number, rf"(?m)^- `{done[1]}`")
    room = await opened(town, "elsewhere-told", "maintainer")
    await room.begin(f"@bellhop status {done[1]}")
    told = (await room.reads(done[1]))[0]
    assert "walrus" not in "\n".join([*await town.answers(number), words(told)])


async def test_a_button_pressed_twice_at_once_is_one_job(town: Workspace) -> None:
    room = await opened(town, "twice")
    await room.begin(f"@bellhop fix the till repo={town.repository}")
    card, done = await room.reads(DONE)
    payload = (await room.press(card, "Undo"))["payload"]
    again = await town.post_to_slacks_door(urlencode({"payload": json.dumps(payload)}).encode(), FORM)
    assert again.status_code == 200
    await room.reads(rf"\A✅ (?!{done[1]})J-\w+ done in")
    assert len(await jobs(town, room)) == 2


async def test_nothing_that_was_sent_would_slack_refuse(town: Workspace) -> None:
    assert (await town.play("GET", "/violations"))["violations"] == []


async def test_where_the_bot_is_not_in_the_channel_it_says_so(town: Workspace) -> None:
    made = await town.play("POST", "/channels", name="away", kind="public", members=["writer", "admin"])
    room = Room(town, made["id"])
    told = await room.act("command", command="/bellhop", text="ping")
    assert told["seen"] is None
    await room.reads(r"\Apong", is_private=True)
    await room.act("command", command="/bellhop", text=f"fix it repo={town.repository}")
    await town.until(lambda: _invited(town, room), "to be told how to invite the bot")


async def _invited(town: Workspace, room: Room) -> bool | None:
    told = [*await room.bots(), *await town.own("dm", room.role)]
    return True if any("/invite @bellhop" in words(each) for each in told) else None
