"""Supervised children are started again, stopped in order, and never outlive whoever started them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from adapters import children
from adapters.children import Child, supervised
from bot.settings import child_environment
from tests.fakes.logs import SetUp, lines
from tests.house.tree import ROOT

PATIENCE_SECONDS = 20.0
POLITE = """
import os, pathlib, signal, sys, time
told = pathlib.Path(sys.argv[1])
def tell(word):
    with told.open("a") as file:
        file.write(f"{word}\\n")
def end(*_):
    tell("ended")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
tell(os.getpid())
while True:
    time.sleep(0.05)
"""
STUBBORN = """
import os, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
told = pathlib.Path(sys.argv[1])
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
told.write_text(f"{os.getpid()}\\n{grandchild.pid}\\n")
time.sleep(60)
"""
COUNTING = """
import os, pathlib, signal, sys, time
told = pathlib.Path(sys.argv[1])
def tell(*words):
    with told.open("a") as file:
        file.write(" ".join(map(str, words)) + "\\n")
ends = []
def on_term(*_):
    tell("SIGTERM")
    ends.append(time.monotonic() + 1)
signal.signal(signal.SIGTERM, on_term)
tell(os.getpid())
while not ends or time.monotonic() < ends[0]:
    time.sleep(0.05)
tell("end")
"""
BOUND = """
import os, pathlib, sys
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()}\\n")
sys.stdin.read()
"""
PARENT = """
import asyncio, sys
from adapters.children import supervised
from bot.settings import child_environment
async def main():
    async with supervised("bound", sys.argv[1:], child_environment(), 5, asyncio.Event()):
        await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the children tell their pids."""
    return tmp_path / "told"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(children, "LONGEST_PAUSE_SECONDS", 0.1)


def argv(program: str, told: Path) -> list[str]:
    return [sys.executable, "-c", program, str(told)]


def words(told: Path) -> list[str]:
    return told.read_text().split() if told.exists() else []


async def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waiting until {what}: in vain"
        await asyncio.sleep(0.02)


def is_gone(pid: int) -> bool:
    """No such process, or one that only waits to be counted."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextlib.asynccontextmanager
async def running(
    program: str, told: Path, grace_seconds: float = 10.0
) -> AsyncIterator[tuple[Child, list[tuple[str, int]]]]:
    """A child that told its pid, and what was reported of it."""
    reports: list[tuple[str, int]] = []
    child = Child(
        "kid", argv(program, told), child_environment(), lambda name, code: reports.append((name, code))
    )
    await child.start()
    try:
        await until(lambda: bool(words(told)), "the child told its pid")
        yield child, reports
    finally:
        await child.stop(grace_seconds)


async def test_a_killed_child_is_started_again_and_told_of(told: Path) -> None:
    async with running(POLITE, told) as (_, reports):
        for count in (1, 2):
            os.kill(int(words(told)[-1]), signal.SIGKILL)
            await until(lambda count=count: len(words(told)) > count, "it was started again")  # type: ignore[misc]
        assert reports == [("kid", -signal.SIGKILL)] * 2
        assert len(set(words(told))) == 3


async def test_a_child_is_asked_to_end_and_not_started_again(told: Path) -> None:
    async with running(POLITE, told) as (child, reports):
        pid = int(words(told)[0])
        await child.stop(PATIENCE_SECONDS)
        assert words(told) == [str(pid), "ended"]
        assert is_gone(pid)
    await asyncio.sleep(0.2)
    assert words(told) == [str(pid), "ended"]
    assert reports == []


async def test_a_child_that_will_not_end_is_killed_with_its_whole_group(told: Path) -> None:
    async with running(STUBBORN, told) as (child, _):
        await until(lambda: len(words(told)) == 2, "it has a child of its own")
        pids = [int(word) for word in words(told)]
        await child.stop(0.2)
        await until(lambda: all(is_gone(pid) for pid in pids), "both are gone")


async def test_stopping_twice_and_stopping_the_dead_is_harmless(told: Path) -> None:
    async with running(POLITE, told) as (child, _):
        os.kill(int(words(told)[0]), signal.SIGKILL)
        await child.stop(1)
        await child.stop(1)


async def test_a_host_that_starts_nothing_for_a_while_is_asked_again(told: Path, tmp_path: Path) -> None:
    reports: list[int] = []
    program = tmp_path / "program"
    program.symlink_to(sys.executable)
    child = Child(
        "kid",
        [str(program), "-c", POLITE, str(told)],
        child_environment(),
        lambda _, code: reports.append(code),
    )
    await child.start()
    try:
        await until(lambda: len(words(told)) == 1, "it was started")
        program.unlink()
        os.kill(int(words(told)[0]), signal.SIGKILL)
        await until(lambda: len(reports) >= 2, "starting it was refused")
        program.symlink_to(sys.executable)
        await until(lambda: len(words(told)) == 2, "it was started again")
    finally:
        await child.stop(10)


async def test_a_program_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    child = Child("kid", [str(tmp_path / "nothing")], {}, lambda name, code: None)
    with pytest.raises(FileNotFoundError):
        await child.start()
    await child.stop(1)


async def test_a_supervised_child_lives_as_long_as_the_block_and_its_end_is_logged(
    told: Path, setup: SetUp
) -> None:
    out = setup()
    async with supervised("kid", argv(POLITE, told), child_environment(), 10, asyncio.Event()):
        await until(lambda: len(words(told)) == 1, "it was started")
        os.kill(int(words(told)[0]), signal.SIGKILL)
        await until(lambda: len(words(told)) == 2, "it was started again")
        pid = int(words(told)[1])
    assert is_gone(pid)
    assert [(line["message"], line["child"], line["code"]) for line in lines(out)] == [
        (children.CHILD_ENDED, "kid", -signal.SIGKILL)
    ]


async def test_a_child_is_told_once_and_as_soon_as_we_are_to_stop(told: Path) -> None:
    stopping = asyncio.Event()
    async with supervised("kid", argv(COUNTING, told), child_environment(), 10, stopping):
        await until(lambda: len(words(told)) == 1, "it was started")
        stopping.set()
        await until(lambda: "SIGTERM" in words(told), "it was told, though the block goes on")
    assert words(told)[1:] == ["SIGTERM", "end"], "not twice, and not started again"


async def test_a_child_sees_its_standard_input_end_when_its_parent_is_killed(told: Path) -> None:
    environment = child_environment(PYTHONPATH=str(ROOT))
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, *argv(BOUND, told), env=environment, cwd=ROOT
    )
    try:
        await until(lambda: bool(words(told)), "the child told its pid")
        child = int(words(told)[0])
        await asyncio.sleep(0.3)  # one without such a standard input would be gone by now
        assert not is_gone(child)
    finally:
        parent.kill()
        await parent.wait()
    await until(lambda: is_gone(child), "the child is gone")
