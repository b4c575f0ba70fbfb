"""What runs all the time finds its rows through an index, so that a million finished ones cost nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from adapters.storage import SQLStorage
from bot.ports import UnitOfWork
from models.delivery import WaitsFor
from models.job import Job
from tests.adapters.storage.chat_calls import CASES as CHAT
from tests.adapters.storage.chat_calls import asked_of_person, followed
from tests.adapters.storage.nouns import HERE, job, outgoing

NOW = datetime.now(UTC)


async def claim_deliveries(work: UnitOfWork) -> object:
    return await work.deliveries.claim("a", 10, 60, **HERE)


async def renew_deliveries(work: UnitOfWork) -> object:
    return await work.deliveries.renew([1, 2, 3], "a", 60)


async def give_back(work: UnitOfWork) -> object:
    return await work.deliveries.give_back([1, 2, 3], "a")


async def holders(work: UnitOfWork) -> object:
    return await work.deliveries.holders(**HERE)


async def hasten(work: UnitOfWork) -> object:
    return await work.deliveries.hasten([WaitsFor.CREDENTIAL], **HERE)


async def waiting(work: UnitOfWork) -> object:
    return await work.deliveries.waiting(WaitsFor.CREDENTIAL, 10, **HERE)


async def take_back(work: UnitOfWork) -> object:
    return await work.deliveries.take_back(["a", "b"], 2, **HERE)


async def newest(work: UnitOfWork) -> object:
    return await work.deliveries.page(before=None, limit=50)


async def next_page(work: UnitOfWork) -> object:
    return await work.deliveries.page(before=1000, limit=50)


async def one(work: UnitOfWork) -> object:
    return await work.deliveries.get(7)


async def by_key(work: UnitOfWork) -> object:
    return await work.deliveries.find("github", "default", "d-1")


async def refused(work: UnitOfWork) -> object:
    return await work.deliveries.page(before=None, limit=50, disposition="denied:role")


async def at_thread(work: UnitOfWork) -> object:
    return await work.deliveries.at_thread("t#1", actor_id="1", limit=5)


async def by_url(work: UnitOfWork) -> object:
    return await work.deliveries.by_url("https://x/1")


async def prune(work: UnitOfWork) -> object:
    return await work.deliveries.prune(NOW, 100)


async def trim_jobs(work: UnitOfWork) -> object:
    return await work.retention.trim_jobs(NOW, 100)


async def prune_outbox(work: UnitOfWork) -> object:
    return await work.retention.prune_outbox(NOW, 100)


async def claim_outbox(work: UnitOfWork) -> object:
    return await work.outbox.claim("a", 10, 60, **HERE)


async def holders_of_outbox(work: UnitOfWork) -> object:
    return await work.outbox.holders(**HERE)


async def take_back_outbox(work: UnitOfWork) -> object:
    return await work.outbox.take_back(["a"], 3.0, **HERE)


async def stuck(work: UnitOfWork) -> object:
    return await work.outbox.stuck(1000)


async def revive_all(work: UnitOfWork) -> object:
    return await work.outbox.revive(None)


async def want(work: UnitOfWork) -> object:
    return await work.outbox.want("job-1")


async def want_again(work: UnitOfWork) -> object:
    return await work.outbox.want_again("d-1", 60)


async def reword(work: UnitOfWork) -> object:
    return await work.outbox.reword("question:1", "never mind")


async def news_of(work: UnitOfWork) -> object:
    return await work.outbox.news_of(outgoing().thread, 60, 20)


async def claim_job(work: UnitOfWork) -> object:
    return await work.jobs.claim("job-1", "w", 60)


async def claimable(work: UnitOfWork) -> object:
    return await work.jobs.claimable(50)


async def expired(work: UnitOfWork) -> object:
    return await work.jobs.expired(50)


async def in_line(work: UnitOfWork) -> object:
    return await work.jobs.line("lock")


async def ahead(work: UnitOfWork) -> object:
    return await work.jobs.ahead_of(job())


async def by_handle(work: UnitOfWork) -> object:
    return await work.jobs.by_handle("J-7K")


async def jobs_of_person(work: UnitOfWork) -> object:
    return await work.jobs.page(requester_id="1", repository=None, before=NOW, limit=20)


async def jobs_of_place(work: UnitOfWork) -> list[Job]:
    return await work.jobs.at_thread("github:default:acme/shop#42", is_active=True)


async def jobs_of_room(work: UnitOfWork) -> object:
    return await work.jobs.in_room("slack:default:T1/C1#", 15)


async def said_in_room(work: UnitOfWork) -> object:
    return await work.deliveries.in_room("slack:default:T1/C1#", actor_id="1", limit=20)


async def active_of_person(work: UnitOfWork) -> object:
    return await work.jobs.count_active("github:default:", requester_id="1")


async def active_of_repository(work: UnitOfWork) -> object:
    return await work.jobs.count_active("github:default:acme/shop#")


async def answers_of_person(work: UnitOfWork) -> object:
    return await work.audit.count(actor="github:1", place="acme/shop#", since=NOW, most=10)


CASES = {
    **CHAT,
    answers_of_person: {"ix_audit_actor"},
    claim_deliveries: {"ix_deliveries_due"},
    renew_deliveries: set(),
    give_back: set(),
    holders: {"ix_deliveries_due"},
    take_back: {"ix_deliveries_due"},
    hasten: {"ix_deliveries_due"},
    waiting: {"ix_deliveries_due"},
    newest: set(),
    next_page: set(),
    one: set(),
    by_key: {"uq_deliveries_platform_integration_key", "sqlite_autoindex_deliveries_1"},
    refused: {"ix_deliveries_disposition"},
    at_thread: {"ix_deliveries_thread"},
    by_url: {"ix_deliveries_url"},
    prune: {"ix_deliveries_finished", "ix_pending_requests_delivery"},
    trim_jobs: {"ix_jobs_untrimmed"},
    prune_outbox: {"ix_outbox_sent"},
    claim_outbox: {"ix_outbox_due"},
    holders_of_outbox: {"ix_outbox_due"},
    take_back_outbox: {"ix_outbox_due"},
    stuck: {"ix_outbox_due", "ix_outbox_dead"},
    revive_all: {"ix_outbox_due", "ix_outbox_dead"},
    want: {"ux_outbox_card"},
    want_again: {"sqlite_autoindex_outbox_1"},
    reword: {"sqlite_autoindex_outbox_1"},
    news_of: {"ix_outbox_news"},
    claim_job: {"ix_jobs_line"},
    claimable: {"ix_jobs_queued"},
    expired: {"ix_jobs_lease"},
    in_line: {"ix_jobs_line"},
    ahead: {"ix_jobs_line"},
    by_handle: {"ux_jobs_handle"},
    jobs_of_person: {"ix_jobs_requester"},
    jobs_of_place: {"ix_jobs_thread"},
    jobs_of_room: {"ix_jobs_thread"},
    said_in_room: {"ix_deliveries_thread"},
    active_of_person: {"ix_jobs_active_requester"},
    active_of_repository: {"ix_jobs_active_place"},
}


@contextmanager
def recorded(storage: SQLStorage) -> Iterator[list[tuple[str, Any]]]:
    """The statements run inside, with their parameters."""
    said: list[tuple[str, Any]] = []
    engine = storage._writer.sync_engine

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> None:
        if statement.split()[0] in {"SELECT", "UPDATE", "DELETE", "INSERT", "WITH"}:
            said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_it_reads_no_whole_table(sqlite: SQLStorage, sqlite_url: str, case: Any) -> None:
    with recorded(sqlite) as statements:
        async with sqlite.begin() as work:
            await case(work)
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    steps = [
        str(row[3])
        for statement, parameters in statements
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    connection.close()
    assert steps
    # A step says SCAN only where it walks in the key's own order and stops at the limit, or through a small index.
    scans = [step for step in steps if step.startswith("SCAN ") and " USING " not in step]
    allowed = {"SCAN deliveries"} if case is newest else set()
    assert {
        step for step in scans if not step.startswith(("SCAN (subquery", "SCAN CONSTANT ROW"))
    } <= allowed | _made_on_the_way(steps)
    sorts = [step for step in steps if "TEMP B-TREE" in step]
    assert not sorts or case in {
        claim_deliveries,
        holders,
        claim_outbox,
        holders_of_outbox,
        by_handle,
        ahead,
        jobs_of_place,
        jobs_of_room,
        jobs_of_person,
        expired,
        asked_of_person,
        followed,
    }, steps
    if CASES[case]:
        assert any(name in step for name in CASES[case] for step in steps), steps


def _made_on_the_way(steps: list[str]) -> set[str]:
    """Scans of what the statement itself made: materialized subqueries."""
    return {f"SCAN {step.split()[1]}" for step in steps if step.startswith(("MATERIALIZE", "CO-ROUTINE"))}
