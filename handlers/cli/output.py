"""How the command line prints: columns for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import orjson

NO_ROWS = "none\n"


def as_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Aligned columns with a heading; "none" when there are no rows."""
    if not rows:
        sys.stdout.write(NO_ROWS)
        return
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in [list(columns), *cells]) for i in range(len(columns))]
    for line in [list(columns), *cells]:
        padded = "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True))
        sys.stdout.write(padded.rstrip() + "\n")


def facts(pairs: Mapping[str, object]) -> None:
    """One fact a line."""
    for name, value in pairs.items():
        if value not in (None, "", [], {}):
            sys.stdout.write(f"{name:<14} {_cell(value)}\n")


def line(text: str) -> None:
    """One line, whatever is in `text`."""
    sys.stdout.write(_cell(text) + "\n")


def block(text: str) -> None:
    """Lines as they are; what would move the cursor, color the rest or hide something is shown, not done."""
    sys.stdout.write("".join(c if c.isprintable() or c in "\n\t" else _escaped(c) for c in text) + "\n")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
