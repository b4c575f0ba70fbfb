"""Every verb, wherever it can be said, gets its own answer in that very place."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bot.commands import COMMANDS
from tests.e2e import stage, story
from tests.e2e.town import Town

WORK = ({"run": "echo more >> notes.txt"}, {"result": "Wrote it down."})
ENDED = r"\A✅ (J-\w+) done in"
# In the order of a conversation: what is typed, and what only this verb answers. {job} is the place's own finished job.
SAID = {
    "fix": ("fix", ENDED + r".*PR #\d+"),
    "ask": ("ask what is in here?", r"\A✅ J-\w+ answered in"),
    "jobs": ("jobs --all", r"\AJobs .*newest first:(?s:.*){job}"),
    "status": ("status {job}", r"\A.*{job} done in .*\(\[card\]"),
    "logs": ("logs {job}", r"\ALast \d+ lines of {job}"),
    "cancel": ("cancel {job}", r"{job} has ended already \(completed\)"),
    "help": ("help", r"`/bellhop cancel \[ID\]`"),
    "whoami": ("whoami", r"\AYou are @\W?{person} \(github id \d+\) with role \*\*write\*\*"),
    "why": ("why", r"UTC\): \*\*\w+|\AI have no record of an earlier message"),
    "link": ("link", r"\AI link accounts of a chat to yours here"),
    "unlink": ("unlink", r"\AYou are linked to nobody"),
    "repo": ("repo", r"\AThis is .+, and requests here are about it"),
    "subscribe": ("subscribe", r"\AA chat's channel follows a repository"),
    "unsubscribe": ("unsubscribe", r"\AIt is a chat's channel that follows a repository, and this is .+"),
    "ping": ("ping", r"\Apong · "),
    "version": ("version", r"\ABellhop \d"),
    "retry": ("retry {job}", r"\A✅ (?!{job})J-\w+ done in"),
    "new": ("new pr=draft", r"\A✅ (?!{job})J-\w+ done in.*PR #\d+"),
    "undo": (
        "undo {job}",
        r"\A✅ (?!{job})J-\w+ done in .*(Closed|Deleted|deleted|took back)|there is nothing to undo",
    ),
}


def test_every_verb_is_said_here() -> None:
    assert SAID.keys() == COMMANDS.keys()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One for all places: each has a conversation of its own."""
    async with stage.opened(tmp_path_factory.mktemp("verbs"), BELLHOP_MAX_JOBS_PER_PERSON="50") as made:
        made.script("any", ".*", *WORK)
        yield made


@dataclass
class Place:
    """Somewhere words can be said: on issue or pull request `number`."""

    town: Town
    number: int

    async def say(self, text: str) -> None:
        """As somebody who may write."""
        await self.town.say(self.number, text)

    async def comments(self) -> list[dict[str, Any]]:
        """Everything said where an answer belongs."""
        listed: list[dict[str, Any]] = await self.town.request(
            "GET", f"issues/{self.number}/comments?per_page=100"
        )
        return listed

    async def answers(self) -> dict[int, str]:
        """What the bot says there, by id."""
        return {
            each["id"]: each["body"]
            for each in await self.comments()
            if each["user"]["login"] == self.town.bot
        }


class Review(Place):
    """The words of a review as a whole; they are answered in the pull request's conversation."""

    async def say(self, text: str) -> None:
        await self.town.request("POST", f"pulls/{self.number}/reviews", {"event": "COMMENT", "body": text})


class Inline(Place):
    """One thread at a line."""

    root = 0

    async def say(self, text: str) -> None:
        path = f"pulls/{self.number}/comments"
        if self.root:
            await self.town.request("POST", f"{path}/{self.root}/replies", {"body": text})
            return
        head = (await self.town.request("GET", f"pulls/{self.number}"))["head"]["sha"]
        comment = {"path": "notes.txt", "position": 1, "commit_id": head, "body": text}
        self.root = (await self.town.request("POST", path, comment))["id"]

    async def comments(self) -> list[dict[str, Any]]:
        listed = await self.town.request("GET", f"pulls/{self.number}/comments?per_page=100")
        return [each for each in listed if each.get("in_reply_to_id") == self.root]


class Body(Place):
    """The body of an issue; whoever says more opens another."""

    async def say(self, text: str) -> None:
        self.number = await self.town.open_issue("The issue itself", text)


class PullBody(Place):
    """The body of a person's own pull request; whoever says more opens another."""

    count = 0

    async def say(self, text: str) -> None:
        self.count += 1
        branch = f"theirs-{self.count}"
        head = (await self.town.request("GET", "git/ref/heads/main"))["object"]["sha"]
        made = {"ref": f"refs/heads/{branch}", "sha": head}
        await self.town.request("POST", "git/refs", made, role="admin")
        await stage.put(self.town, f"{branch}.txt", "theirs", branch=branch)
        pull = {"title": "Theirs", "head": branch, "base": "main", "body": text}
        self.number = int((await self.town.request("POST", "pulls", pull))["number"])


class Edited(Place):
    """A comment that is changed so that it calls the bot."""

    async def say(self, text: str) -> None:
        comment = await self.town.say(self.number, "Wait a moment.")
        await self.town.request("PATCH", f"issues/comments/{comment['id']}", {"body": text})


PLACES: dict[str, type[Place]] = {
    "a comment on an issue": Place,
    "a comment on a pull request": Place,
    "a thread at a line": Inline,
    "a review": Review,
    "the body of an issue": Body,
    "the body of a pull request": PullBody,
    "an edited comment": Edited,
}
ON_ISSUES = {Body, PullBody, Edited}


async def opened(town: Town, name: str) -> Place:
    """The place, with nothing said in it yet."""
    number = await town.open_issue(f"About {name}")
    if PLACES[name] in ON_ISSUES or name == "a comment on an issue":
        return PLACES[name](town, number)
    await town.say(number, "@bellhop fix this please")
    done = await town.answer(number, r"✅ J-\w+ done in .*PR #(\d+)")
    return PLACES[name](town, int(done[1]))


async def answered(place: Place, text: str, pattern: str) -> re.Match[str]:
    """Say it, and wait for a new answer that matches."""
    before = await place.answers()
    await place.say(text)

    async def look() -> re.Match[str] | None:
        new = [body for id, body in (await place.answers()).items() if id not in before]
        return next((found for body in new if (found := re.search(pattern, body))), None)

    try:
        return await place.town.until(look, "an answer")
    except AssertionError:
        told = await place.answers()
        raise AssertionError(f"no answer to {text!r} like {pattern!r}; there is {told}") from None


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PLACES)
async def test_every_verb_is_answered_where_it_was_said(town: Town, name: str) -> None:
    place, person = await opened(town, name), re.escape(town.people["writer"]["login"])
    job = ""
    for verb, (text, pattern) in SAID.items():
        wanted = pattern.replace("{job}", job).replace("{person}", person)
        found = await answered(place, f"/bellhop {text.replace('{job}', job)}", wanted)
        job = found[1] if verb == "fix" else job


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_that_was_said_makes_a_job_when_it_comes_back(town: Town) -> None:
    """Every kind of words that left, said again by another program, and quoted by a person who may do everything."""
    place = await opened(town, "a comment on an issue")
    for typed, _ in SAID.values():
        await place.say(f"/bellhop {typed.replace('{job}', 'J-7K3Q')}")
    await story.no_loose_ends(town)
    said = await everything(town)
    assert len(said) > 10
    program = await town.control("POST", "/people", {"login": "another-app", "kind": "Bot"})
    town.people["program"] = program
    before = town.records.column("SELECT count(*) FROM jobs")
    number = await town.open_issue("Echoes")
    for text in said:
        await town.say(number, text, role="program")
        await town.say(number, "\n".join(f"> {line}" for line in text.splitlines()), role="admin")
    await story.no_loose_ends(town)
    assert town.records.column("SELECT count(*) FROM jobs") == before
    query = "SELECT disposition, count(*) AS many FROM deliveries WHERE thread LIKE ? GROUP BY disposition"
    found = {row["disposition"]: row["many"] for row in town.records.rows(query, f"%#{number}")}
    assert sum(found.values()) > 2 * len(said)
    assert found.keys() <= {"ignored:self", "ignored:bot", "ignored:not_addressed"}
    assert await town.answers(number) == []


async def everything(town: Town) -> list[str]:
    """What the bot said anywhere, once for all that differs in ids and numbers alone."""
    listed = await town.request("GET", "issues/comments?per_page=100")
    kinds = {re.sub(r"J-\w+|\d+", "", each["body"]): each["body"] for each in listed if _is_ours(town, each)}
    return list(kinds.values())


def _is_ours(town: Town, comment: dict[str, Any]) -> bool:
    return bool(comment["user"]["login"] == town.bot)
