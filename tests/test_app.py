"""The program from outside: exit codes, and one line that names the setting and its remedy."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.release import VERSION
from bot.settings import search_path
from tests.house.tree import ROOT

SECRET = "tr0ub4dor-and-3"
GITHUB = {"GITHUB_TOKEN": SECRET, "GITHUB_WEBHOOK_SECRET": f"other-{SECRET}"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of this test."""
    return tmp_path / "data"


def bellhop(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it with these settings and nothing else in the environment."""
    clean = {"PATH": search_path(), "HOME": str(data.parent), "BELLHOP_DATA_DIR": str(data)}
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        env=clean | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("settings", "platforms"), [({}, "none"), (GITHUB, "github/default")], ids=["bare", "github"]
)
def test_settings_that_agree(data: Path, settings: dict[str, str], platforms: str) -> None:
    done = bellhop(data, "check", **settings)
    first, *hint = done.stdout.splitlines()
    assert (done.returncode, first, done.stderr) == (0, f"settings agree; platforms: {platforms}", "")
    assert ("  github: GITHUB_TOKEN and GITHUB_WEBHOOK_SECRET" in hint) is (platforms == "none")
    assert any("nobody was asked" in line for line in hint) is (platforms != "none")
    assert data.stat().st_mode & 0o077 == 0, "others can look into the data folder"


@pytest.mark.parametrize(
    ("settings", "named", "remedy"),
    [
        ({"GITHUB_TOKEN": SECRET}, "GITHUB_WEBHOOK_SECRET", "set it to the secret of the webhook"),
        (
            {**GITHUB, "GITHUB_WEBHOOK_SECRET": "  "},
            "GITHUB_WEBHOOK_SECRET",
            "set it to the secret of the webhook",
        ),
        (
            {**GITHUB, "GITHUB_WEBHOOK_SECRET": ""},
            "GITHUB_WEBHOOK_SECRET",
            "set it to the secret of the webhook",
        ),
        ({**GITHUB, "GITHUB_TOKEN": ""}, "GITHUB_TOKEN", "set it to an access token"),
        ({"BELLHOP_AGENT": "nobody"}, "BELLHOP_AGENT", "no agent 'nobody'; there is scripted"),
        ({"BELLHOP_SIGNING_KEY": "/nowhere/key"}, "BELLHOP_SIGNING_KEY", "there is no file /nowhere/key"),
        ({"BELLHOP_REDIS_URL": "nonsense"}, "BELLHOP_REDIS_URL", "not a URL of a Redis"),
        ({"BELLHOP_DATABASE_URL": "mysql://host/name"}, "BELLHOP_DATABASE_URL", "set it to `sqlite:///path`"),
        (
            {**GITHUB, "GITHUB_API_URL": f"ftp://x:{SECRET}@y"},
            "GITHUB_API_URL",
            "set it to the API's address",
        ),
        (
            {**GITHUB, "GITHUB_API_URL": "http://git.example/api/v3"},
            "GITHUB_API_URL",
            "set it to an https address; over http the token would travel in clear text",
        ),
        ({**GITHUB, "BELLHOP_CA_BUNDLE": "nowhere.pem"}, "BELLHOP_CA_BUNDLE", "set it to a PEM file"),
        (
            {"BELLHOP_RENEW_SECONDS": "9"},
            "BELLHOP_RENEW_SECONDS",
            "set it to less than half of BELLHOP_LEASE_SECONDS",
        ),
        ({"BELLHOP_PORT": "door"}, "BELLHOP_PORT", "integer"),
        ({"BELLHOP_PORT": "70000"}, "BELLHOP_PORT", "65535"),
        ({"BELLHOP_LOG_FORMAT": "xml"}, "BELLHOP_LOG_FORMAT", "'json'"),
        ({"BELLHOP_NAME": "two words"}, "BELLHOP_NAME", "pattern"),
        ({"BELLHOP_DATA_DIR": "/dev/null/data"}, "BELLHOP_DATA_DIR", "set it to a writable folder"),
    ],
)
def test_settings_that_do_not_agree_are_one_line(
    data: Path, settings: dict[str, str], named: str, remedy: str
) -> None:
    done = bellhop(data, "check", **settings)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"bellhop: {named}: ")
    assert remedy in line
    assert SECRET not in line


def test_a_short_webhook_secret_is_warned_of_and_taken(data: Path) -> None:
    done = bellhop(data, "check", **GITHUB | {"GITHUB_WEBHOOK_SECRET": "fifteen letters"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "warning: GITHUB_WEBHOOK_SECRET is shorter than 16 characters" in done.stdout
    assert "fifteen" not in done.stdout
    assert (
        "warning"
        not in bellhop(data, "check", **GITHUB | {"GITHUB_WEBHOOK_SECRET": "sixteen letters!"}).stdout
    )


@pytest.mark.parametrize("url", [f"mysql://bot:{SECRET}@host/name", f"nonsense:{SECRET}"])
def test_a_database_that_nobody_knows_is_one_line_without_its_password(data: Path, url: str) -> None:
    done = bellhop(data, "migrate", BELLHOP_DATABASE_URL=url)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("bellhop: BELLHOP_DATABASE_URL: set it to `sqlite:///path` or `postgresql://")
    assert SECRET not in line


def test_a_database_that_is_away_is_one_line(data: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://bot:{SECRET}@127.0.0.1:{taken.getsockname()[1]}/name"
        done = bellhop(data, "migrate", BELLHOP_DATABASE_URL=url)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("bellhop: migrating the database: ")
    assert SECRET not in line


def test_no_command_at_all_lists_the_commands(data: Path) -> None:
    done = bellhop(data)
    assert (done.returncode, done.stdout) == (2, "")
    assert "what arrived, what became of it" in done.stderr


@pytest.mark.parametrize("line", ["deliveries", "deliveries list", "deliveries unsent", "jobs", "jobs list"])
@pytest.mark.parametrize("json_too", [False, True])
def test_listing_where_nothing_was_kept_makes_nothing(data: Path, line: str, json_too: bool) -> None:
    done = bellhop(data, *line.split(), *["--json"] * json_too)
    told = done.stderr if json_too else done.stdout
    assert (done.returncode, json.loads(done.stdout) if json_too else []) == (0, [])
    assert told == f"nothing here yet: {data}; beside `make run` it is {data}/playground\n"
    assert not data.exists()


@pytest.mark.parametrize("line", ["deliveries show 1", "deliveries replay 1 --dry-run", "jobs show J-7K3Q"])
def test_what_is_named_where_nothing_was_kept_is_not_found(data: Path, line: str) -> None:
    done = bellhop(data, *line.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert f"nothing here yet: {data}; " in done.stderr
    assert not data.exists()


def test_a_database_with_nothing_in_it_says_none(data: Path) -> None:
    bellhop(data, "migrate")
    assert [bellhop(data, command).stdout for command in ("deliveries", "jobs")] == ["none\n", "none\n"]


def tables(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_migrating_twice_is_harmless(data: Path) -> None:
    first = bellhop(data, "migrate")
    assert (first.returncode, first.stderr) == (0, "")
    made = tables(data / "bellhop.db")
    assert {"deliveries", "jobs", "outbox"} <= made
    second = bellhop(data, "migrate")
    assert (second.returncode, second.stderr) == (0, "")
    assert tables(data / "bellhop.db") == made


def test_a_newer_schema_is_not_touched(data: Path) -> None:
    assert bellhop(data, "migrate").returncode == 0
    with closing(sqlite3.connect(data / "bellhop.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9999'")
        connection.commit()
    done = bellhop(data, "migrate")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("bellhop: ")
    assert "newer" in line


def worker(data: Path) -> subprocess.CompletedProcess[str]:
    """A worker whose Redis is somewhere; it looks at the database's host first."""
    return bellhop(data, "worker", BELLHOP_REDIS_URL="redis://127.0.0.1:1/0")


def test_a_worker_on_another_host_than_its_sqlite_database_is_refused(data: Path) -> None:
    assert bellhop(data, "migrate").returncode == 0
    elsewhere = {"host": "another-machine", "boot_id": "00000000-0000-0000-0000-000000000000"}
    (data / "bellhop.db.host").write_text(json.dumps(elsewhere))
    done = worker(data)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(
        "bellhop: BELLHOP_DATABASE_URL: the SQLite database is used on host another-machine; "
    )
    assert line.endswith("use PostgreSQL for workers on other hosts")


@pytest.mark.parametrize("mark", [None, "not json", ""])
def test_a_worker_whose_database_no_app_has_marked_is_refused(data: Path, mark: str | None) -> None:
    assert bellhop(data, "migrate").returncode == 0
    if mark is not None:
        (data / "bellhop.db.host").write_text(mark)
    done = worker(data)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "start the app on this host first" in line


def test_a_worker_without_any_redis_is_told_where_one_comes_from(data: Path) -> None:
    done = bellhop(data, "worker")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("bellhop: BELLHOP_REDIS_URL: set it, or start the app on this host first")


def test_a_taken_port_stops_the_start(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = bellhop(data, "all", BELLHOP_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("bellhop: BELLHOP_PORT: another program listens on 127.0.0.1:")


def test_the_version_is_told(data: Path) -> None:
    done = bellhop(data, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"bellhop {VERSION}\n", "")


@pytest.mark.parametrize("arguments", [["dance"], [], ["jobs", "--all"], ["jobs", "list", "--limit", "0"]])
def test_wrong_usage_ends_with_2_and_shows_the_right_one(data: Path, arguments: list[str]) -> None:
    done = bellhop(data, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: bellhop")
    assert "error: " in done.stderr.splitlines()[-1]
    assert not data.exists(), "wrong usage left something behind"


def test_the_installed_program_is_the_same() -> None:
    program = Path(sys.executable).parent / "bellhop"
    if not program.exists():  # tests may run without an installation
        return
    done = subprocess.run(
        [str(program), "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == f"bellhop {VERSION}\n"
