"""The database's clock, in SQL: microseconds since 1970. Claims, leases and due times are compared with nothing else,
so that hosts whose clocks disagree still agree on who holds what.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from adapters.storage.columns import MICROSECONDS


class clock(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it stands for
    """Now, by the database, the same all through a statement."""

    type = BigInteger()
    inherit_cache = True


@compiles(clock, "sqlite")
def _sqlite(element: clock, compiler: Any, **options: Any) -> str:
    # SQLite tells milliseconds, cut off; taken as the millisecond's end, or what was due a microsecond ago would wait.
    # https://www.sqlite.org/lang_datefunc.html
    return "(CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000 + 999)"


@compiles(clock, "postgresql")
def _postgresql(element: clock, compiler: Any, **options: Any) -> str:
    # `clock_timestamp()` moves on during a transaction; in a sub-select it is evaluated once, which indexes need.
    return "(SELECT CAST(EXTRACT(epoch FROM clock_timestamp()) * 1000000 AS bigint))"


# For statements that are built once: `lease=micros(seconds)` from now.
LEASE_END = clock() + bindparam("lease", type_=BigInteger())


def micros(seconds: float) -> int:
    """Whole microseconds."""
    return round(seconds * MICROSECONDS)


def after(seconds: float) -> ColumnElement[int]:
    """`seconds` from now, by the database."""
    return clock() + micros(seconds)
