"""What was acknowledged is on disk, whatever happens to the process; a database that is away is said to be away."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from adapters.storage import SQLStorage, open_storage
from adapters.storage.engine import LONGEST_LOG_BYTES, PAGE_BYTES
from bot.errors import StorageUnavailable
from models.delivery import WebhookRequest
from tests.adapters.storage.child import end, line_of, start
from tests.adapters.storage.nouns import delivery, job, place
from tests.services import require_service
from tests.services.postgres import PostgresServer


async def kept_keys(url: str) -> set[str]:
    storage = open_storage(url)
    await storage.initialize()
    async with storage.read() as work:
        rows = await work.deliveries.page(before=None, limit=1_000_000)
    await storage.close()
    return {row.key for row in rows}


async def test_the_live_writers_are_durable(sqlite: SQLStorage) -> None:
    await sqlite.keep(delivery())
    pragmas = await sqlite.pragmas()
    for connection in ("inbox", "work"):
        assert pragmas[connection] == {
            "journal_mode": "wal",
            "synchronous": 2,  # FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
            "foreign_keys": 1,
            "busy_timeout": 300,
            "wal_autocheckpoint": 0,
            "page_size": 8192,
        }


async def test_short_lived_writers_are_as_durable_and_checkpoint_when_nobody_else_did(
    sqlite_url: str,
) -> None:
    storage = open_storage(sqlite_url, is_short_lived=True)
    await storage.initialize()
    pragmas = await storage.pragmas()
    await storage.close()
    assert {p["synchronous"] for p in pragmas.values()} == {2}
    pages = {p["wal_autocheckpoint"] for p in pragmas.values()}
    assert pages == {2 * LONGEST_LOG_BYTES // PAGE_BYTES}  # beyond what a checkpointer leaves


@pytest.mark.slow
@pytest.mark.parametrize("run", range(3))
async def test_what_was_acknowledged_survives_kill_9_under_load(sqlite_url: str, run: int) -> None:
    child = start("keep", sqlite_url)
    acknowledged = {await asyncio.to_thread(line_of, child) for _ in range(300 + run * 157)}
    child.send_signal(signal.SIGKILL)
    assert child.stdout is not None
    acknowledged |= set((await asyncio.to_thread(child.stdout.read)).split())
    end(child)
    assert len(acknowledged) >= 300
    assert acknowledged <= await kept_keys(sqlite_url)


@pytest.mark.slow
async def test_what_was_acknowledged_survives_kill_9_on_postgresql(migrated_postgres_url: str) -> None:
    child = start("keep", migrated_postgres_url)
    acknowledged = {await asyncio.to_thread(line_of, child) for _ in range(300)}
    child.send_signal(signal.SIGKILL)
    assert child.stdout is not None
    acknowledged |= set((await asyncio.to_thread(child.stdout.read)).split())
    end(child)
    assert acknowledged <= await kept_keys(migrated_postgres_url)


@pytest.mark.slow
async def test_two_processes_never_get_the_same_row(database: SQLStorage, database_url: str) -> None:
    await asyncio.gather(*(database.keep(delivery(f"d-{number}")) for number in range(60)))
    async with database.begin() as work:
        for number in range(20):
            thread = place(number // 2)  # two jobs a place: the second of each waits
            await work.jobs.create_job(job(f"job-{number}", number, handle=f"J-{number}", thread=thread))
    children = [start("claim", database_url, owner) for owner in ("a", "b", "c")]
    for child in children:
        assert await asyncio.to_thread(line_of, child) == "ready"
    outputs = await asyncio.gather(*(asyncio.to_thread(child.communicate, "go\n", 60) for child in children))
    claimed = [line for output, _ in outputs for line in output.splitlines()]
    assert len(claimed) == len(set(claimed))
    assert sum(line.startswith("delivery") for line in claimed) == 60
    assert {line for line in claimed if line.startswith("job")} == {
        f"job job-{number}" for number in range(0, 20, 2)
    }


@contextlib.contextmanager
def locked(url: str) -> Iterator[None]:
    child = start("hold", url)
    assert line_of(child) == "held"
    try:
        yield
    finally:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
        assert line_of(child) == "free"
        end(child)


async def test_locked_by_another_process_it_is_unavailable_and_then_comes_back(
    sqlite: SQLStorage, sqlite_url: str
) -> None:
    with locked(sqlite_url):
        receipts = await asyncio.gather(
            *(sqlite.keep(delivery(f"d-{n}")) for n in range(3)), return_exceptions=True
        )
        assert [type(receipt) for receipt in receipts] == [StorageUnavailable] * 3
        with pytest.raises(StorageUnavailable, match="locked"):
            async with sqlite.begin() as work:
                await work.keys.take("k", 1)
        await sqlite.ping()  # reading waits for no writer
    assert (await sqlite.keep(delivery("d-0"))).is_new
    async with sqlite.begin() as work:
        assert await work.keys.take("k", 1)


async def test_a_short_lock_is_waited_for(sqlite_url: str) -> None:
    storage = open_storage(sqlite_url, busy_seconds=30)
    await storage.initialize()
    with locked(sqlite_url):
        receipt = asyncio.create_task(storage.keep(delivery()))
        await asyncio.sleep(0.2)
        assert not receipt.done()
    assert (await receipt).is_new
    await storage.close()


async def test_a_full_disk_is_unavailable_and_then_takes_again(sqlite_url: str) -> None:
    child = start("fill", sqlite_url)
    said = (await asyncio.to_thread(child.communicate, timeout=60))[0].splitlines()
    assert [line.split()[0] for line in said] == ["refused", "refused", "True"]
    assert await kept_keys(sqlite_url) == {"before", "after"}


async def test_a_file_that_is_gone_takes_no_promise_and_is_found_again(
    sqlite: SQLStorage, sqlite_url: str, tmp_path: Path
) -> None:
    await sqlite.keep(delivery("before"))
    async with sqlite.begin() as work:
        await work.keys.take("before", 1)
    files = [tmp_path / f"bellhop.db{suffix}" for suffix in ("", "-wal", "-shm")]
    (tmp_path / "away").mkdir()
    for path in files:
        path.rename(tmp_path / "away" / path.name)
    with pytest.raises(StorageUnavailable):
        await sqlite.keep(delivery("lost"))
    with pytest.raises(StorageUnavailable):
        async with sqlite.begin() as work:
            await work.keys.take("lost", 1)
    with pytest.raises(StorageUnavailable):
        await sqlite.ping()
    assert not files[0].exists()
    for path in files:
        shutil.copy(tmp_path / "away" / path.name, path)
    assert (await sqlite.keep(delivery("after"))).is_new
    async with sqlite.begin() as work:
        assert not await work.keys.take("before", 1)
        assert await work.keys.take("after", 1)
    assert await kept_keys(sqlite_url) == {"before", "after"}


async def test_a_file_that_was_replaced_is_the_one_written_to(
    sqlite: SQLStorage, sqlite_url: str, tmp_path: Path
) -> None:
    await sqlite.keep(delivery("before"))
    async with sqlite.begin() as work:
        await work.keys.take("before", 1)
    (tmp_path / "away").mkdir()
    for path in [tmp_path / f"bellhop.db{suffix}" for suffix in ("", "-wal", "-shm")]:
        path.rename(tmp_path / "away" / path.name)
        shutil.copy(tmp_path / "away" / path.name, path)
    assert (await sqlite.keep(delivery("after"))).is_new
    async with sqlite.begin() as work:
        assert await work.keys.take("after", 1)
    assert await kept_keys(sqlite_url) == {"before", "after"}
    async with sqlite.read() as work:
        assert await work.keys.holder("after") == 1


async def test_a_restored_backup_gets_its_log_back(sqlite_url: str) -> None:
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    storage = open_storage(sqlite_url)
    await storage.initialize()
    assert {p["journal_mode"] for p in (await storage.pragmas()).values()} == {"wal"}
    await storage.close()


async def test_a_start_waits_for_no_writer_when_there_is_nothing_to_migrate(sqlite_url: str) -> None:
    with locked(sqlite_url):
        storage = open_storage(sqlite_url, busy_seconds=0.2)
        await storage.initialize()
        await storage.ping()
        await storage.close()


async def test_large_and_small_bodies_wait_for_the_same_commit(sqlite: SQLStorage) -> None:
    large = delivery("large", request=WebhookRequest(body=bytes(range(256)) * 8000))
    receipts = await asyncio.gather(sqlite.keep(large), sqlite.keep(delivery("small")))
    assert all(receipt.is_new for receipt in receipts)


async def test_the_log_does_not_grow_for_ever_under_load(sqlite: SQLStorage, tmp_path: Path) -> None:
    random = Random(7)

    async def one_after_another(task: int) -> None:
        for number in range(150):
            # Noise, which no compression shrinks.
            request = WebhookRequest(body=random.randbytes(60_000))
            await sqlite.keep(delivery(f"{task}-{number}", request=request))

    await asyncio.gather(*(one_after_another(task) for task in range(16)))
    assert (tmp_path / "bellhop.db-wal").stat().st_size < 80 * 1024 * 1024


async def test_closing_empties_the_log(sqlite_url: str, tmp_path: Path) -> None:
    storage = open_storage(sqlite_url)
    await storage.initialize()
    await storage.keep(delivery())
    assert (tmp_path / "bellhop.db-wal").stat().st_size > 0
    await storage.close()
    assert not (tmp_path / "bellhop.db-wal").exists()


@pytest.mark.slow
async def test_postgresql_that_crashed_is_unavailable_and_then_comes_back() -> None:
    require_service("postgres")
    server = PostgresServer()
    try:
        await asyncio.to_thread(server.start)
        storage = open_storage(server.url(server.create_database()), busy_seconds=2)
        await storage.initialize()
        await storage.keep(delivery("before"))
        async with storage.begin() as work:
            await work.keys.take("before", 1)
        await asyncio.to_thread(server.crash)
        with pytest.raises(StorageUnavailable):
            await storage.keep(delivery("lost"))
        for opening in (storage.begin, storage.read):
            with pytest.raises(StorageUnavailable):
                async with opening() as work:
                    await work.keys.holder("before")
        with pytest.raises(StorageUnavailable):
            await storage.ping()
        await asyncio.to_thread(server.restart_after_crash)
        await storage.ping()
        assert (await storage.keep(delivery("after"))).is_new
        async with storage.begin() as work:
            await work.keys.take("after", 1)
        await storage.close()
    finally:
        await asyncio.to_thread(server.stop)


async def test_postgresql_that_is_not_there_is_unavailable() -> None:
    storage = open_storage("postgresql://nobody:secret@127.0.0.1:1/none", busy_seconds=1)
    with pytest.raises(StorageUnavailable) as raised:
        await storage.initialize()
    assert "secret" not in str(raised.value)
    with pytest.raises(StorageUnavailable):
        await storage.keep(delivery())
    await storage.close()
