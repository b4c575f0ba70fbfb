"""The app, whose writer stands still within a group commit: `python held_commit.py FOLDER web` as `python app.py web`.

SQLite tells each connection's tracer of a statement right before it runs (https://www.sqlite.org/c3ref/trace_v2.html).
The first transaction that keeps deliveries waits before its COMMIT for the file `go`, so that whatever arrives
meanwhile forms one group. That group stands still for ever, before the statement which begins as the file `at` says.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.pool import Pool

ROOT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.01


class Writer:
    """What one connection has been doing."""

    transactions = 0  # of all connections: those that kept deliveries

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_keeping = False

    def see(self, statement: str) -> None:
        """Called before each statement; the connection waits until we return."""
        words = statement.upper()
        if words.startswith("INSERT INTO DELIVERIES") and not self.is_keeping:
            self.is_keeping = True
            Writer.transactions += 1
        self._hold(words)
        if words.startswith("COMMIT"):
            self.is_keeping = False

    def _hold(self, words: str) -> None:
        if Writer.transactions == 1 and words.startswith("COMMIT"):
            (self.folder / "first").touch()
            while not (self.folder / "go").exists():
                time.sleep(LOOK_SECONDS)
        if Writer.transactions == 2 and words.startswith((self.folder / "at").read_text()):
            (self.folder / "held").touch()
            while True:
                time.sleep(60)


def trace(folder: Path) -> None:
    """Have every synchronous connection of this process seen; the asynchronous ones keep no deliveries."""

    @event.listens_for(Pool, "connect")
    def watch(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(Writer(folder).see)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from app import main

    trace(Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
