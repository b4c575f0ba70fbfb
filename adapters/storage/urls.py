"""Database URLs: what people write, and the driver it means."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigurationError

SETTING = "BELLHOP_DATABASE_URL"
UNKNOWN = "set it to `sqlite:///path` or `postgresql://user:password@host/name`"
NO_FILE = "name a file: `sqlite:///path` (a database in memory would keep nothing)"

SQLITE = frozenset({"sqlite", "sqlite+aiosqlite"})
POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"})


def parse(url: str) -> URL:
    """The URL with its async driver. Raises ConfigurationError, whose text never holds the URL and its password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(SETTING, UNKNOWN) from None
    if parsed.drivername in SQLITE:
        return _sqlite(parsed)
    if parsed.drivername in POSTGRESQL:
        return _postgresql(parsed)
    raise ConfigurationError(SETTING, UNKNOWN)


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None of a server's. Raises ConfigurationError."""
    parsed = parse(url)
    is_file = parsed.drivername in SQLITE and parsed.database
    return Path(parsed.database) if is_file and parsed.database else None


def _sqlite(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        raise ConfigurationError(SETTING, NO_FILE)
    # Absolute, so that a later change of folder means no other file.
    return URL.create("sqlite+aiosqlite", database=str(Path(url.database).absolute()))


def _postgresql(url: URL) -> URL:
    # libpq calls it `sslmode`, asyncpg `ssl`. https://magicstack.github.io/asyncpg/current/api/index.html#connection
    query = {("ssl" if name == "sslmode" else name): value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)
