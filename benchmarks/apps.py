"""The app as its operator starts it, and the pretend GitHub: the only module that knows how either is run."""

import contextlib
import json
import secrets
import sqlite3
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.processes import Server, free_port, start, wait_until

SECRET = "bench-" + secrets.token_hex(16)  # every request file of this run is signed with it


@dataclass
class App:
    """A running app with its data folder; with a playground, what that said of itself."""

    server: Server
    data: Path
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The file behind the embedded default."""
        return self.data / "bellhop.db"

    def unfinished(self) -> int:
        """Deliveries that still wait for their disposition."""
        return self._count("SELECT count(*) FROM deliveries WHERE finished_at IS NULL")

    def kept(self) -> int:
        """Deliveries on disk."""
        return self._count("SELECT count(*) FROM deliveries")

    def at_work(self) -> int:
        """Jobs whose agent was started."""
        return self._count(
            "SELECT count(DISTINCT job_id) FROM job_events WHERE type = 'step' AND data LIKE '%at work'"
        )

    def lag_milliseconds(self) -> float:
        """The longest stall of the app's event loop in its last interval."""
        with urllib.request.urlopen(f"{self.server.url}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        values = [
            line.split()[-1]
            for line in text.splitlines()
            if line.startswith("bellhop_event_loop_lag_seconds")
        ]
        return float(values[0]) * 1000

    def _count(self, question: str) -> int:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return int(connection.execute(question).fetchone()[0])


@contextmanager
def web_app(folder: Path, *, is_dispatching: bool) -> Iterator[App]:
    """`app.py web` on SQLite, with a playground behind its GitHub address. Raises NotReady."""
    with playground(folder / "github") as told:
        people = json.loads(Path(told["tokens_file"]).read_text())
        extra = {
            "GITHUB_API_URL": told["api_url"],
            "GITHUB_TOKEN": people["bot"]["token"],
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "BELLHOP_DISPATCHER": "on" if is_dispatching else "off",
        }
        with _app(folder, ["web"], extra) as app:
            app.told = told
            yield app


@contextmanager
def whole_app(folder: Path, workers: int, **more: str) -> Iterator[App]:
    """`app.py all --playground`: app, workers, Redis and pretend platforms; `more` settings. Raises NotReady."""
    with _app(folder, ["all", "--playground"], {"BELLHOP_WORKERS": str(workers)} | more) as app:
        # Playing has a data folder of its own inside the given one.
        app.data = app.data / "playground"
        ready = app.data / "ready.json"
        wait_until(ready.exists, "the playground is ready")
        app.told = json.loads(ready.read_text())
        yield app


@contextmanager
def _app(folder: Path, command: list[str], extra: dict[str, str]) -> Iterator[App]:
    data, port = folder / "data", free_port()
    data.mkdir(parents=True)
    own = {"BELLHOP_DATA_DIR": str(data), "BELLHOP_PORT": str(port), "BELLHOP_LOG_FORMAT": "json"}
    argv = [sys.executable, "app.py", *command]
    server = start(f"app {command[0]}", argv, port, folder / "app.log", own | extra)
    try:
        wait_until(
            lambda: "listening on" in server.log.read_text(errors="replace"),
            f"{server.name} says that it listens",
        )
        yield App(server, data)
    finally:
        server.stop()


@contextmanager
def playground(folder: Path) -> Iterator[dict[str, Any]]:
    """The pretend GitHub alone, sending no webhooks; what it says of itself."""
    folder.mkdir(parents=True)
    port, log = free_port(), folder / "playground.log"
    argv = [sys.executable, "-m", "playground", "--port", str(port), "--data", str(folder / "data")]
    server = start("playground", argv, port, log)
    try:
        wait_until(
            lambda: log.read_text().startswith("{") and log.read_text().endswith("\n"), "it told where"
        )
        yield json.loads(log.read_text().splitlines()[0])
    finally:
        server.stop()


@contextmanager
def yardstick(folder: Path) -> Iterator[Server]:
    """The server that only verifies and parses."""
    port = free_port()
    argv = [sys.executable, "-m", "benchmarks.yardstick", str(port), SECRET]
    server = start("yardstick", argv, port, folder / "yardstick.log")
    try:
        yield server
    finally:
        server.stop()
