"""Engines: how connections of each kind are opened, and what makes SQLite durable.

SQLite has one writing connection for units of work, one for group commits (both take the writer's turn) and a pool of
read-only ones; PostgreSQL has one pool. Short-lived processes open each connection when it is needed and keep none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PAGE_BYTES = 8192
LONGEST_LOG_BYTES = 32 * 1024 * 1024  # then what is left of the write-ahead log is moved in a writer's turn
READERS = 4
POSTGRESQL_CONNECTIONS = 8
CONNECT_SECONDS = 5.0

# https://www.sqlite.org/pragma.html. FULL in WAL: a commit is on disk when it returns.
PRAGMAS = ("synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY")
# Checkpoints are made by the checkpointer, never inside a commit. Short-lived processes have none: should the app be
# away, they make one inside a commit, but only of a log longer than any checkpointer leaves.
NO_AUTOCHECKPOINT = "wal_autocheckpoint = 0"
LATE_AUTOCHECKPOINT = f"wal_autocheckpoint = {2 * LONGEST_LOG_BYTES // PAGE_BYTES}"
READ_ONLY = "query_only = ON"

# A commit is on disk when it returns, whatever the server's own default.
# https://www.postgresql.org/docs/current/wal-async-commit.html
DURABLE = {"application_name": "bellhop", "synchronous_commit": "on"}


@dataclass(frozen=True)
class Options:
    """How to open connections. `busy_seconds`: how long a write waits for another process's before giving up."""

    url: URL
    busy_seconds: float = 10.0
    is_short_lived: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Else it is PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> str:
        """SQLite's file."""
        return self.url.database or ""

    @property
    def write_pragmas(self) -> tuple[str, ...]:
        """What each writing connection to SQLite is set to."""
        own = LATE_AUTOCHECKPOINT if self.is_short_lived else NO_AUTOCHECKPOINT
        return (*PRAGMAS, f"busy_timeout = {round(self.busy_seconds * 1000)}", own)


def writer_of(options: Options) -> AsyncEngine:
    """For units of work that write."""
    return _open_for_good(open_writer, options) if options.is_short_lived else open_writer(options)


def reader_of(options: Options) -> AsyncEngine:
    """For reading only; on SQLite these never wait for a writer."""
    return _open_for_good(open_reader, options) if options.is_short_lived else open_reader(options)


@lru_cache(maxsize=8)
def _open_for_good(open_: Callable[[Options], AsyncEngine], options: Options) -> AsyncEngine:
    """One engine a process for all that is short-lived: it keeps no connection, but the statements it has compiled.

    A worker that ran them once before it forks gives every horse a start that is milliseconds shorter.
    """
    return open_(options)


def open_writer(options: Options) -> AsyncEngine:
    """For units of work that write; a new engine."""
    if not options.is_sqlite:
        return _open_postgresql(options)
    return _open_sqlite(options, "BEGIN IMMEDIATE", options.write_pragmas, size=1)


def open_reader(options: Options) -> AsyncEngine:
    """For reading only; a new engine."""
    if not options.is_sqlite:
        return _open_postgresql(options).execution_options(postgresql_readonly=True)
    return _open_sqlite(options, "BEGIN", (*options.write_pragmas, READ_ONLY), size=READERS)


def open_migrator(options: Options) -> AsyncEngine:
    """For migrations: one connection, alone in the database while it works."""
    if not options.is_sqlite:
        return create_async_engine(options.url, poolclass=NullPool, connect_args={"timeout": CONNECT_SECONDS})
    alone = Options(options.url, options.busy_seconds, is_short_lived=True)
    return _open_sqlite(alone, "BEGIN EXCLUSIVE", alone.write_pragmas, size=0)


def open_sync(options: Options, statements: int = 16) -> Engine:
    """SQLite for a thread of our own: group commits and checkpoints. `statements`: how many to keep prepared."""
    engine = create_engine(
        _address(options, "sqlite"),
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "cached_statements": statements, **_settings(options)},
    )
    _prepare(engine, "BEGIN IMMEDIATE", options.write_pragmas)
    return engine


def _open_sqlite(options: Options, begin: str, pragmas: tuple[str, ...], size: int) -> AsyncEngine:
    pool: dict[str, Any] = {"pool_size": size, "max_overflow": 0, "pool_timeout": options.busy_seconds}
    if options.is_short_lived:
        pool = {"poolclass": NullPool}
    engine = create_async_engine(
        _address(options, "sqlite+aiosqlite"), connect_args=_settings(options), **pool
    )
    _prepare(engine.sync_engine, begin, pragmas)
    return engine


def _settings(options: Options) -> dict[str, Any]:
    # The driver shall not begin transactions by itself: it knows no IMMEDIATE.
    # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-transactions
    return {"timeout": options.busy_seconds, "isolation_level": None}


def _address(options: Options, driver: str) -> URL:
    # `mode=rw`: a file that is gone is an error, never a new empty database. https://www.sqlite.org/uri.html
    return URL.create(driver, database=f"file:{quote(options.path)}", query={"mode": "rw", "uri": "true"})


def _prepare(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    script = "".join(f"PRAGMA {pragma};" for pragma in pragmas)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # All at once: on the async driver each call is a trip to the connection's thread and back.
        if hasattr(connection, "run_async"):
            connection.run_async(lambda driver: driver.executescript(script))
        else:
            connection.executescript(script)

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _open_postgresql(options: Options) -> AsyncEngine:
    seconds = options.busy_seconds
    pool: dict[str, Any] = {"pool_size": POSTGRESQL_CONNECTIONS, "max_overflow": 0, "pool_timeout": seconds}
    if options.is_short_lived:
        pool = {"poolclass": NullPool}
    settings: dict[str, Any] = {
        "timeout": min(CONNECT_SECONDS, seconds),
        "command_timeout": seconds,
        "server_settings": DURABLE,
    }
    engine = create_async_engine(options.url, connect_args=settings, **pool)

    @event.listens_for(engine.sync_engine, "checkout")
    def _checked_out(connection: Any, _record: object, _proxy: object) -> None:
        # A connection the server has closed is replaced instead of failing its next user; asking costs no round trip.
        if connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine
