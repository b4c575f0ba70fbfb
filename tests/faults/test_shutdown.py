"""Told to stop: the app gives back what runs, leaves nobody behind, and goes on when it is back."""

from __future__ import annotations

import asyncio
import signal

import psutil
import pytest

from tests.e2e.story import one_of_each
from tests.e2e.town import Town

ASK = "@bellhop fix this please"
AT_ONCE = "Ctrl-C again stops at once"
AT_ONCE_SECONDS = 3
GRACE_SECONDS = 45.0


@pytest.mark.slow
async def test_a_running_job_is_given_back_and_goes_on_after_the_restart(town: Town) -> None:
    town.script("slow", ".*", {"say": "at it"}, {"sleep": 120}, *town.mending())
    await town.say(1, ASK)
    # The agent has read its script when its own words are on the card; before, it would read the next one.
    await town.answer(1, r"at it")
    town.script("slow", ".*", *town.mending())
    async with asyncio.timeout(GRACE_SECONDS):
        assert await town.stop(signal.SIGTERM) == 0
    assert town.left_overs() == []
    assert [(job["status"], job["attempt"]) for job in town.records.jobs()] == [("queued", 2)], "given back"
    assert town.records.column("SELECT max_attempts FROM jobs") == [4], "a restart is no fault of the job's"
    await town.start()
    await town.settled()
    await one_of_each(town, 1)
    assert "Traceback" not in (town.folder / "app.log").read_text()


@pytest.mark.slow
async def test_ctrl_c_says_what_it_waits_for_and_a_second_one_ends_at_once_and_loses_nothing(
    town: Town,
) -> None:
    town.script("slow", ".*", {"say": "at it"}, {"sleep": 120}, *town.mending())
    await town.say(1, ASK)
    await town.answer(1, r"at it")
    town.script("slow", ".*", *town.mending())
    assert town.app is not None
    town.app.send_signal(signal.SIGINT)

    async def look() -> bool | None:
        log = (town.folder / "app.log").read_text()
        return True if AT_ONCE in log and "waiting for running jobs" in log else None

    await town.until(look, "both to say what they wait for", AT_ONCE_SECONDS)
    assert town.app.returncode is None, "it waits"
    town.app.send_signal(signal.SIGINT)
    async with asyncio.timeout(AT_ONCE_SECONDS):
        assert await town.app.wait() == 130

    async def nobody() -> bool | None:
        return True if town.left_overs() == [] else None

    await town.until(nobody, "everybody to leave", GRACE_SECONDS / 3)
    assert [(job["status"], job["attempt"]) for job in town.records.jobs()] == [("queued", 2)], "given back"
    assert town.records.column("SELECT max_attempts FROM jobs") == [4], "no fault of the job's"
    await town.start()
    await town.settled()
    await one_of_each(town, 1)


async def test_a_job_that_is_about_to_end_may_end(town: Town) -> None:
    town.script("short", ".*", {"sleep": 3}, *town.mending())
    await town.say(1, ASK)
    await town.answer(1, r"at work")
    assert await town.stop(signal.SIGTERM) == 0
    assert [(job["status"], job["attempt"]) for job in town.records.jobs()] == [("completed", 1)]
    await town.start()
    await town.settled()
    await one_of_each(town, 1)


async def whole_family(town: Town) -> list[psutil.Process]:
    """Redis, the worker host, its supervisor and its two workers."""

    async def look() -> list[psutil.Process] | None:
        found = town.children()
        return found if len(found) >= 5 else None

    return await town.until(look, "all processes to be up")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_app_ends_with_code_0_and_leaves_nobody(town: Town, number: signal.Signals) -> None:
    family = await whole_family(town)
    assert await town.stop(number) == 0
    assert [each for each in family if each.is_running()] == []
    assert town.left_overs() == []


async def test_a_killed_app_takes_its_redis_and_workers_with_it(town: Town) -> None:
    family = await whole_family(town)
    await town.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, 10)
    assert alive == []
    assert town.left_overs() == []
