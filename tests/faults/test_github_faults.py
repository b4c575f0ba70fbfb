"""GitHub answering badly at every door, before and after its effect: at last one of each, or a card that says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.story import branches, no_loose_ends, one_of_each, pulls
from tests.e2e.town import Town

ASK = "@bellhop fix this please"
PERMISSION = ("GET", "/permission$")
REACTION = ("POST", "/reactions$")
CREATE = ("POST", "/issues/1/comments$")
EDIT = ("PATCH", "/issues/comments/")
PULL = ("POST", "/pulls$")
FETCH = ("POST", "/git-upload-pack$")
FETCH_REFS = ("GET", "/info/refs$")
PUSH = ("POST", "/git-receive-pack$")
ANSWER_DOORS = {"permission": PERMISSION, "reaction": REACTION, "create": CREATE, "edit": EDIT}
JOB_DOORS = {"pull": PULL, "fetch": FETCH, "refs": FETCH_REFS, "push": PUSH}

BAD_DAYS: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "502 after": {"kind": "status", "status": 502, "when": "after"},
    "429": {"kind": "status", "status": 429, "retry_after": 1},
    "hang": {"kind": "hang", "seconds": 6},
    "hang after": {"kind": "hang", "seconds": 6, "when": "after"},
    "half": {"kind": "half"},
    "half after": {"kind": "half", "when": "after"},
    "drop": {"kind": "drop"},
    "wrong JSON": {"kind": "wrong_json"},
    "wrong JSON after": {"kind": "wrong_json", "when": "after"},
    "other JSON after": {"kind": "wrong_json", "when": "after", "body": ["something", "else"]},
}


def days(*quick: str) -> list[Any]:
    """All of them; those not named are for the slow run."""
    return [day if day in quick else pytest.param(day, marks=pytest.mark.slow) for day in BAD_DAYS]


async def say_on_a_bad_day(town: Town, doors: dict[str, tuple[str, str]], **fault: Any) -> None:
    """The person's comment takes the same door as ours: the webhook waits until the faults are there."""
    await town.control("PUT", "/webhooks", {"delay_seconds": 0.5})
    await town.say(1, ASK)
    for method, path in doors.values():
        await town.fault(method=method, path=path, **fault)


@pytest.mark.parametrize("day", days("502 after", "429"))
async def test_an_answer_gets_through_a_bad_day_once(town: Town, day: str) -> None:
    await say_on_a_bad_day(town, ANSWER_DOORS, **BAD_DAYS[day])
    await town.answer(1, "✅", seconds=90)
    await one_of_each(town, 1)
    waiting = {each["method"] for each in await town.control("GET", "/faults")}
    assert waiting <= {"PATCH"}, "every fault was met; a card first shown when all is over needs no edit"
    reactions = await town.request("GET", f"issues/comments/{await first_comment(town)}/reactions")
    assert [each["content"] for each in reactions] == ["eyes"]


async def first_comment(town: Town) -> int:
    comments = await town.request("GET", "issues/1/comments")
    return int(next(each["id"] for each in comments if each["user"]["login"] != town.bot))


@pytest.mark.parametrize("day", days("502 after", "hang after"))
async def test_a_job_gets_through_a_bad_day_or_its_card_says_why(town: Town, day: str) -> None:
    await say_on_a_bad_day(town, JOB_DOORS, **BAD_DAYS[day])
    found = await town.answer(1, "(✅|❌) (J-\\w+)", seconds=90)
    if found[1] == "✅":
        await one_of_each(town, 1)
        return
    await no_loose_ends(town)
    assert "Traceback" not in found.string
    assert len(await pulls(town)) <= 1
    await town.control("DELETE", "/faults")
    await town.say(1, f"/bellhop retry {found[2]}")
    await town.settled(jobs=2)
    assert [job["status"] for job in town.records.jobs()] == ["failed", "completed"]
    assert len(await pulls(town)) == 1
    assert len(await branches(town)) == 1, found.string


async def test_permission_that_cannot_be_read_lets_nobody_in(town: Town) -> None:
    await town.fault("status", *PERMISSION, status=404, times=100)
    await town.say(1, ASK)
    await town.settled(jobs=0)
    await no_loose_ends(town)
    assert town.records.jobs() == []
