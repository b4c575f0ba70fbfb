"""Jobs that go on where earlier ones ended, or wait for them, as people see it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e import stage, story
from tests.e2e.stage import DONE, WRITE, issue, pull_of, put, said
from tests.e2e.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One for all tests here."""
    async with stage.opened(tmp_path_factory.mktemp("endings")) as made:
        yield made


async def test_new_begins_again_and_undo_takes_it_back(town: Town) -> None:
    number = await issue(town, "Do it twice", WRITE, DONE)
    await town.say(number, "@bellhop fix")
    first = await town.answer(number, r"✅ (J-\w+) done in")
    await town.say(number, "@bellhop new do it otherwise")
    second = await town.answer(number, rf"✅ (?!{first[1]})(J-\w+) done in .*PR #(\d+)")
    assert (await pull_of(town, second[1]))["number"] != (await pull_of(town, first[1]))["number"]
    await town.say(number, f"/bellhop undo {second[1]}")
    await town.answer(
        number, rf"✅ J-\w+ done in \w+ · Closed PR #{second[2]} and deleted `bellhop/{second[1]}`"
    )
    assert (await pull_of(town, second[1]))["state"] == "closed"
    assert (await pull_of(town, first[1]))["state"] == "open"
    assert f"bellhop/{second[1]}" not in await story.branches(town)
    assert f"bellhop/{first[1]}" in await story.branches(town)


async def test_two_jobs_of_one_issue_stand_in_line(town: Town) -> None:
    number = await issue(town, "Be slow about it", {"say": "up"}, {"sleep": 6}, WRITE, DONE)
    await town.say(number, "@bellhop fix")
    first = await town.answer(number, r"(J-\w+) fix on")
    await said(town, "up")
    town.script("Be-slow-about-it", "Be slow about it", {"result": "It is there."})
    await town.say(number, "@bellhop fix it again")
    place = rf'(?!{first[1]})(J-\w+) fix "it again" on \S+ · queued, 2nd behind {first[1]} \('
    second = await town.answer(number, place)
    await town.answer(number, rf"✅ {first[1]} done in")
    await town.answer(number, rf"✅ {second[1]} done in")


async def test_a_branch_that_moved_in_other_lines_is_rebased_onto(town: Town) -> None:
    number = await issue(town, "Meet in different files", WRITE, DONE)
    await town.say(number, "@bellhop fix")
    first = await town.answer(number, r"✅ (J-\w+) done in .*PR #(\d+)")
    more = {"tool": {"write": "more.txt", "text": "more\n"}}
    town.script("Meet-in-different-files", "Meet in different", {"say": "up"}, {"sleep": 2}, more, DONE)
    await town.say(number, "@bellhop please write more")
    await said(town, "up")
    theirs = await put(town, "theirs.txt", "mine\n", f"bellhop/{first[1]}")
    await town.answer(number, rf"✅ (?!{first[1]})J-\w+ done in .*PR #{first[2]} \(draft\) updated, 1 file")
    messages = [commit["sha"] for commit in await story.commits(town, int(first[2]))]
    assert len(messages) == 3
    assert messages[1] == theirs


async def test_a_branch_that_moved_in_the_same_lines_is_a_conflict(town: Town) -> None:
    number = await issue(town, "Meet in one file", WRITE, DONE)
    await town.say(number, "@bellhop fix")
    first = await town.answer(number, r"✅ (J-\w+) done in .*PR #(\d+)")
    other = {"tool": {"write": "notes.txt", "text": "another note\n"}}
    town.script("Meet-in-one-file", "Meet in one file", {"say": "up"}, {"sleep": 2}, other, DONE)
    await town.say(number, "@bellhop please write another")
    await said(town, "up")
    theirs = await put(town, "notes.txt", "my note\n", f"bellhop/{first[1]}")
    await town.answer(
        number, r"❌ J-\w+ failed on a conflict: .*somebody else changed the same lines \(notes\.txt\)"
    )
    assert (await story.commits(town, int(first[2])))[-1]["sha"] == theirs


async def test_a_question_in_between_is_answered_and_changes_nothing(town: Town) -> None:
    await town.say(1, "@bellhop fix")
    first = await town.answer(1, r"✅ (J-\w+) done in .*PR #(\d+)")
    before = len(await story.commits(town, int(first[2])))
    await town.say(1, "@bellhop ask where is it?")
    answer = await town.answer(1, r"(?s)✅ (J-\w+) answered in .*It is in `[^`]+`, where it says")
    assert "Mended" not in answer[0]
    assert len(await story.commits(town, int(first[2]))) == before
    await town.say(1, "@bellhop please also write down why this changed")
    await town.answer(1, rf"(?s)✅ (?!{first[1]})J-\w+ done in .*PR #{first[2]} \(draft\) updated.*says why")
