"""The main job as people see it: from a comment to a pull request, a review and its follow-up, on living cards."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.story import branches, commits, no_loose_ends, pulls
from tests.e2e.town import Town

PHASES = ("Fetching", "`scripted` at work", "Running checks", "Publishing")


async def asked(town: Town, text: str = "@bellhop fix this please") -> tuple[str, int]:
    """A first job, done: its handle and its pull request's number."""
    await town.say(1, text)
    found = await town.answer(
        1, r"✅ (J-\w+) done in .* · \$0\.02 · PR #(\d+) \(draft\), 1 file · tests \d+/\d+"
    )
    await town.settled()
    return found[1], int(found[2])


async def bodies_over_time(town: Town) -> list[str]:
    """What the card said, from its creation through all its edits."""
    by_bot = [each for each in await town.seen("*", "/issues/") if each["actor"] == town.bot]
    return [
        each["body"]["body"] for each in by_bot if isinstance(each["body"], dict) and "body" in each["body"]
    ]


async def test_a_comment_becomes_a_pull_request_told_on_one_card(town: Town) -> None:
    said = await town.say(1, "@bellhop fix this please")
    found = await town.answer(1, r"✅ (J-\w+) done in .*PR #(\d+) \(draft\), 1 file · tests (\d+)/\3")
    await town.settled()
    await no_loose_ends(town)
    handle, number = found[1], int(found[2])

    [card] = await town.answers(1)
    assert all(phase in card for phase in PHASES), card
    assert f"Next: `/bellhop undo {handle}`" in card
    assert f"<!-- bellhop:{handle} -->" in card
    history = await bodies_over_time(town)
    assert history[0].startswith(f'👀 {handle} fix "this please" on {town.repository}#1 · queued')
    assert all(f"bellhop:{handle}" in body for body in history)
    assert history[-1] == card
    reactions = await town.request("GET", f"issues/comments/{said['id']}/reactions")
    assert [(each["content"], each["user"]["login"]) for each in reactions] == [("eyes", town.bot)]

    [pull] = await pulls(town)
    assert pull["number"] == number
    assert pull["draft"]
    assert pull["head"]["ref"] == f"bellhop/{handle}"
    assert handle in pull["title"]
    assert f"@{town.people['writer']['login']}" in pull["body"]
    assert await branches(town) == [f"bellhop/{handle}"]
    await commit_is_the_bots(town, number, handle)


async def commit_is_the_bots(town: Town, number: int, handle: str) -> None:
    """Author and committer are the bot, the requester is co-author, and the job is named."""
    [commit] = await commits(town, number)
    bot, person = town.people["bot"], town.people["writer"]
    author, committer = commit["commit"]["author"], commit["commit"]["committer"]
    assert author["email"].startswith(f"{bot['id']}+{bot['login']}@users.noreply.")
    assert (committer["name"], committer["email"]) == (author["name"], author["email"])
    trailers = dict(re.findall(r"^([A-Z][\w-]+): (.+)$", commit["commit"]["message"], re.MULTILINE))
    assert trailers["Bellhop-Job"] == handle
    assert f"{person['id']}+{person['login']}@users.noreply." in trailers["Co-authored-by"]
    assert len(commit["parents"]) == 1


async def test_a_review_comment_continues_on_the_same_branch_and_pull_request(town: Town) -> None:
    handle, number = await asked(town)
    files = await town.request("GET", f"pulls/{number}/files")
    comment = {"path": files[0]["filename"], "position": 1, "body": "@bellhop please also write down why"}
    await town.request("POST", f"pulls/{number}/reviews", {"event": "COMMENT", "comments": [comment]})
    await town.settled(jobs=2)
    await no_loose_ends(town)

    [answer] = await town.inline_answers(number)
    assert re.search(rf"✅ (J-\w+) done in .*PR #{number} \(draft\) updated", answer)
    assert len(await pulls(town)) == 1
    assert await branches(town) == [f"bellhop/{handle}"]
    first, second = await commits(town, number)
    assert second["parents"][0]["sha"] == first["sha"]
    assert f"Bellhop-Job: {handle}" not in second["commit"]["message"]


@pytest.mark.slow
async def test_a_follow_up_on_the_issue_continues_too(town: Town) -> None:
    handle, number = await asked(town)
    await town.say(1, "@bellhop please also write down why")
    await town.settled(jobs=2)
    await no_loose_ends(town)
    cards = await town.answers(1)
    assert len(cards) == 2
    assert f"PR #{number} (draft) updated" in cards[1]
    assert len(await commits(town, number)) == 2
    assert await branches(town) == [f"bellhop/{handle}"]


@pytest.mark.slow
async def test_the_repositorys_template_is_used(town: Town) -> None:
    import base64

    text = "**Why**\n\nThe template of this very test\n"
    made: dict[str, Any] = {"message": "A template", "content": base64.b64encode(text.encode()).decode()}
    await town.request("PUT", "contents/.github/PULL_REQUEST_TEMPLATE.md", made, role="admin")
    _, number = await asked(town)
    pull = await town.request("GET", f"pulls/{number}")
    assert "The template of this very test" in pull["body"]


@pytest.mark.slow
async def test_a_pull_request_may_be_asked_for_as_ready_or_not_at_all(town: Town) -> None:
    await town.say(1, "@bellhop fix pr=ready")
    found = await town.answer(1, r"✅ J-\w+ done in .*PR #(\d+), 1 file")
    await town.settled()
    assert not (await town.request("GET", f"pulls/{found[1]}"))["draft"]


async def test_undo_closes_the_pull_request_and_deletes_the_branch(town: Town) -> None:
    handle, number = await asked(town)
    await town.say(1, f"/bellhop undo {handle}")
    await town.settled(jobs=2)
    await no_loose_ends(town)
    assert (await town.request("GET", f"pulls/{number}"))["state"] == "closed"
    assert await branches(town) == []


@pytest.mark.parametrize("role", ["reader", "stranger"])
async def test_who_may_not_write_is_told_so_and_gets_nothing(town: Town, role: str) -> None:
    await town.say(1, "@bellhop fix this please", role=role)
    answer = await town.answer(1, r"Can't run `fix` here: needs write")
    await no_loose_ends(town)
    assert "/bellhop why" in answer.string
    assert town.records.jobs() == []
    assert town.records.column("SELECT count(*) FROM deliveries WHERE disposition = 'denied:role'") == [1]
    assert await branches(town) == []


async def test_people_talking_among_themselves_are_left_alone(town: Town) -> None:
    for text in (
        "nice day",
        "> @bellhop fix this",
        "`@bellhop fix` is the word",
        "ask @bellhopper",
        "x@bellhop.io",
    ):
        await town.say(1, text)
    await town.control("POST", "/webhooks/idle")
    await no_loose_ends(town)
    assert await town.answers(1) == []
    found = town.records.column("SELECT DISTINCT disposition FROM deliveries")
    assert found == ["ignored:not_addressed"]


@pytest.mark.slow
async def test_our_own_words_delivered_back_start_nothing(town: Town) -> None:
    await asked(town)
    await no_loose_ends(town)
    before = len(town.records.jobs())
    bodies = await town.answers(1)
    person = "\n\n".join(f"> {line}" for line in bodies[0].splitlines())
    await town.say(1, person)
    await no_loose_ends(town)
    assert len(town.records.jobs()) == before
