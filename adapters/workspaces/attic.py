"""What nobody used for long goes: agents' homes and mirrors. Whatever a workspace of now needs stays.

A folder's own modification time is its last use: it is touched whenever a job opens it and leaves it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from adapters.workspaces import locks

GOING = ".going"  # a folder on its way out: of this name nobody uses it, and what a crash leaves is found
HOMES_LOCK = "homes.lock"


def use_home(root: Path, home: Path) -> bool:
    """Make the home when it is not there, and note the use. True: it is new, and remembers nothing. Blocks."""
    with locks.held(root / HOMES_LOCK):
        is_new = not home.exists()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        touch(home)
    return is_new


def touch(folder: Path) -> None:
    """Note a use, now."""
    os.utime(folder)


def prune(root: Path, idle_seconds: float) -> int:
    """Remove homes and mirrors that were not used for so long. Returns how many. Blocks."""
    since = time.time() - idle_seconds
    homes = [_take_home(root, home, since) for home in _folders(root / "homes")]
    needed = set(_borrowed(root / "work"))
    mirrors = [_take_mirror(mirror, since, needed) for mirror in sorted((root / "repos").glob("*/**/*.git"))]
    for going in [*_folders(root / "homes", GOING), *sorted((root / "repos").glob(f"*/**/*.git{GOING}"))]:
        shutil.rmtree(going, ignore_errors=True)
    return sum(homes) + sum(mirrors)


def _take_home(root: Path, home: Path, since: float) -> bool:
    with locks.held(root / HOMES_LOCK):
        return _is_idle(home, since) and _put_away(home)


def _take_mirror(mirror: Path, since: float, needed: set[Path]) -> bool:
    """A mirror that somebody fetches into, or whose objects a workspace borrows, is in use, however long it takes."""
    if mirror in needed or not _is_idle(mirror, since):
        return False
    lock = locks.take(mirror.with_name(f"{mirror.name}.lock"))
    if lock is None:
        return False
    try:
        return _is_idle(mirror, since) and _put_away(mirror)
    finally:
        os.close(lock)


def _put_away(folder: Path) -> bool:
    """A rename is one step: nobody ever sees half a home or half a mirror."""
    going = folder.with_name(f"{folder.name}{GOING}")
    shutil.rmtree(going, ignore_errors=True)
    folder.rename(going)
    return True


def _is_idle(folder: Path, since: float) -> bool:
    try:
        return folder.is_dir() and folder.stat().st_mtime < since
    except FileNotFoundError:
        return False


def _borrowed(work: Path) -> Iterator[Path]:
    """Mirrors whose objects workspaces borrow."""
    for alternates in work.glob("*/git/objects/info/alternates"):
        try:
            yield Path(alternates.read_text().strip()).parent
        except OSError:
            continue


def _folders(place: Path, suffix: str = "") -> list[Path]:
    found = sorted(place.iterdir()) if place.is_dir() else []
    return [each for each in found if each.is_dir() and (each.suffix == GOING) == bool(suffix)]
