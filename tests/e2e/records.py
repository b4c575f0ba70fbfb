"""The installation's database as a test looks at it: read beside the app, and moved in time while the app is down."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

OPEN = """
SELECT (SELECT count(*) FROM deliveries WHERE finished_at IS NULL)
     + (SELECT count(*) FROM jobs WHERE status NOT IN ('completed', 'failed', 'cancelled'))
     + (SELECT count(*) FROM outbox WHERE state = 'waiting' AND wanted > shown)
"""
PATIENCE_SECONDS = 10.0


class Records:
    """`file` is the SQLite database; it may not be there yet."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """What a query finds."""
        with closing(sqlite3.connect(self.file, timeout=PATIENCE_SECONDS)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, values)]

    def column(self, query: str, *values: Any) -> list[Any]:
        """The first column of what a query finds."""
        return [next(iter(row.values())) for row in self.rows(query, *values)]

    def change(self, statement: str, *values: Any) -> int:
        """Change something; how many rows."""
        with closing(sqlite3.connect(self.file, timeout=PATIENCE_SECONDS)) as database, database:
            return database.execute(statement, values).rowcount

    def jobs(self) -> list[dict[str, Any]]:
        """Every job's state, oldest first."""
        return self.rows(
            "SELECT handle, status, attempt, failure, failure_detail FROM jobs ORDER BY created_at"
        )

    def is_quiet(self, jobs: int) -> bool:
        """There are so many jobs, and nothing is left to do."""
        [known] = self.column("SELECT count(*) FROM jobs")
        return known >= jobs and self.column(OPEN) == [0]

    def let_time_pass(self, seconds: float) -> None:
        """While the app is down: what is leased or due then is so earlier, as if it had been down for so long."""
        for table, column in (
            ("deliveries", "lease_until"), ("deliveries", "due_at"),
            ("outbox", "lease_until"), ("outbox", "due_at"), ("jobs", "lease_until"),
        ):  # fmt: skip
            self.change(f"UPDATE {table} SET {column} = {column} - ?", int(seconds * 1_000_000))
