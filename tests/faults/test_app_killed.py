"""`kill -9` of the app between every pair of steps from the wire to the reply: restarted, the work goes on, once."""

from __future__ import annotations

import signal

import pytest

from tests.e2e.story import no_loose_ends, one_of_each
from tests.e2e.town import Town

ASK = "@bellhop fix this please"
# Longer than any lease: whatever the dead app held is due again.
A_WHILE_SECONDS = 120.0
STATE = "SELECT state FROM outbox WHERE kind = ?"
NO_DISPATCH = {"BELLHOP_DISPATCHER": "off"}


async def restarted(town: Town) -> None:
    """Kill the app, let its leases end, start it again; then all must come to its one end."""
    await town.kill()
    town.records.let_time_pass(A_WHILE_SECONDS)
    await town.control("DELETE", "/faults")
    await town.start()
    await town.settled()


async def say_then_break_comments(town: Town, when: str) -> None:
    """The person's comment passes through the same door as the bot's, so the webhook waits until the fault is there."""
    await town.control("PUT", "/webhooks", {"delay_seconds": 0.5})
    await town.say(1, ASK)
    await town.fault("hang", "POST", "/issues/1/comments$", when=when)


@pytest.mark.parametrize("town", [NO_DISPATCH], indirect=True)
async def test_a_delivery_committed_and_not_dispatched_is_worked_on_after_the_restart(town: Town) -> None:
    await town.say(1, ASK)

    async def kept() -> bool | None:
        return True if town.records.column("SELECT count(*) FROM deliveries") == [1] else None

    await town.until(kept, "the delivery to be kept")
    assert town.records.column("SELECT attempts FROM deliveries") == [0]
    await town.kill()
    await town.start(BELLHOP_DISPATCHER="on")
    await town.settled()
    await one_of_each(town, 1)


async def test_a_delivery_claimed_and_not_decided_is_decided_after_the_restart(town: Town) -> None:
    await town.fault("hang", "GET", "/permission$")
    await town.say(1, ASK)
    await town.met_fault()
    await restarted(town)
    await one_of_each(town, 1)


async def test_a_decision_cut_short_goes_on_at_once_whatever_its_lease_says(town: Town) -> None:
    """An hour's lease: the dead hold nothing."""
    await town.fault("hang", "GET", "/permission$")
    await town.say(1, ASK)
    await town.met_fault()
    await town.kill()
    town.records.let_time_pass(-3600)
    [claim] = town.records.rows("SELECT claimed_by, attempts FROM deliveries WHERE finished_at IS NULL")
    assert (claim["claimed_by"] is not None, claim["attempts"]) == (True, 1)
    await town.start()
    await town.settled()
    await one_of_each(town, 1)


async def test_a_job_kept_and_not_told_to_the_queue_starts_after_the_restart(town: Town) -> None:
    redis = town.redis()
    redis.send_signal(signal.SIGSTOP)
    await town.say(1, ASK)

    async def kept() -> bool | None:
        return True if town.records.jobs() else None

    await town.until(kept, "the job to be kept")
    await town.kill()
    redis.send_signal(signal.SIGKILL)
    assert [job["status"] for job in town.records.jobs()] == ["queued"]
    await town.start()
    await town.settled()
    await one_of_each(town, 1)


async def test_a_card_claimed_and_not_posted_is_posted_after_the_restart(town: Town) -> None:
    await say_then_break_comments(town, when="before")
    await town.met_fault()
    assert await town.answers(1) == [], "the comment took no effect"
    await restarted(town)
    await one_of_each(town, 1)


async def test_a_card_posted_and_not_recorded_is_found_after_the_restart_and_not_doubled(town: Town) -> None:
    await say_then_break_comments(town, when="after")
    await town.met_fault()
    assert len(await town.answers(1)) == 1, "the comment took effect"
    await restarted(town)
    await one_of_each(town, 1)
    by_bot = [made for made in await town.seen("POST", "/issues/1/comments$") if made["actor"] == town.bot]
    assert by_bot == [], "the one that took effect still hangs, and no other was made"


async def test_a_reaction_cut_short_is_made_at_once_whatever_its_lease_says(town: Town) -> None:
    """An hour's lease: the dead hold nothing that may be repeated."""
    await town.fault("hang", "POST", "/reactions$")
    await town.say(1, "/bellhop ping")
    await town.met_fault()

    async def answered() -> bool | None:
        return True if town.records.column(STATE, "reply") == ["done"] else None

    await town.until(answered, "the answer to be noted as sent")
    await town.kill()
    held = "UPDATE outbox SET lease_until = lease_until + 3600000000 WHERE lease_until IS NOT NULL"
    assert town.records.change(held) == 1
    await town.start()
    await no_loose_ends(town)
    assert town.records.column(STATE, "reaction") == ["done"]


async def test_a_job_ended_and_its_card_not_edited_is_told_after_the_restart(town: Town) -> None:
    await town.fault("status", "PATCH", "/issues/comments/", times=1000, status=500)
    await town.say(1, ASK)

    async def ended() -> bool | None:
        return True if [job["status"] for job in town.records.jobs()] == ["completed"] else None

    await town.until(ended, "the job to end")
    assert not (await town.answers(1))[0].startswith("✅")
    await restarted(town)
    await one_of_each(town, 1)


@pytest.mark.slow
async def test_an_edit_made_and_not_recorded_is_harmless(town: Town) -> None:
    await town.fault("hang", "PATCH", "/issues/comments/", when="after")
    await town.say(1, ASK)
    await town.met_fault()
    await restarted(town)
    await one_of_each(town, 1)


async def test_a_running_job_outlives_the_app_that_kept_it(town: Town) -> None:
    town.script("nap", ".*", {"sleep": 3}, *town.mending())
    await town.say(1, ASK)
    await town.horse()
    await town.kill()
    await town.start()
    await town.settled()
    await one_of_each(town, 1)
