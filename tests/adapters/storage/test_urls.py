"""URLs as people write them, and the driver they mean; passwords stay out of every text."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.storage.urls import parse
from bot.errors import ConfigurationError


def test_a_relative_file_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = parse("sqlite:///jobs.db")
    assert (url.drivername, url.database) == ("sqlite+aiosqlite", str(tmp_path / "jobs.db"))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_by_asyncpg(scheme: str) -> None:
    url = parse(f"{scheme}://me:s%40fe@host:5433/db?sslmode=require")
    assert url.drivername == "postgresql+asyncpg"
    assert (url.username, url.password, url.host, url.port, url.database) == (
        "me",
        "s@fe",
        "host",
        5433,
        "db",
    )
    assert dict(url.query) == {"ssl": "require"}


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///:memory:", "mysql://me:hunter2@host/db", "hunter2"]
)
def test_what_cannot_be_used_names_its_setting_and_no_secret(url: str) -> None:
    with pytest.raises(ConfigurationError, match="BELLHOP_DATABASE_URL") as raised:
        parse(url)
    assert "hunter2" not in str(raised.value)
