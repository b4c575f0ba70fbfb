"""Who may do what where: people x repositories x verbs, as documented, and help says nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e import story
from tests.e2e.town import ROOT, Town
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
#: What everybody types: each verb once, five lines a message at most. Jobs are kept, no worker takes them.
MESSAGES = (
    "/bellhop help\n/bellhop whoami\n/bellhop ping\n/bellhop version\n/bellhop fix",
    "/bellhop ask what is it?\n/bellhop new\n/bellhop jobs\n/bellhop status\n/bellhop logs",
    "/bellhop cancel\n/bellhop retry\n/bellhop undo\n/bellhop why",
    "/bellhop link\n/bellhop unlink\n/bellhop repo\n/bellhop subscribe\n/bellhop unsubscribe",
)
REFERENCE = (ROOT / "docs" / "reference" / "commands.md").read_text()
NEEDS = dict(re.findall(r"^### `(\w+)`\n(?:.*\n)*?Needs (\w+)", REFERENCE, re.MULTILINE))


@dataclass
class Place:
    """A repository, and the role each of the people has there: theirs in the play, unless said otherwise."""

    town: Town
    name: str
    roles: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any, role: str) -> Any:
        url = f"{self.town.told['api_url']}/repos/{self.name}/{path}"
        headers = {"Authorization": f"Bearer {self.town.people[role]['token']}"}
        answer = await self.town.http.request(method, url, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()

    async def issue(self, title: str) -> int:
        return int((await self.call("POST", "issues", {"title": title}, "admin"))["number"])

    async def say(self, number: int, text: str, role: str) -> dict[str, Any]:
        said: dict[str, Any] = await self.call("POST", f"issues/{number}/comments", {"body": text}, role)
        return said

    async def change(self, **fields: Any) -> None:
        await self.town.control("PATCH", f"/repositories/{self.name}", fields)

    async def grant(self, role: str, right: str) -> None:
        await self.change(collaborators={self.town.people[role]["login"]: right})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Nobody works here, so that jobs wait."""
    require_service("redis")
    settings = {
        "BELLHOP_WORKERS": "0",
        "BELLHOP_MAX_JOBS_PER_PERSON": "100",
        "BELLHOP_MAX_JOBS_PER_REPOSITORY": "500",
    }
    async with Town(tmp_path_factory.mktemp("rights") / "town", **settings) as made:
        yield made


def public(town: Town) -> Place:
    own = {
        "admin": "admin",
        "maintainer": "maintain",
        "writer": "write",
        "triager": "triage",
        "reader": "read",
    }
    return Place(town, town.told["repositories"][0], own | {"stranger": "read"})


async def private(town: Town) -> Place:
    """Here the maintainer is one of the organization who may only read."""
    place = Place(town, town.told["repositories"][1], public(town).roles | {"maintainer": "read"})
    await place.change(private=True)
    await place.grant("maintainer", "read")
    return place


def decided(town: Town, place: Place, number: int) -> dict[str, list[str]]:
    """Verb -> the dispositions it got in that thread, from the audit."""
    rows = town.records.rows("SELECT action, detail FROM audit WHERE subject = ?", f"{place.name}#{number}")
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["action"], []).append(json.loads(row["detail"])["disposition"])
    return found


async def all_decided(town: Town, place: Place, number: int, count: int = len(NEEDS)) -> dict[str, list[str]]:
    async def look() -> bool | None:
        return True if sum(map(len, decided(town, place, number).values())) >= count else None

    await town.until(look, f"{count} decisions on {place.name}#{number}")
    return decided(town, place, number)


def allowed(role: str) -> set[str]:
    """By the reference alone."""
    least = {verb: "none" if needs == "nothing" else needs for verb, needs in NEEDS.items()}
    return {verb for verb, needs in least.items() if ROLES.index(role) >= ROLES.index(needs)}


async def helped(town: Town, place: Place, number: int) -> set[str]:
    """The verbs that help offered there."""

    async def look() -> set[str] | None:
        query = "SELECT text FROM outbox WHERE kind = 'reply' AND json_extract(thread, '$.number') = ?"
        query += " AND json_extract(thread, '$.repository') = ? AND text LIKE '%**you and set-up**%'"
        texts = town.records.column(query, number, place.name)
        return set(re.findall(r"^- `/bellhop (\w+)", texts[0], re.MULTILINE)) if texts else None

    return await town.until(look, "an answer to help")


async def try_everything(town: Town, place: Place, role: str) -> int:
    number = await place.issue(f"What may the {role} do?")
    for text in MESSAGES:
        await place.say(number, text, role)
    return number


async def test_the_reference_says_of_each_verb_what_it_needs() -> None:
    typed = set(re.findall(r"/bellhop (\w+)", " ".join(MESSAGES)))
    assert set(NEEDS) == typed
    assert len(NEEDS) == REFERENCE.count("\n### `")


async def test_people_repositories_and_verbs(town: Town) -> None:
    places = [public(town), await private(town)]
    asked = {
        (place.name, role): (place, right, await try_everything(town, place, role))
        for place in places
        for role, right in place.roles.items()
        if (place is places[0] or role != "stranger")  # who does not see a repository cannot write there
    }
    for (name, role), (place, right, number) in asked.items():
        found = await all_decided(town, place, number)
        assert {verb: len(told) for verb, told in found.items()} == dict.fromkeys(NEEDS, 1), (name, role)
        may = {verb for verb, told in found.items() if told != ["denied:role"]}
        assert may == allowed(right), (name, role)
        assert await helped(town, place, number) == may, (name, role)


async def test_programs_are_not_obeyed_whatever_they_may(town: Town) -> None:
    place = public(town)
    made = await town.control("POST", "/people", {"login": "helper-app", "kind": "Bot"})
    town.people["program"] = made
    await place.grant("program", "admin")
    number = await place.issue("Programs")
    comment = await place.say(number, "/bellhop fix", "program")
    assert await disposition_of(town, comment) == "ignored:bot"
    assert decided(town, place, number) == {}


async def test_a_comment_from_where_its_writer_may_not_even_look_is_denied(town: Town) -> None:
    place = await private(town)
    number = await place.issue("Seen from outside")
    comment = await place.say(number, "/bellhop fix\n/bellhop jobs", "admin")
    assert await disposition_of(town, comment) == "accepted"
    stranger = town.people["stranger"]
    body = await delivered(town, comment, {"login": stranger["login"], "id": stranger["id"]})
    await town.deliver(body, "issue_comment")
    found = await all_decided(town, place, number, 4)
    assert {verb: set(told) for verb, told in found.items()} == {
        "fix": {"accepted", "denied:role"},
        "jobs": {"answered", "denied:role"},
    }


async def test_another_name_changes_nothing_and_the_old_one_is_nobodys(town: Town) -> None:
    place, writer = public(town), town.people["writer"]
    former = writer["login"]
    await town.control("PATCH", f"/people/{former}", {"login": "renamed-writer"})
    writer["login"] = "renamed-writer"
    number = await try_everything(town, place, "writer")
    found = await all_decided(town, place, number)
    assert {verb for verb, told in found.items() if told != ["denied:role"]} == allowed("write")
    town.people["impostor"] = await town.control("POST", "/people", {"login": former})
    number = await try_everything(town, place, "impostor")
    found = await all_decided(town, place, number)
    assert {verb for verb, told in found.items() if told != ["denied:role"]} == allowed("read")


async def test_a_right_that_was_taken_is_gone_at_once(town: Town) -> None:
    place = public(town)
    await place.grant("maintainer", "write")
    number = await place.issue("Now and then")
    await place.say(number, "/bellhop fix", "maintainer")
    assert (await all_decided(town, place, number, 1))["fix"] == ["accepted"]
    await place.grant("maintainer", "read")
    await place.say(number, "/bellhop fix", "maintainer")
    assert (await all_decided(town, place, number, 2))["fix"] == ["accepted", "denied:role"]


async def test_rights_count_again_when_the_work_begins_and_what_is_archived_is_left_alone(town: Town) -> None:
    place = Place(town, town.told["repositories"][2])
    kept = {}
    for role, title in (("triager", "Taken"), ("admin", "Archived")):
        await place.grant("triager", "write")
        number = await place.issue(title)
        await place.say(number, "/bellhop ask what is it?", role)
        await all_decided(town, place, number, 1)
        kept[title] = town.records.column("SELECT handle FROM jobs ORDER BY created_at DESC LIMIT 1")[0]
    await place.grant("triager", "triage")
    await place.change(archived=True)
    town.records.change(
        "UPDATE jobs SET status = 'cancelled' WHERE status = 'queued' AND repository <> ?", place.name
    )
    await town.stop()
    await town.start(BELLHOP_WORKERS="1")

    async def look() -> dict[str, dict[str, Any]] | None:
        jobs = {job["handle"]: job for job in town.records.jobs()}
        ended = {title: jobs[handle] for title, handle in kept.items()}
        return ended if all(job["status"] in story.TERMINAL for job in ended.values()) else None

    ended = await town.until(look, "both jobs to end")
    assert {title: (job["status"], job["failure"]) for title, job in ended.items()} == {
        "Taken": ("failed", "policy"),
        "Archived": ("failed", "setup"),
    }
    assert "needs write" in ended["Taken"]["failure_detail"]
    assert f"{place.name} is archived" in ended["Archived"]["failure_detail"]
    assert await town.seen("POST", rf"{place.name}/forks") == []


async def disposition_of(town: Town, comment: dict[str, Any]) -> str:
    async def look() -> str | None:
        return next(iter(town.records.column(QUERY, str(comment["id"]))), None)

    return await town.until(look, f"the disposition of comment {comment['id']}")


QUERY = "SELECT disposition FROM deliveries WHERE comment_id = ? AND disposition IS NOT NULL"


async def delivered(town: Town, comment: dict[str, Any], person: dict[str, Any]) -> bytes:
    """The delivery of `comment` again, as if somebody else had written another one."""
    [id] = town.records.column("SELECT id FROM deliveries WHERE comment_id = ?", str(comment["id"]))
    told = await town.tool("deliveries", "show", str(id), "--json")
    payload = json.loads(told["body"])
    payload["sender"] |= person
    payload["comment"]["user"] |= person
    payload["comment"]["id"] += 1_000_000
    return json.dumps(payload).encode()
