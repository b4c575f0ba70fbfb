"""What is past its time goes, and who asks for it is told so."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot import retention
from models.base import now
from models.delivery import Disposition
from models.job import JobEvent, JobEventType, JobStatus
from tests.bot.bench import Shop
from tests.fakes.services import Bench


def long_ago(bench: Bench) -> datetime:
    return now() - timedelta(days=bench.services.settings.job_retention_days + 1)


async def ended_long_ago(bench: Bench) -> str:
    """All jobs; the handle of the newest."""
    moment, rows = long_ago(bench), bench.storage._memory.jobs
    for job in await bench.jobs():
        ended = {"status": JobStatus.COMPLETED, "start_time": moment, "end_time": moment, "lock_key": ""}
        rows[job.id] = rows[job.id].model_copy(update=ended)
        async with bench.storage.begin() as work:
            await work.jobs.add_event(job.id, JobEvent(type=JobEventType.LOG, data="hello", timestamp=moment))
    return (await bench.jobs())[0].handle


async def forget(bench: Bench) -> None:
    while await retention.trim_jobs(bench.services) or await retention.prune_outbox(bench.services):
        pass


async def test_a_log_past_its_time_is_gone_and_who_asks_for_it_is_told() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    handle = await ended_long_ago(bench)
    await bench.hear(f"/bellhop logs {handle}", comment_id="2")
    assert "hello" in bench.answers[-1]
    await forget(bench)
    await bench.hear(f"/bellhop logs {handle}", comment_id="3")
    assert f"{handle} ended more than 90 days ago" in bench.answers[-1]


async def test_all_else_about_a_forgotten_job_is_answered() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    handle = await ended_long_ago(bench)
    await forget(bench)
    for number, verb in enumerate(("status", "undo", "retry", "cancel"), 10):
        await bench.hear(f"/bellhop {verb} {handle}", comment_id=str(number))
        assert (await bench.deliveries())[0].disposition in {Disposition.ACCEPTED, Disposition.ANSWERED}, verb
        assert not bench.errors
    await bench.hear("/bellhop jobs", comment_id="20")
    assert handle in bench.answers[-1]


async def test_undo_of_a_forgotten_job_does_not_say_that_it_did_nothing() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    handle = await ended_long_ago(bench)
    await bench.hear(f"/bellhop undo {handle}", comment_id="2")
    assert "nothing to undo" in bench.answers[-1]
    await forget(bench)
    await bench.hear(f"/bellhop undo {handle}", comment_id="3")
    assert "by hand" in bench.answers[-1]


async def test_a_forgotten_change_is_undone_and_followed_up_all_the_same() -> None:
    shop = Shop()
    job = await shop.ask()
    await shop.deliver_answers()
    await ended_long_ago(shop)
    await forget(shop)
    [end] = (await shop.job(job.id)).events
    assert end.facts["branch"] == f"bellhop/{job.handle}"
    shop.agent.writes = {"calc.py": "fixed better"}
    again = await shop.ask("@bellhop fix it once more", comment_id="78")
    assert again.status is JobStatus.COMPLETED
    assert shop.world.pushes == [f"bellhop/{job.handle}"] * 2
    undone = await shop.ask(f"/bellhop undo {job.handle}", comment_id="79")
    assert undone.result is not None
    assert undone.result.result == "undone"


async def test_status_says_of_a_forgotten_job_what_it_said_before() -> None:
    shop = Shop()
    job = await shop.ask()
    await shop.deliver_answers()
    await ended_long_ago(shop)
    await shop.hear(f"/bellhop status {job.handle}", comment_id="78")
    assert "PR #900" in shop.answers[-1]
    await forget(shop)
    await shop.hear(f"/bellhop status {job.handle}", comment_id="79")
    before, after = (answer.partition("\n")[0] for answer in shop.answers[-2:])
    assert after == re.sub(r" \(\[card\]\([^)]*\)\)", "", before), "all but the card's place"
    await shop.hear(f"/bellhop logs {job.handle}", comment_id="80")
    assert "ended more than 90 days ago" in shop.answers[-1]


async def test_an_active_job_and_an_open_card_lose_nothing() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    [job] = await bench.jobs()
    await ended_long_ago(bench)
    async with bench.storage.begin() as work:
        await work.outbox.want(job.id)
    await forget(bench)
    assert (await bench.jobs())[0].events
    await bench.deliver_answers()
    await forget(bench)
    assert not (await bench.jobs())[0].events


async def test_why_says_how_long_messages_are_kept() -> None:
    bench = Bench()
    await bench.hear("/bellhop why")
    assert "30 days" in bench.answers[-1]


async def test_a_follow_up_whose_agent_forgot_begins_anew_and_says_so() -> None:
    shop = Shop()
    await shop.ask()
    shop.world.forgotten_homes.add(shop.world.opened[0].home_key)
    shop.agent.writes = {"calc.py": "fixed better"}
    again = await shop.ask("@bellhop fix it once more", comment_id="78")
    assert [task.session for task in shop.agent.tasks] == [None, None]
    assert any("remembers nothing" in (event.data or "") for event in again.events)
    assert again.status is JobStatus.COMPLETED
