"""A process group and whoever left it: found again by a mark in the environment, ended in three steps.

Looking is kept cheap, for it is done often: one system call a process, and a file is read only of those that matter.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable, Iterator

import psutil

MARK = "BOX_ID"
LOOK_SECONDS = 0.05
KILL_SECONDS = 5.0
MOST_LOOKS = 5  # whoever forks faster than this is the horse's reaper's business


def signal_group(pid: int, number: int) -> bool:
    """False: nobody is left in the group."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether anybody but zombies is left in the group."""
    if not signal_group(pid, 0):
        return False
    return _is_living(pid) or any(_is_living(member) for member in _members(pid))


def marked(mark: str) -> list[psutil.Process]:
    """Living processes that carry `mark`, wherever they went: another group, another session, another parent."""
    return [
        process for process in psutil.process_iter() if _mark_of(process) == mark and _is_living(process.pid)
    ]


async def end(pid: int, mark: str, graces_seconds: Iterable[tuple[int, float]]) -> None:
    """Signal the group, wait its grace, take the next; at last kill whoever is left, in the group or marked."""
    for number, grace in graces_seconds:
        if not signal_group(pid, number):
            break
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await _gone(pid)
                break
    await asyncio.to_thread(_kill, pid, mark)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(KILL_SECONDS):
            await _gone(pid)


async def _gone(pid: int) -> None:
    # The kernel tells nobody when a group is empty.
    while await asyncio.to_thread(is_alive, pid):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)


def _kill(pid: int, mark: str) -> None:
    signal_group(pid, signal.SIGKILL)
    # Again until a look finds nobody: what forked while it was looked for is found by the next one.
    for _ in range(MOST_LOOKS):
        left = marked(mark)
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if not left:
            return


def _members(group: int) -> Iterator[int]:
    for pid in psutil.pids():
        with contextlib.suppress(OSError):
            if os.getpgid(pid) == group:
                yield pid


def _is_living(pid: int) -> bool:
    """There, and no zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK) if process.pid != os.getpid() else None
    except (psutil.Error, OSError):
        return None
