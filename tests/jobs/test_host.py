"""SQLite is for one host."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import ConfigurationError
from bot.settings import Settings
from jobs import host


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'test.db'}", data_dir=tmp_path, redis_url=SecretStr("")
    )


def test_a_worker_without_its_app_s_mark_refuses_to_start(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="BELLHOP_DATABASE_URL: start the app on this host first"):
        host.check(settings)


def test_a_worker_on_the_app_s_host_starts(settings: Settings) -> None:
    host.mark(settings)
    host.check(settings)


@pytest.mark.parametrize("mark", ['{"host": "another", "boot_id": "another boot"}', '{"host": "another"}'])
def test_a_worker_elsewhere_refuses_to_start(settings: Settings, mark: str) -> None:
    (settings.data_dir / "test.db.host").write_text(mark)
    with pytest.raises(ConfigurationError, match="is used on host another"):
        host.check(settings)


def test_a_damaged_mark_is_none(settings: Settings) -> None:
    (settings.data_dir / "test.db.host").write_text("{")
    with pytest.raises(ConfigurationError, match="start the app on this host first"):
        host.check(settings)


def test_postgresql_is_for_many_hosts(settings: Settings, tmp_path: Path) -> None:
    elsewhere = settings.model_copy(update={"database_url": "postgresql://somewhere/bellhop"})
    host.mark(elsewhere)
    host.check(elsewhere)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change", [{}, {"host": "another container"}, {"space": "pid:[1]"}, {"boot_id": "b"}]
)
def test_the_app_sees_this_host_s_processes_only_where_it_shares_its_names_and_pids(
    settings: Settings, change: dict[str, str]
) -> None:
    marker = settings.data_dir / "test.db.host"
    assert not host.is_app_here(settings)
    host.mark(settings)
    marker.write_text(json.dumps(json.loads(marker.read_text()) | change))
    assert host.is_app_here(settings) is not bool(change)
    assert not host.is_app_here(
        settings.model_copy(update={"database_url": "postgresql://somewhere/bellhop"})
    )
