"""A unit of work is one transaction; reading waits for nobody; and the rest of the tables keep what they are told."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest

from bot.errors import StorageUnavailable
from bot.ports import Storage
from models.audit import AuditRecord
from models.base import now
from models.worker import ProcessRecord, WorkerRecord
from tests.adapters.storage.nouns import LONG_AGO, SHOP, change, delivery, job, outgoing


async def test_a_unit_of_work_that_raises_leaves_nothing(storage: Storage) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with storage.begin() as work:
            await work.jobs.create_job(job())
            await work.keys.take("k", 1)
            await work.outbox.put(outgoing())
            raise ZeroDivisionError
    async with storage.read() as work:
        assert await work.jobs.get_job("job-1") is None
        assert await work.keys.holder("k") is None
        assert await work.outbox.waiting(9) == []


async def test_a_cancelled_unit_of_work_leaves_nothing_and_the_next_one_works(storage: Storage) -> None:
    inside = asyncio.Event()

    async def work_for_ever() -> None:
        async with storage.begin() as work:
            await work.jobs.create_job(job())
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work_for_ever())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with storage.begin() as work:
        assert await work.jobs.get_job("job-1") is None
        await work.jobs.create_job(job())


async def test_reading_waits_for_no_writer_and_sees_no_half_work(storage: Storage) -> None:
    async with storage.begin() as writing:
        await writing.jobs.create_job(job())
        async with asyncio.timeout(5), storage.read() as reading:
            assert await reading.jobs.get_job("job-1") is None
    async with storage.read() as reading:
        assert await reading.jobs.get_job("job-1") is not None


async def test_a_transaction_inside_another_is_an_error_not_a_deadlock(storage: Storage) -> None:
    async with asyncio.timeout(5), storage.begin():
        with pytest.raises(RuntimeError, match="inside another"):
            async with storage.begin():
                pass


async def test_deliveries_and_units_of_work_take_turns(storage: Storage) -> None:
    async def write(number: int) -> None:
        async with storage.begin() as work:
            await work.jobs.create_job(job(f"job-{number}", handle=f"J-{number}"))

    jobs = [write(number) for number in range(10)]
    receipts = [storage.keep(delivery(f"d-{number}")) for number in range(50)]
    async with asyncio.timeout(30):
        await asyncio.gather(*jobs, *receipts)
    async with storage.read() as work:
        assert len(await work.jobs.list_jobs()) == 10
        assert len(await work.deliveries.page(before=None, limit=99)) == 50


async def test_ping_answers(storage: Storage) -> None:
    await storage.ping()


async def test_a_change_is_found_by_its_issue_its_pull_request_and_its_jobs(storage: Storage) -> None:
    async with storage.begin() as work:
        first = await work.changes.keep(change(job_id="job-1"))
        assert first.id > 0
        opened = first.model_copy(
            update={"pull_number": 43, "session": "s-1", "head_sha": "f00", "job_id": "job-2"}
        )
        assert await work.changes.keep(opened) == opened
    async with storage.read() as work:
        assert await work.changes.find(SHOP, 42) == opened
        assert await work.changes.find(SHOP, 43) == opened
        assert await work.changes.find(SHOP.replace("shop", "api"), 42) is None
        assert await work.changes.of_job("job-1") == opened
        assert await work.changes.of_job("job-2") == opened
        assert await work.changes.of_job("job-3") is None


@pytest.mark.parametrize("elsewhere", ["gitlab:default:acme/shop#", "github:second:acme/shop#"])
async def test_the_same_name_and_number_elsewhere_is_another_change(storage: Storage, elsewhere: str) -> None:
    async with storage.begin() as work:
        mine = await work.changes.keep(change(pull_number=43, job_id="job-1"))
        theirs = await work.changes.keep(change(pull_number=43, job_id="job-2", place=elsewhere))
    async with storage.read() as work:
        for number in (42, 43):
            assert await work.changes.find(SHOP, number) == mine
            assert await work.changes.find(elsewhere, number) == theirs
        assert await work.changes.find("gitlab:second:acme/shop#", 42) is None


async def test_the_open_change_comes_before_the_newest_closed_one(storage: Storage) -> None:
    async with storage.begin() as work:
        opened = await work.changes.keep(change(branch="open"))
        await work.changes.keep(change(branch="closed", is_open=False))
        newest = await work.changes.keep(change(branch="closed again", is_open=False))
        assert await work.changes.find(SHOP, 42) == opened
        await work.changes.keep(opened.model_copy(update={"is_open": False}))
        assert await work.changes.find(SHOP, 42) == newest


def worker(id: str = "w-1", **given: object) -> WorkerRecord:
    plain = {
        "host": "h",
        "boot_id": "b",
        "pid": 7,
        "version": "1",
        "started_at": LONG_AGO,
        "seen_at": LONG_AGO,
    }
    return WorkerRecord.model_validate({"id": id, **plain, **given})


async def test_a_worker_lives_while_it_beats_by_the_databases_clock(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.workers.beat(worker())
        await work.workers.beat(worker(capacity=3))
        await work.workers.beat(worker("w-2"))
    async with storage.begin() as work:
        alive = await work.workers.alive(60)
        assert [(w.id, w.capacity, w.started_at) for w in alive] == [
            ("w-1", 3, LONG_AGO),
            ("w-2", 1, LONG_AGO),
        ]
        assert abs((alive[0].seen_at - now()).total_seconds()) < 60
        assert await work.workers.alive(-60) == []
        await work.workers.leave("w-1")
        assert [w.id for w in await work.workers.alive(60)] == ["w-2"]


async def test_process_groups_are_remembered_until_they_are_forgotten(storage: Storage) -> None:
    first = ProcessRecord(job_id="j", attempt=1, host="h", boot_id="b", pid=7, started_ticks=99, role="agent")
    again = first.model_copy(update={"started_ticks": 100})
    async with storage.begin() as work:
        for record in (first, first, again, first.model_copy(update={"host": "other"})):
            await work.workers.remember(record)
        assert await work.workers.processes("h") == [first, again]
        await work.workers.forget(first)
        assert await work.workers.processes("h") == [again]


async def test_what_somebody_did_lately_is_counted(storage: Storage) -> None:
    hour = LONG_AGO.replace(minute=0, second=0, microsecond=0)
    rows = [
        ("github:1", "acme/shop#1", hour),
        ("github:1", "acme/shop#2", hour + timedelta(minutes=5)),
        ("github:1", "acme/shop#2", hour - timedelta(seconds=1)),
        ("github:1", "acme/shop2#2", hour),
        ("github:2", "acme/shop#2", hour),
    ]
    async with storage.begin() as work:
        for actor, subject, at in rows:
            await work.audit.append(AuditRecord(at=at, actor=actor, action="ping", subject=subject))
    async with storage.read() as work:
        given = {"actor": "github:1", "place": "acme/shop#", "since": hour}
        assert await work.audit.count(**given, most=10) == 2
        assert await work.audit.count(**given, most=1) == 1
        assert await work.audit.count(**(given | {"place": "acme/sho_"}), most=10) == 0


async def test_the_audit_is_appended_and_paged(storage: Storage) -> None:
    async with storage.begin() as work:
        for number in range(3):
            detail = {"number": number, "odd": "\0\ud800"}
            await work.audit.append(
                AuditRecord(at=LONG_AGO, actor="ana", action="fix", subject="J-1", detail=detail)
            )
    async with storage.read() as work:
        first = await work.audit.page(before=None, limit=2)
        rest = await work.audit.page(before=first[-1].id, limit=2)
    assert [record.detail["number"] for record in first + rest] == [2, 1, 0]
    assert first[0].at == LONG_AGO
    assert first[0].seal is None


async def test_a_job_in_a_reading_unit_of_work_cannot_be_changed(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.jobs.create_job(job())
    with contextlib.suppress(StorageUnavailable):
        async with storage.read() as work:
            await work.jobs.update_job_status("job-1", "cancelled")
    async with storage.read() as work:
        row = await work.jobs.get_job("job-1")
    assert row is not None
    assert row.status == "queued"
