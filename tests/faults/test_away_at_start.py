"""GitHub does not tell who we are at the start: who may be ourselves is not obeyed, and people are answered later."""

from __future__ import annotations

import pytest

from tests.e2e.story import no_loose_ends
from tests.e2e.town import Town

pytestmark = pytest.mark.slow

OURS = "@bellhop fix what I wrote about"
ASK = "@bellhop fix this please"
WAITING = "SELECT id FROM deliveries WHERE attempts > 0 AND finished_at IS NULL"
SELF = "SELECT id FROM deliveries WHERE disposition = 'ignored:self' AND event = 'issue_comment'"


async def start_without_it(town: Town) -> None:
    await town.fault("status", "GET", "/user$", status=503, times=500)
    await town.start()


async def test_what_may_be_our_own_waits_and_people_are_answered_once_it_is_back(town: Town) -> None:
    await town.stop()
    assert town.records.change("DELETE FROM accounts") == 1, "it was learned, and is forgotten for this test"
    await start_without_it(town)
    await town.say(1, OURS, role="bot")
    await town.say(1, ASK)

    async def both_wait() -> bool | None:
        return True if len(town.records.rows(WAITING)) == 2 else None

    await town.until(both_wait, "both to wait")
    assert town.records.jobs() == []
    await town.control("DELETE", "/faults")
    await town.settled(seconds=90)
    await no_loose_ends(town)
    assert [job["status"] for job in town.records.jobs()] == ["completed"]
    assert len(town.records.rows(SELF)) >= 1


async def test_a_restart_without_it_knows_us_from_before(town: Town) -> None:
    await town.stop()
    await start_without_it(town)
    await town.say(1, OURS, role="bot")

    async def is_known() -> bool | None:
        return True if town.records.rows(SELF) else None

    await town.until(is_known, "our own words to be known as such")
    await town.control("DELETE", "/faults")
    await town.say(1, ASK)
    await town.settled(seconds=90)
    assert len(town.records.jobs()) == 1
