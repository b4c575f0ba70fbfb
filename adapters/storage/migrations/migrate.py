"""Bringing a database to this release's schema, safely when many processes start at once.

The whole migration is one transaction: on SQLite an exclusive one, on PostgreSQL under an advisory lock. Whoever comes
second finds the work done.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, PoolProxiedConnection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.storage.engine import PAGE_BYTES, Options, open_migrator, open_sync
from adapters.storage.failures import translated
from adapters.storage.migrations.schema import HEAD
from adapters.storage.urls import SETTING
from bot.errors import ConfigurationError, StorageUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATING = "migrating the database"
NEWER = (
    "its schema is {found}, this release knows up to {head}; start the newer release, or set another database"
)
NO_FILE = "the file {path} cannot be made: {why}"
# https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7307013)")
VERSION = text("SELECT version_num FROM alembic_version")
PAUSE_SECONDS = 0.05


async def migrate(options: Options) -> None:
    """To `HEAD`. Raises ConfigurationError for a schema this release does not know, StorageUnavailable."""
    if options.is_sqlite:
        await asyncio.to_thread(_prepare_file, options)
    engine = open_migrator(options)
    try:
        with translated(MIGRATING):
            async with engine.connect() as connection, connection.begin():
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the schema is `HEAD` and, on SQLite, the journal a write-ahead log (a restored backup's may not be)."""
    if connection.dialect.name == "sqlite":
        journal = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar()
        if journal != "wal":
            return False
    return (await connection.execute(VERSION)).scalar() == HEAD


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)
    found = _version(connection)
    if found == HEAD:
        return
    # Alembic takes a tenth of a second to load: only who has something to migrate waits for it.
    from alembic import command
    from alembic.script import ScriptDirectory

    config = configuration(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ConfigurationError(SETTING, NEWER.format(head=HEAD, found=found))
    command.upgrade(config, "head")


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, working on `connection`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(VERSION).scalar()
    return None if found is None else str(found)


def _prepare_file(options: Options) -> None:
    """Make the file, readable by its owner only, with our page size and a write-ahead log."""
    path = Path(options.path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Only a file that is not there is opened here: closing one would drop the locks this process holds on it.
        # https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise ConfigurationError(SETTING, NO_FILE.format(path=path, why=error.strerror)) from error
    engine = open_sync(options)
    try:
        _set_journal(engine.raw_connection, options.busy_seconds)
    finally:
        engine.dispose()


def _set_journal(connect: Callable[[], PoolProxiedConnection], patience_seconds: float) -> None:
    """Two processes that change the journal of a new file at once get "locked" at once: SQLite does not wait there."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            with contextlib.closing(connect()) as connection:
                cursor = connection.cursor()
                # Only a file still empty takes a page size. https://www.sqlite.org/pragma.html#pragma_page_size
                cursor.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                cursor.execute("PRAGMA journal_mode = WAL")
                return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise StorageUnavailable(f"{MIGRATING}: {error}") from error
            time.sleep(PAUSE_SECONDS)
