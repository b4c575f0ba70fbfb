"""Which of the driver's errors mean that the database is away, and what they become.

A violated constraint or a wrong statement is ours to answer; all else (locked, full, read-only, gone, restarting) is
`StorageUnavailable`: nothing was kept, try again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StorageUnavailable

OURS_OF_SQLITE = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
)
OURS = (IntegrityError, ProgrammingError, DataError)
# PostgreSQL's classes of ours, which asyncpg's dialect hands on as plain errors: data exceptions (22), too large (54).
# https://www.postgresql.org/docs/current/errcodes-appendix.html
OUR_STATES = ("22", "54")


def is_away(error: BaseException) -> bool:
    """Did the database not take it, whatever it was?"""
    if isinstance(error, PoolTimeout | OSError | TimeoutError):
        return True
    if isinstance(error, sqlite3.Error):
        return not isinstance(error, OURS_OF_SQLITE)
    if not isinstance(error, DBAPIError) or isinstance(error, OURS):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    return not state.startswith(OUR_STATES)


def unavailable(doing: str, error: BaseException) -> StorageUnavailable:
    """The error for callers; the driver's own words without statement and parameters, which may hold secrets."""
    words = str(error.orig) if isinstance(error, DBAPIError) else str(error) or type(error).__name__
    return StorageUnavailable(f"{doing}: {words.splitlines()[0] if words else type(error).__name__}")


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """The database's absence inside becomes `StorageUnavailable`; errors of whoever uses it pass as they are.

    Asyncpg's timeouts and refused connections are plain `TimeoutError` and `OSError`. Nothing but the database is
    spoken to inside, so they are always its.
    """
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
        if not is_away(error):
            raise
        raise unavailable(doing, error) from error
