"""An attempt that was stopped past its lease, while another finished its job, wakes up and changes nothing at all."""

from __future__ import annotations

import contextlib
import signal
from typing import Any

import psutil
import pytest

from tests.e2e.story import branches, one_of_each, pulls
from tests.e2e.town import Town

ASK = "@bellhop fix this please"
AT_WORK = "exec sleep 4323"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# Every place is one in which the attempt is about to do what cannot be taken back: end its agent's work and push,
# push (the first try met nobody), open the pull request.
PUSH = ("POST", "/git-receive-pack$")
PULL = ("POST", "/pulls$")


async def until_at_work(town: Town) -> None:
    """The agent runs, and will take its time."""

    async def look() -> bool | None:
        return (
            True
            if any(AT_WORK.split()[-1] in " ".join(cmdline(each)) for each in town.left_overs())
            else None
        )

    await town.until(look, "the agent to be at work")


def cmdline(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return list(process.cmdline())
    return []


async def asked_and_stopped_at(town: Town, place: tuple[str, str] | None) -> list[psutil.Process]:
    """A job whose first attempt stands still with all it started, as on a machine that sleeps."""
    if place is None:
        town.script("slow", ".*", {"spawn": AT_WORK}, {"sleep": 2}, *town.mending())
        await town.say(1, ASK)
        await until_at_work(town)
    else:
        # Longer than all of this takes: the request never takes effect, and its sender hears so when it wakes up.
        await town.fault("hang", *place, seconds=600)
        await town.say(1, ASK)
        await town.met_fault()
    horse = await town.horse()
    family = [horse, *horse.children(recursive=True)]
    for process in family:
        process.suspend()
    town.script("slow", ".*", *town.mending())
    # Recorded for another host, nobody here may end it: the next attempt runs where it cannot reach this one.
    assert town.records.change("UPDATE processes SET host = 'elsewhere'") >= 1
    return family


async def everything(town: Town) -> dict[str, Any]:
    """What the attempt could have changed: the database's rows about jobs, and what people see."""
    tables = ("jobs", "job_events", "outbox", "changes", "audit")
    listed = await town.request("GET", "branches?per_page=100")
    return {
        **{table: town.records.rows(f"SELECT * FROM {table} ") for table in tables},
        "branches": {each["name"]: each["commit"]["sha"] for each in listed},
        "pulls": [(each["number"], each["state"], each["body"]) for each in await pulls(town)],
        "answers": await town.answers(1),
    }


async def writes(town: Town) -> list[str]:
    """What the bot asked the platform to change so far, pushes included."""
    listed = await town.seen("*", ".")
    return [
        f"{each['method']} {each['path']}"
        for each in listed
        if each["method"] in WRITES
        and not each["path"].endswith("/git-upload-pack")
        and each["actor"] == town.bot
    ]


async def ended(town: Town, family: list[psutil.Process]) -> None:
    async def look() -> bool | None:
        return (
            None
            if any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in family)
            else True
        )

    await town.until(look, "the old attempt and all it started to end")


@pytest.mark.slow
@pytest.mark.parametrize("place", [None, PUSH, PULL], ids=["its agent works", "it pushes", "it opens"])
async def test_an_attempt_that_wakes_up_after_another_did_its_job_changes_nothing(
    town: Town, place: tuple[str, str] | None
) -> None:
    family = await asked_and_stopped_at(town, place)
    await town.answer(1, "✅", seconds=60)
    await town.settled()
    job = await one_of_each(town, 1)
    assert job["attempt"] == 2
    assert psutil.STATUS_STOPPED in {each.status() for each in family if each.is_running()}
    before, written = await everything(town), await writes(town)
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)
    await ended(town, family)
    assert await everything(town) == before
    assert await writes(town) == written, "nothing was even tried"
    assert await branches(town) == [f"bellhop/{job['handle']}"]
    await one_of_each(town, 1)
