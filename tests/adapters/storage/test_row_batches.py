"""Many rows by one statement: all of them, in order, and how many were new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from adapters.storage.row_batches import ROWS_A_STATEMENT, insert_rows

INSERT = "INSERT INTO things (id, name, kind) VALUES (?, ?, 'plain') ON CONFLICT (id) DO NOTHING"
SIZES = (1, 2, ROWS_A_STATEMENT - 1, ROWS_A_STATEMENT, ROWS_A_STATEMENT + 1, 3 * ROWS_A_STATEMENT + 7)


@pytest.fixture
def cursor() -> Iterator[sqlite3.Cursor]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, kind TEXT)")
    yield connection.cursor()
    connection.close()


@pytest.mark.parametrize("size", SIZES)
def test_every_row_lies_there_as_it_was_given(cursor: sqlite3.Cursor, size: int) -> None:
    rows = [(number, f"thing {number}") for number in range(size)]
    assert insert_rows(cursor, INSERT, rows) == size
    found = cursor.execute("SELECT id, name, kind FROM things ORDER BY rowid").fetchall()
    assert found == [(*row, "plain") for row in rows]


def test_rows_that_are_known_are_not_counted(cursor: sqlite3.Cursor) -> None:
    insert_rows(cursor, INSERT, [(1, "first"), (70, "seventieth")])
    assert insert_rows(cursor, INSERT, [(number, "again") for number in range(100)]) == 98
    assert cursor.execute("SELECT name FROM things WHERE id IN (1, 70)").fetchall() == [
        ("first",),
        ("seventieth",),
    ]


def test_no_rows_are_no_call(cursor: sqlite3.Cursor) -> None:
    assert insert_rows(cursor, INSERT, []) == 0
