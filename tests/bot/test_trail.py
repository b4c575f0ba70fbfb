"""What was decided is on record in the transaction that decided it, from the delivery to the pull request."""

from __future__ import annotations

from typing import Any

from bot import recovery
from models.audit import AuditRecord
from models.message import MessageKind
from tests.bot.bench import Shop
from tests.fakes.workshop import FakeRunning


async def records(shop: Shop) -> list[AuditRecord]:
    """Oldest first."""
    async with shop.storage.read() as work:
        return (await work.audit.page(before=None, limit=100))[::-1]


async def actions(shop: Shop) -> list[str]:
    return [record.action for record in await records(shop)]


async def test_a_request_is_followed_to_its_pull_request() -> None:
    shop = Shop()
    job = await shop.ask("@bellhop fix")
    rows = await records(shop)
    assert [row.action for row in rows] == ["fix", "pushed", "pull_opened", "job_completed"]
    person, *ours = rows
    assert {row.request_id for row in rows} == {job.request_id}
    assert {row.subject for row in rows} == {"acme/shop#42"}
    assert [row.actor for row in ours] == ["bellhop"] * 3
    common: dict[str, Any] = {
        "job": job.handle,
        "attempt": 1,
        "delivery": job.delivery_id,
        "asked_by": person.actor,
    }
    tip = shop.world.tip(f"bellhop/{job.handle}")
    assert tip is not None
    assert [dict(row.detail) for row in ours] == [
        common | {"branch": f"bellhop/{job.handle}", "sha": tip.sha},
        common | {"number": 900, "url": "https://git.example/p"},
        common,
    ]
    assert all(row.seal is None for row in rows)


async def test_a_follow_up_updates_and_an_undo_undoes() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.agent.writes = {"NOTES.md": "why"}
    await shop.ask("@bellhop write down why", comment_id="78")
    await shop.ask(f"/bellhop undo {first.handle}", comment_id="79")
    assert (await actions(shop))[4:] == [
        *["fix", "pushed", "pull_updated", "job_completed"],
        *["undo", "undone", "job_completed"],
    ]


async def test_a_branch_alone_is_pushed_once() -> None:
    shop = Shop()
    await shop.ask("@bellhop fix pr=none")
    assert await actions(shop) == ["fix", "pushed", "job_completed"]


async def test_failing_checks_end_a_job() -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = FakeRunning(["1 failed in 0.1s"], code=1)
    await shop.ask("@bellhop fix")
    rows = await records(shop)
    assert [row.action for row in rows] == ["fix", "pushed", "job_failed"]
    assert rows[-1].detail["failure"] == "checks"


async def test_what_a_cancelled_job_published_is_taken_back_on_record() -> None:
    shop = Shop()
    job = await shop.accept("@bellhop fix")

    async def cancel() -> None:
        await shop.cancel(job)

    shop.world.after_push = cancel
    await shop.work(job)
    await shop.deliver_answers()
    rows = await records(shop)
    assert [row.action for row in rows] == ["fix", "pushed", "job_cancelled", "taken_back"]
    assert rows[2].detail["cancelled_by"] == "ana"
    assert rows[3].detail["removed_branch"] == f"bellhop/{job.handle}"


async def test_a_lost_attempt_is_on_record() -> None:
    shop = Shop()
    job = await shop.accept("@bellhop fix")
    async with shop.storage.begin() as work:
        await work.jobs.claim(job.id, "worker", 2.0)
    rows = shop.storage._memory.jobs
    rows[job.id] = rows[job.id].model_copy(update={"lease_until": rows[job.id].created_at})
    await recovery.recover_lost(shop.services)
    assert await actions(shop) == ["fix", "job_queued"]
    assert (await records(shop))[-1].detail["attempt"] == 2


async def test_closing_what_it_is_about_cancels_on_record() -> None:
    shop = Shop()
    job = await shop.accept("@bellhop fix")
    await shop.hear("", kind=MessageKind.EVENT, event="issues.closed", comment_id="9")
    row = (await records(shop))[-1]
    assert (row.action, row.detail["jobs"]) == ("closed", [job.handle])
