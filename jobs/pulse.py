"""A horse's sign of life: a file that its event loop touches, and that its supervisor sees change.

That a process exists says little: one that hangs in a C call holds Python's lock, so neither its loop nor its guard
runs. A write to the database would wait for those of all others; touching a file waits for nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Collection, Hashable
from pathlib import Path
from typing import NamedTuple

import structlog

from bot.run import uptime

BEAT_SECONDS = 1.0
# Longer than between two looks. Who looks later was kept from it, and so perhaps was everybody else.
LONGEST_LOOK_SECONDS = 4.0
KEPT_SECONDS = 3600.0

log = structlog.get_logger(__name__)


def path(data_dir: Path, job_id: str, attempt: int) -> Path:
    """The file of an attempt."""
    return data_dir / "pulses" / f"{job_id}-{attempt}"


async def keep(file: Path) -> None:
    """Touch until cancelled; the file goes then. A folder that cannot be written to: the lease is the sign instead."""
    try:
        while True:
            touch(file)
            await asyncio.sleep(BEAT_SECONDS)
    except OSError as error:
        log.warning("giving a sign of life", error=str(error))
    finally:
        remove(file)


def remove(file: Path) -> None:
    """Whether it is there or not."""
    with contextlib.suppress(OSError):
        file.unlink()


def touch(file: Path) -> None:
    """Raises OSError."""
    try:
        os.utime(file)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def sign(data_dir: Path, job_id: str, attempt: int) -> int | None:
    """Another number with each sign of life; None: that attempt gives none."""
    try:
        return path(data_dir, job_id, attempt).stat().st_mtime_ns
    except OSError:
        return None


def sweep(data_dir: Path, live: Collection[str]) -> None:
    """Remove what dead jobs left; `live` are the ids of the others."""
    for file in (data_dir / "pulses").glob("*"):
        with contextlib.suppress(OSError):
            is_old = time.time() - file.stat().st_mtime > KEPT_SECONDS
            if is_old and file.name.rpartition("-")[0] not in live:
                file.unlink()


class _Seen(NamedTuple):
    sign: object
    still_seconds: float
    looked_at: float


class Stillness:
    """For how long signs did not change while somebody looked, by our own clock: no file's or database's is asked."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, _Seen] = {}

    def seconds(self, of: Hashable, sign: object) -> float:
        """0 when it changed, or at the first look. Time nobody looked in (this machine slept) counts as one look."""
        moment = uptime()
        last = self._seen.get(of)
        still = 0.0
        if last is not None and last.sign == sign:
            still = last.still_seconds + min(moment - last.looked_at, LONGEST_LOOK_SECONDS)
        self._seen[of] = _Seen(sign, still, moment)
        return still

    def forget_all_but(self, known: Collection[Hashable]) -> None:
        """Those that are gone are not looked at again."""
        self._seen = {of: seen for of, seen in self._seen.items() if of in known}
