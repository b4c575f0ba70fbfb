"""Redis killed, wiped or hanging, while a job is queued and while one runs: nothing is lost, all starts by itself."""

from __future__ import annotations

import signal

import pytest
from redis import Redis

from adapters.redis import connect, find_embedded
from tests.e2e.story import no_loose_ends, one_of_each
from tests.e2e.town import Town

ASK = "@bellhop fix this please"


def nap(town: Town, seconds: float = 4) -> None:
    town.script("nap", ".*", {"sleep": seconds}, *town.mending())


def wipe(town: Town) -> None:
    client: Redis = connect(find_embedded(town.folder / "data"))
    client.flushall()
    client.close()


async def one_running_one_queued(town: Town) -> None:
    """Both on one issue, so the second waits for the first one's lock."""
    nap(town)
    await town.say(1, ASK)
    await town.horse()
    await town.say(1, "@bellhop fix it some more")

    async def kept() -> bool | None:
        return True if [job["status"] for job in town.records.jobs()] == ["running", "queued"] else None

    await town.until(kept, "one job to run and one to wait")


async def both_done(town: Town) -> None:
    await town.settled(jobs=2)
    await no_loose_ends(town)
    assert [(job["status"], job["attempt"]) for job in town.records.jobs()] == [("completed", 1)] * 2
    assert len(await town.answers(1)) == 2


async def test_a_wipe_loses_neither_the_running_nor_the_queued_job(town: Town) -> None:
    await one_running_one_queued(town)
    wipe(town)
    await both_done(town)


async def test_a_kill_loses_neither_the_running_nor_the_queued_job(town: Town) -> None:
    await one_running_one_queued(town)
    server = town.redis()
    server.kill()
    await both_done(town)
    assert town.redis().pid != server.pid, "it was started again"


@pytest.mark.slow
async def test_a_redis_that_hangs_keeps_no_request_unanswered(town: Town) -> None:
    server = town.redis()
    server.send_signal(signal.SIGSTOP)
    await town.say(1, ASK)
    await town.answer(1, r"👀 (J-\w+) fix .* queued", seconds=15)
    server.send_signal(signal.SIGCONT)
    await town.settled()
    await one_of_each(town, 1)


@pytest.mark.slow
@pytest.mark.parametrize("town", [{"BELLHOP_WORKERS": "0"}], indirect=True)
async def test_without_a_worker_the_card_says_so_and_a_worker_that_comes_starts_it(town: Town) -> None:
    await town.say(1, ASK)
    await town.answer(1, "no worker is running")
    wipe(town)
    await town.stop()
    await town.start(BELLHOP_WORKERS="1")
    await town.settled()
    await one_of_each(town, 1)


@pytest.mark.parametrize("town", [{"BELLHOP_WORKERS": "1"}], indirect=True)
async def test_a_wipe_does_not_lose_a_job_that_only_redis_had_been_told_of(town: Town) -> None:
    """It waits for no lock, only for the one worker: nothing but the sweep tells of it again."""
    nap(town)
    await town.say(1, ASK)
    await town.horse()
    await town.say(2, ASK)
    await town.answer(2, r"👀 J-\w+ fix")
    wipe(town)
    await town.settled(jobs=2)
    await no_loose_ends(town)
    assert [(job["status"], job["attempt"]) for job in town.records.jobs()] == [("completed", 1)] * 2
