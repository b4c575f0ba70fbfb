"""One card, few edits, however much a job has to tell."""

from __future__ import annotations

import pytest

from tests.e2e.story import one_of_each
from tests.e2e.town import Town

EVENTS = 200
SECONDS = 20.0
MOST_EDITS_A_MINUTE = 12


@pytest.mark.slow
async def test_two_hundred_events_in_twenty_seconds_are_one_comment_and_few_edits(town: Town) -> None:
    steps = [
        step for _ in range(EVENTS // 10) for step in ({"flood": 10}, {"sleep": SECONDS / (EVENTS // 10)})
    ]
    town.script("flood", ".*", *steps, *town.mending())
    await town.say(1, "@bellhop fix this please")
    await town.settled(seconds=60)
    await one_of_each(town, 1)
    [known] = town.records.column("SELECT count(*) FROM job_events WHERE data LIKE '%of 10'")
    assert known >= EVENTS, "each was kept"
    by_bot = [each for each in await town.seen("*", "/issues/") if each["actor"] == town.bot]
    created = [each for each in by_bot if each["method"] == "POST" and each["path"].endswith("/comments")]
    edited = [each for each in by_bot if each["method"] == "PATCH"]
    assert len(created) == 1
    assert 1 <= len(edited) <= MOST_EDITS_A_MINUTE
