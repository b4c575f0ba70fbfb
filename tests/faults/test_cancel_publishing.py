"""A cancel while a pull request is being opened by somebody who dies of it: nothing stays open under a stopped card."""

from __future__ import annotations

import pytest

from tests.e2e.story import branches, no_loose_ends, pulls
from tests.e2e.town import Town

pytestmark = pytest.mark.slow

OPENING = ("POST", "/pulls$")
DELETING = ("DELETE", "/git/refs/")


async def test_what_a_killed_worker_had_published_is_taken_back(town: Town) -> None:
    # GitHub opens it and says nothing; later it does not delete at the first asking either.
    await town.fault("hang", *OPENING, seconds=6, when="after")
    await town.fault("status", *DELETING, status=500, times=2)
    town.script("mend", ".*", *town.mending())
    await town.say(1, "@bellhop fix this please")

    async def opened() -> bool | None:
        return True if await pulls(town) else None

    await town.until(opened, "the pull request to be opened")
    horse = await town.horse()
    worker = horse.parent()
    assert worker is not None
    worker.kill()
    horse.kill()
    [job] = town.records.jobs()
    await town.say(1, f"/bellhop cancel {job['handle']}")
    person = town.people["writer"]["login"]
    await town.answer(1, rf"⏹ {job['handle']} stopped by @{person} after \w+\. Branch removed\.")
    await no_loose_ends(town)
    assert [row["status"] for row in town.records.jobs()] == ["cancelled"]
    assert [pull["state"] for pull in await pulls(town)] == ["closed"]
    assert await branches(town) == []
    assert len(await town.answers(1)) == 2, "the card, and the answer to the cancel"
