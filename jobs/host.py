"""SQLite is for one host: a worker elsewhere would see another file, or the same one over a network, and ruin it.

The app leaves a mark beside the database; a worker that finds another machine's mark, or none, does not start.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path

from bot.errors import ConfigurationError
from bot.settings import Settings
from jobs import owners, processes

SETTING = "BELLHOP_DATABASE_URL"
UNMARKED = (
    "start the app on this host first ({marker} is not there), or use PostgreSQL for workers on other hosts"
)
ELSEWHERE = "the SQLite database is used on host {host}; use PostgreSQL for workers on other hosts"


def mark(settings: Settings) -> None:
    """Say that the database's host is this one. Called by the app at its start; with PostgreSQL nothing happens."""
    if settings.is_single_host:
        marker = _marker(settings)
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.write_text(json.dumps(_this()))


def check(settings: Settings) -> None:
    """Raises ConfigurationError when the SQLite database is another host's. The boot's id tells machines apart, not the
    name: containers of one machine have several names and share files safely.
    """
    if not settings.is_single_host:
        return
    marker = _marker(settings)
    try:
        known = json.loads(marker.read_text())
    except (OSError, ValueError) as error:
        raise ConfigurationError(SETTING, UNMARKED.format(marker=marker)) from error
    if known.get("boot_id") != processes.boot_id():
        raise ConfigurationError(SETTING, ELSEWHERE.format(host=known.get("host")))


def is_app_here(settings: Settings) -> bool:
    """Whether the app sees the processes of this host: it runs in the same container, not only on the same machine."""
    try:
        return settings.is_single_host and json.loads(_marker(settings).read_text()) == _this()
    except (OSError, ValueError):
        return False


def _this() -> dict[str, str]:
    return {"host": socket.gethostname(), "boot_id": processes.boot_id(), "space": owners.space()}


def _marker(settings: Settings) -> Path:
    path = Path(settings.database.partition("://")[2].removeprefix("/").partition("?")[0])
    return path.with_name(path.name + ".host")
