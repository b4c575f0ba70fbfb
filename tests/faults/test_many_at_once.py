"""Far more jobs at once than the machine has cores: each takes longer, and none is lost, doubled or left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.story import branches, no_loose_ends, pulls
from tests.e2e.town import Town
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

JOBS = 40
PATIENCE_SECONDS = 300.0
AT_WORK_SECONDS = 10  # so that all of them are at work at the same time, and renew while others begin
SETTINGS = {
    "BELLHOP_WORKERS": str(JOBS),
    "BELLHOP_MAX_JOBS_PER_PERSON": str(JOBS),
    "BELLHOP_MAX_JOBS_PER_REPOSITORY": str(JOBS),
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """With the lease that everybody has who sets none: what is tried here is that it is enough."""
    require_service("redis")
    async with Town(tmp_path / "town", **SETTINGS) as made:
        yield made


async def test_forty_jobs_started_at_once_all_end_well_in_their_first_attempt(town: Town) -> None:
    town.script("slow", ".*", {"sleep": AT_WORK_SECONDS}, *town.mending())
    numbers = [await town.open_issue(f"Broken in way {number}") for number in range(JOBS)]
    await asyncio.gather(*(town.say(number, "@bellhop fix this please") for number in numbers))
    await town.settled(JOBS, PATIENCE_SECONDS)
    await no_loose_ends(town)
    ends = Counter((job["status"], job["attempt"]) for job in town.records.jobs())
    assert ends == {("completed", 1): JOBS}, town.records.jobs()
    wanted = {f"bellhop/{job['handle']}" for job in town.records.jobs()}
    opened = await pulls(town)
    assert sorted(pull["head"]["ref"] for pull in opened) == sorted(wanted)
    assert set(await branches(town)) == wanted
    for number in numbers:
        [card] = await town.answers(number)
        assert card.startswith("✅"), card
    await nothing_is_left(town)


async def nothing_is_left(town: Town) -> None:
    """No process of a job is known or alive, and no workspace is on the disk."""

    idle = 1 + 1 + 1 + JOBS  # Redis, the worker host, its supervisor, its workers

    async def look() -> bool | None:
        return True if len(town.children()) == idle else None

    await town.until(look, "every horse and every agent to be gone")
    assert town.records.rows("SELECT * FROM processes") == []
    assert list((town.folder / "data" / "work").iterdir()) == []
