"""Migrations make exactly the tables the code knows, once, whoever starts first; a newer schema is refused."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from adapters.storage import open_storage
from adapters.storage.engine import Options, open_migrator
from adapters.storage.migrations.migrate import configuration
from adapters.storage.migrations.schema import HEAD, metadata
from adapters.storage.urls import parse
from bot.errors import ConfigurationError
from models.source import SourceType
from tests.adapters.storage.child import end, start
from tests.adapters.storage.conftest import migrated
from tests.adapters.storage.nouns import SHOP, change, delivery, job, place
from tests.services import require_service


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with nothing in it, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'bellhop.db'}"
    require_service("postgres")
    return str(request.getfixturevalue("postgres_url"))


async def within(url: str, work: Callable[[Connection], Any]) -> Any:
    """What `work` says of the database at `url`, in a transaction."""
    engine = open_migrator(Options(parse(url)))
    async with engine.begin() as connection:
        result = await connection.run_sync(work)
    await engine.dispose()
    return result


def differences(connection: Connection) -> list[Any]:
    return list(
        compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    )


def definitions(connection: Connection) -> set[str]:
    """Every table and index as the database itself tells it, but for Alembic's own."""
    if connection.dialect.name == "sqlite":
        queries = ["SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"]
    else:
        queries = [
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name, is_identity)"
            " FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))"
            " FROM pg_constraint WHERE contype = 'f'",
        ]
    told = {str(row[0]) for query in queries for row in connection.execute(text(query))}
    return {" ".join(line.replace('"', "").split()) for line in told if "alembic_version" not in line}


def downgrade(connection: Connection) -> None:
    command.downgrade(configuration(connection), "base")


async def test_migrations_make_the_tables_the_code_knows(empty_url: str) -> None:
    await migrated(empty_url)
    assert await within(empty_url, differences) == []


async def test_migrations_make_the_indexes_the_code_knows_to_the_letter(empty_url: str) -> None:
    await migrated(empty_url)
    by_migrations = await within(empty_url, definitions)
    await within(empty_url, downgrade)
    await within(empty_url, metadata.create_all)
    by_code = await within(empty_url, definitions)
    assert len(by_migrations) > 20
    assert {_sorted(line) for line in by_migrations} == {_sorted(line) for line in by_code}


def _sorted(definition: str) -> tuple[str, ...]:
    # Constraints may stand in another order.
    return tuple(sorted(part.strip(" ,()") for part in definition.replace(",", " ").split()))


async def test_migrating_again_changes_nothing(empty_url: str) -> None:
    storage = open_storage(empty_url)
    await storage.initialize()
    await storage.keep(delivery())
    await storage.initialize()
    assert not (await storage.keep(delivery())).is_new
    await storage.close()


async def test_the_way_down_leaves_nothing_and_the_way_up_works_again(empty_url: str) -> None:
    await migrated(empty_url)
    await within(empty_url, downgrade)
    tables = await within(empty_url, lambda connection: set(inspect(connection).get_table_names()))
    assert tables == {"alembic_version"}
    await migrated(empty_url)
    assert await within(empty_url, differences) == []


async def test_a_newer_schema_is_refused_in_one_line(empty_url: str) -> None:
    await migrated(empty_url)
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await within(empty_url, lambda connection: connection.execute(newer).rowcount)
    storage = open_storage(empty_url)
    with pytest.raises(ConfigurationError, match=r"BELLHOP_DATABASE_URL.*9999.*newer release") as raised:
        await storage.initialize()
    assert "\n" not in str(raised.value)
    await storage.close()


async def test_changes_of_before_are_found_where_their_jobs_had_their_place(empty_url: str) -> None:
    there = place(source=SourceType.GITLAB)
    storage = open_storage(empty_url)
    await storage.initialize()
    async with storage.begin() as work:
        await work.jobs.create_job(job("job-1", thread=there))
        await work.changes.keep(change(job_id="job-1"))
        await work.changes.keep(change(repository="acme/api", job_id="long gone"))
    await storage.close()
    await within(empty_url, lambda connection: command.downgrade(configuration(connection), "0009"))
    storage = open_storage(empty_url)
    await storage.initialize()
    async with storage.read() as work:
        [found, gone] = [await work.changes.find(each.place, 42) for each in (there, place(1, "acme/api"))]
        assert await work.changes.find(SHOP, 42) is None
    await storage.close()
    assert found is not None
    assert (found.job_id, found.place) == ("job-1", there.place)
    assert gone is not None
    assert gone.job_id == "long gone"


async def test_the_named_head_is_the_newest_script(empty_url: str) -> None:
    def heads(connection: Connection) -> list[str]:
        return list(ScriptDirectory.from_config(configuration(connection)).get_heads())

    await migrated(empty_url)
    assert await within(empty_url, heads) == [HEAD]


@pytest.mark.slow
async def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    children = [start("initialize", empty_url) for _ in range(4)]
    assert await asyncio.gather(*(asyncio.to_thread(end, child) for child in children)) == [0, 0, 0, 0]
    assert await within(empty_url, differences) == []


async def test_starts_at_once_in_one_process_migrate_once(empty_url: str) -> None:
    await asyncio.gather(*(migrated(empty_url) for _ in range(3)))
    assert await within(empty_url, differences) == []


async def test_a_new_file_is_its_owners_only_with_large_pages(tmp_path: Path) -> None:
    path = tmp_path / "data" / "deep" / "bellhop.db"
    await migrated(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    url = f"sqlite:///{path}"
    assert (
        await within(url, lambda connection: connection.exec_driver_sql("PRAGMA page_size").scalar()) == 8192
    )


async def test_a_file_that_cannot_be_made_stops_the_start_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    storage = open_storage(f"sqlite:///{tmp_path / 'file' / 'bellhop.db'}")
    with pytest.raises(ConfigurationError, match="BELLHOP_DATABASE_URL"):
        await storage.initialize()


async def test_bodies_are_not_compressed_twice(migrated_postgres_url: str) -> None:
    query = text(
        "SELECT attstorage FROM pg_attribute WHERE attrelid = 'bodies'::regclass AND attname = 'body'"
    )
    storage = await within(migrated_postgres_url, lambda connection: connection.execute(query).scalar())
    assert storage in {"e", b"e"}  # https://www.postgresql.org/docs/current/catalog-pg-attribute.html
