"""Many rows by one call to SQLite.

In each call the writer's thread lets go of the interpreter, and the event loop, busy with the next requests, gives it
back late: a call a row makes a commit several times longer than what it does.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

ROWS_A_STATEMENT = 64  # about 1.7 kB each, for as long as the connection lives
# As many as the driver shall keep prepared: rows and bodies by each number of rows, and the others.
STATEMENTS = 2 * ROWS_A_STATEMENT + 32
_VALUES = re.compile(r"(?<= VALUES )(\([^()]*\))")


def insert_rows(cursor: sqlite3.Cursor, statement: str, rows: Sequence[Sequence[object]]) -> int:
    """Insert `rows` by `statement`, which is written for one; how many were inserted. Raises sqlite3.Error."""
    inserted = 0
    for at in range(0, len(rows), ROWS_A_STATEMENT):
        batch = rows[at : at + ROWS_A_STATEMENT]
        inserted += cursor.execute(for_rows(statement, len(batch)), list(chain.from_iterable(batch))).rowcount
    return inserted


@lru_cache(maxsize=2 * ROWS_A_STATEMENT)
def for_rows(statement: str, count: int) -> str:
    """`statement` with its one row of values written `count` times."""
    before, row, after = _VALUES.split(statement)
    return before + ", ".join([row] * count) + after
