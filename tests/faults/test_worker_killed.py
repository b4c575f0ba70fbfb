"""`kill -9` of a worker and of its horse, in mid-job and amid publishing: tried again visibly, done once."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import psutil
import pytest

from tests.e2e.story import commits, no_loose_ends, one_of_each, pulls
from tests.e2e.town import Town

ASK = "@bellhop fix this please"
LOST = r"lost its worker after .*retried as attempt 2 of 3"
ORPHANED_SECONDS = 5
LATE_SECONDS = 5  # longer than a lease of 3 s, shorter than a living process may be silent
STRAY = "exec sleep 4321"


def script_of_a_slow_agent(town: Town, seconds: float) -> None:
    """It leaves a child behind that ignores signals, then takes its time; asked a second time it is as slow."""
    first = [{"spawn": STRAY}, {"ignore_signals": True}, {"say": "at it"}, {"sleep": seconds}]
    town.script("slow", ".*", *first, *town.mending())


async def strays(town: Town) -> list[psutil.Process]:
    return [each for each in town.left_overs() if STRAY.removeprefix("exec ") in command_of(each)]


def command_of(process: psutil.Process) -> str:
    """Empty when it ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


async def at_work(town: Town) -> psutil.Process:
    """The horse, once its agent runs and left its child behind."""

    async def look() -> bool | None:
        return True if await strays(town) else None

    await town.until(look, "the agent to be at work")
    return await town.horse()


def quick_from_now_on(town: Town) -> None:
    town.script("slow", ".*", *town.mending())


async def test_a_killed_horse_costs_an_attempt_and_nothing_else(town: Town) -> None:
    script_of_a_slow_agent(town, 60)
    await town.say(1, ASK)
    horse = await at_work(town)
    quick_from_now_on(town)
    horse.kill()
    await town.answer(1, LOST)
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 2
    assert await strays(town) == []


async def test_a_killed_worker_and_horse_cost_an_attempt_and_leave_nobody_behind(town: Town) -> None:
    script_of_a_slow_agent(town, 60)
    await town.say(1, ASK)
    horse = await at_work(town)
    worker = horse.parent()
    assert worker is not None
    quick_from_now_on(town)
    worker.kill()
    horse.kill()
    await town.answer(1, LOST)
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 2
    assert await strays(town) == []


@pytest.mark.slow
async def test_a_killed_worker_alone_does_not_stop_its_horse(town: Town) -> None:
    script_of_a_slow_agent(town, 5)
    await town.say(1, ASK)
    horse = await at_work(town)
    worker = horse.parent()
    assert worker is not None
    worker.kill()
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 1, "the horse renews its own lease"
    assert await strays(town) == []


@pytest.mark.slow
async def test_the_whole_worker_host_killed_is_started_again_and_the_job_with_it(town: Town) -> None:
    script_of_a_slow_agent(town, 60)
    await town.say(1, ASK)
    horse = await at_work(town)
    quick_from_now_on(town)
    host = town.children("worker", "--exit-with-stdin")[0]
    for process in [host, *host.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # some end with their parent, before we come to them
            if process.pid != horse.pid:
                process.kill()
    horse.kill()
    await town.answer(1, LOST)
    await town.settled()
    await one_of_each(town, 1)
    assert await strays(town) == []


async def test_a_killed_worker_host_takes_everybody_with_it_and_the_job_is_tried_again(town: Town) -> None:
    """`kill -9` of the host alone: whoever was forked from it, and whoever those started, goes without being told."""
    script_of_a_slow_agent(town, 60)
    await town.say(1, ASK)
    await at_work(town)
    quick_from_now_on(town)
    host = town.children("worker", "--exit-with-stdin")[0]
    below = host.children(recursive=True)
    assert len(below) >= 5, "the supervisor, two workers, a horse, its agent"
    host.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, below, ORPHANED_SECONDS)
    assert alive == []
    await town.answer(1, LOST)
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 2
    assert await strays(town) == []


@pytest.mark.parametrize(
    "town", [{"BELLHOP_LEASE_SECONDS": "2", "BELLHOP_RENEW_SECONDS": "0.5"}], indirect=True
)
async def test_a_stopped_horse_that_wakes_up_after_it_was_replaced_changes_nothing(town: Town) -> None:
    script_of_a_slow_agent(town, 4)
    await town.say(1, ASK)
    horse = await at_work(town)
    horse.send_signal(signal.SIGSTOP)
    await town.answer(1, LOST)
    quick_from_now_on(town)
    with contextlib.suppress(psutil.NoSuchProcess):  # the next attempt may have ended it already
        horse.send_signal(signal.SIGCONT)
    await town.settled()
    await asyncio.sleep(1)
    job = await one_of_each(town, 1)
    assert job["attempt"] == 2
    assert not horse.is_running()


@pytest.mark.slow
async def test_a_worker_host_stopped_for_longer_than_a_lease_goes_on_with_its_job(town: Town) -> None:
    """As on a machine that has no time for it: late is not lost."""
    script_of_a_slow_agent(town, 4)
    await town.say(1, ASK)
    await at_work(town)
    host = town.children("worker", "--exit-with-stdin")[0]
    family = [host, *host.children(recursive=True)]
    for process in family:
        process.suspend()
    await asyncio.sleep(LATE_SECONDS)
    [job] = town.records.rows("SELECT * FROM jobs WHERE lease_until < strftime('%s', 'now') * 1000000")
    assert (job["status"], job["attempt"]) == ("running", 1)
    for process in reversed(
        family
    ):  # its supervisor last: one that is stopped while others run is another fault
        process.resume()
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 1
    assert not [event for event in town.records.column("SELECT data FROM job_events") if "lost" in str(event)]
    assert await strays(town) == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_horse_killed_in_its_push_pushes_once(town: Town, when: str) -> None:
    await town.fault("hang", "POST", "git-receive-pack$", when=when)
    await town.say(1, ASK)
    await town.met_fault()
    (await town.horse()).kill()
    await town.answer(1, r"done in")
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_horse_killed_while_it_opens_the_pull_request_opens_one(town: Town, when: str) -> None:
    await town.fault("hang", "POST", "/pulls$", when=when)
    await town.say(1, ASK)
    await town.met_fault()
    (await town.horse()).kill()
    await town.answer(1, r"done in")
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 2


@pytest.mark.slow
async def test_a_job_whose_workers_keep_dying_fails_as_lost_and_frees_its_lock(town: Town) -> None:
    script_of_a_slow_agent(town, 60)
    await town.say(1, ASK)
    for _ in range(3):
        (await at_work(town)).kill()
        await asyncio.sleep(2)
    found = await town.answer(1, r"❌ (J-\w+) failed for good: lost its worker")
    quick_from_now_on(town)
    await town.say(1, f"/bellhop retry {found[1]}")
    await town.settled(jobs=2)
    await no_loose_ends(town)
    assert [job["status"] for job in town.records.jobs()] == ["failed", "completed"]
    [pull] = await pulls(town)
    assert len(await commits(town, pull["number"])) == 1
