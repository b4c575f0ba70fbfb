"""Finding and ending a process group with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from adapters.processes import family

GRACES = ((signal.SIGINT, 0.4), (signal.SIGTERM, 0.4))
SLEEP = "import time; time.sleep(300)"


class Nursery:
    """Starts groups, and ends what a test left."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, text: str = SLEEP, mark: str = "") -> subprocess.Popen[bytes]:
        env = {"PATH": os.environ["PATH"], **({family.MARK: mark} if mark else {})}
        process = subprocess.Popen(
            [sys.executable, "-c", text], env=env, start_new_session=True, stdout=subprocess.PIPE
        )
        self.started.append(process)
        return process


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    for process in nursery.started:
        family.signal_group(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_a_group_lives_as_long_as_anybody_in_it(nursery: Nursery) -> None:
    leader = nursery.start(
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}], stdout=-3).pid, flush=True)"
    )
    assert leader.stdout is not None
    child = int(leader.stdout.readline())
    leader.wait()
    assert family.is_alive(leader.pid)
    os.kill(child, signal.SIGKILL)
    _wait_gone(child)
    assert not family.is_alive(leader.pid)


def test_a_group_of_zombies_is_dead(nursery: Nursery) -> None:
    process = nursery.start("pass")
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert family.signal_group(process.pid, 0)  # the kernel still knows the group
    assert not family.is_alive(process.pid)


def test_a_group_that_never_was_is_dead() -> None:
    assert not family.is_alive(2**22 + 7)  # above the kernel's largest pid


def test_the_marked_are_found_wherever_they_went_and_nobody_else(nursery: Nursery) -> None:
    mine = nursery.start(mark="mine")
    theirs = nursery.start(mark="theirs")
    _wait_marked(mine.pid, "mine")
    _wait_marked(theirs.pid, "theirs")
    assert [process.pid for process in family.marked("mine")] == [mine.pid]


async def test_the_end_of_one_group_is_nobody_elses(nursery: Nursery) -> None:
    mine, theirs = nursery.start(mark="mine-2"), nursery.start(mark="theirs-2")
    _wait_marked(mine.pid, "mine-2")
    await family.end(mine.pid, "mine-2", GRACES)
    assert mine.poll() is not None or not family.is_alive(mine.pid)
    assert theirs.poll() is None


async def test_the_end_finds_a_chain_that_flees_from_group_to_group(nursery: Nursery) -> None:
    forking = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('up', flush=True)\n"
        "for _ in range(100):\n"
        "    time.sleep(0.4)\n"
        "    if os.fork(): os._exit(0)\n"
        "    os.setsid()\n"
    )
    process = nursery.start(forking, mark="chain")
    assert process.stdout is not None
    process.stdout.readline()
    await family.end(process.pid, "chain", GRACES)
    assert family.marked("chain") == []


def _wait_marked(pid: int, mark: str) -> None:
    """Between fork and exec a child still has its parent's environment."""
    while family.MARK not in psutil.Process(pid).environ() or not family.marked(mark):
        time.sleep(0.01)


def _wait_gone(pid: int) -> None:
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
