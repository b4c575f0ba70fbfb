"""A cancel that cancels: within its time, whatever the agent, the worker or Redis does meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import psutil
import pytest

from tests.e2e.story import branches, no_loose_ends, pulls
from tests.e2e.town import Town

PROMISED_SECONDS = 15.0
STRAY = "exec sleep 4322"
pytestmark = pytest.mark.parametrize(
    # Leases as they are by default: the promise holds without help.
    "town",
    [{"BELLHOP_LEASE_SECONDS": "10", "BELLHOP_RENEW_SECONDS": "3"}],
    indirect=True,
)


async def stubborn_job(town: Town) -> tuple[str, list[psutil.Process]]:
    """A running job whose agent ignores SIGINT and SIGTERM and left a child in a session of its own; a second waits."""
    town.script("deaf", ".*", {"ignore_signals": True}, {"spawn": STRAY}, {"say": "at it"}, {"hang": 1})
    await town.say(1, "@bellhop fix this please")
    found = await town.answer(1, r"⚙️ (J-\w+) fix[\s\S]*at work")

    async def look() -> list[psutil.Process] | None:
        listed = [each for each in town.left_overs() if is_of_the_agent(each)]
        return listed if len(listed) >= 2 else None

    started = await town.until(look, "the agent and its child to run")
    town.script("deaf", ".*", *town.mending())
    await town.say(1, "@bellhop fix it, the next one")
    await town.answer(1, r"2nd behind " + found[1])
    return found[1], started


def is_of_the_agent(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        command = " ".join(process.cmdline())
        return "sleep 4322" in command or "stream-json" in command
    return False


@contextlib.asynccontextmanager
async def within_the_promise() -> AsyncIterator[None]:
    async with asyncio.timeout(PROMISED_SECONDS):
        yield


async def gone(town: Town, started: list[psutil.Process]) -> None:
    """Wait until nobody of them lives; a zombie is dead, it only waits to be noticed."""

    async def look() -> bool | None:
        return None if any(lives(each) for each in started) else True

    await town.until(look, "the agent and its child to be gone")


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def stopped(town: Town, handle: str, started: list[psutil.Process]) -> None:
    """Within the promise of the comment: the card says by whom, nobody runs, and the next job has the lock."""
    person = town.people["writer"]["login"]
    async with within_the_promise():
        await town.say(1, f"/bellhop cancel {handle}")
        await town.answer(1, rf"⏹ {handle} stopped by @{person}")
        await gone(town, started)
    await town.settled(jobs=2)
    await no_loose_ends(town)
    first, second = town.records.jobs()
    assert (first["status"], second["status"]) == ("cancelled", "completed"), "the next one started by itself"
    assert await branches(town) == [f"bellhop/{second['handle']}"], "the cancelled one left none"
    assert len(await pulls(town)) == 1
    assert [each for each in town.left_overs() if is_of_the_agent(each)] == []


async def test_an_agent_that_ignores_signals_is_stopped(town: Town) -> None:
    handle, started = await stubborn_job(town)
    await stopped(town, handle, started)


@pytest.mark.slow
async def test_a_cancel_works_when_the_worker_was_killed_just_before(town: Town) -> None:
    handle, started = await stubborn_job(town)
    worker = (await town.horse()).parent()
    assert worker is not None
    worker.kill()
    await stopped(town, handle, started)


async def test_a_cancel_works_when_worker_and_horse_were_killed_just_before(town: Town) -> None:
    handle, started = await stubborn_job(town)
    horse = await town.horse()
    worker = horse.parent()
    assert worker is not None
    worker.kill()
    horse.kill()
    await stopped(town, handle, started)


@pytest.mark.slow
async def test_a_cancel_works_when_redis_was_restarted_in_between(town: Town) -> None:
    handle, started = await stubborn_job(town)
    town.redis().kill()
    await stopped(town, handle, started)


@pytest.mark.slow
async def test_a_queued_job_that_is_cancelled_never_starts(town: Town) -> None:
    handle, _ = await stubborn_job(town)
    second = town.records.jobs()[1]["handle"]
    await town.say(1, f"/bellhop cancel {second}")
    await town.answer(1, rf"⏹ {second} stopped by @\w+ before it began")
    await town.say(1, f"/bellhop cancel {handle}")
    await town.settled(jobs=2)
    await no_loose_ends(town)
    assert town.records.column("SELECT start_time FROM jobs WHERE handle = ?", second) == [None]
    assert await branches(town) == []
