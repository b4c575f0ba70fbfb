"""The line before SQLite: one after the other, whoever came first; nobody stands behind one who stands still."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from adapters.storage import SQLStorage
from adapters.storage import turns as lines
from adapters.storage.turns import LINE, TURN, Turns
from tests.adapters.storage.nouns import delivery


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """By somebody else: locks belong to what was opened, so another descriptor is as good as another process."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # a child may have inherited it
        os.close(descriptor)


def files(tmp_path: Path) -> tuple[str, Path, Path]:
    path = str(tmp_path / "x.db")
    return path, Path(path + LINE), Path(path + TURN)


async def test_nobody_has_a_turn_while_another_has(tmp_path: Path) -> None:
    path, _, _ = files(tmp_path)
    inside, most = 0, 0

    async def write(turns: Turns) -> None:
        nonlocal inside, most
        for _ in range(5):
            async with turns.taken():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.002)
                inside -= 1

    everybody = [Turns(path) for _ in range(6)]
    await asyncio.wait_for(asyncio.gather(*map(write, everybody)), 30)
    assert most == 1
    for turns in everybody:
        turns.close()


async def test_who_comes_first_is_first(tmp_path: Path) -> None:
    path, _, turn = files(tmp_path)
    order: list[int] = []

    async def write(number: int) -> None:
        async with Turns(path).taken():
            order.append(number)

    with locked(turn):
        waiting = []
        for number in range(6):
            waiting.append(asyncio.create_task(write(number)))
            await asyncio.sleep(0.05)
        assert order == []
    await asyncio.wait_for(asyncio.gather(*waiting), 30)
    assert order == list(range(6))


async def test_what_is_urgent_stands_behind_nobody_but_the_first(tmp_path: Path) -> None:
    path, line, _ = files(tmp_path)
    with locked(line):  # somebody is next in line, and others behind
        async with Turns(path).taken(is_urgent=True):
            pass
        usual = asyncio.create_task(enter(Turns(path)))
        await asyncio.sleep(0.1)
        assert not usual.done()
    await asyncio.wait_for(usual, 30)


async def enter(turns: Turns) -> None:
    async with turns.taken():
        pass


async def test_a_line_that_does_not_move_is_left(tmp_path: Path) -> None:
    path, line, _ = files(tmp_path)
    turns = Turns(path, still_seconds=0.1)
    with locked(line):
        await asyncio.wait_for(enter(turns), 30)
        await asyncio.wait_for(enter(turns), 30)
    turns.close()


async def test_a_line_that_moves_is_waited_in(tmp_path: Path) -> None:
    path, line, turn = files(tmp_path)
    with locked(line):
        turn.touch()
        waiting = asyncio.create_task(enter(Turns(path, still_seconds=0.2)))
        for _ in range(8):
            await asyncio.sleep(0.1)
            os.utime(turn)  # somebody's turn
            assert not waiting.done()
    await asyncio.wait_for(waiting, 30)


async def test_who_gives_up_waiting_keeps_no_turn(tmp_path: Path) -> None:
    path, _, turn = files(tmp_path)
    with locked(turn):
        waiting = asyncio.create_task(enter(Turns(path)))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.wait({waiting})
    # Kept by who gave up, it would come after 60 s only.
    await asyncio.wait_for(enter(other := Turns(path, still_seconds=60)), 30)
    other.close()


async def test_without_a_place_for_the_line_one_writes_all_the_same(tmp_path: Path) -> None:
    await enter(Turns(str(tmp_path / "nowhere" / "x.db")))


def is_locked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def waiting_threads() -> int:
    return sum(thread.name == "turn" for thread in threading.enumerate())


async def until_nobody_waits() -> None:
    async with asyncio.timeout(30):
        for thread in threading.enumerate():
            if thread.name == "turn":
                await asyncio.to_thread(thread.join)


@contextmanager
def forked() -> Iterator[None]:
    """A child that inherits what is open, and lives on."""
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


async def test_a_turn_ends_with_its_storage_though_a_child_inherited_it(tmp_path: Path) -> None:
    path, _, turn = files(tmp_path)
    turns = Turns(path)
    async with turns.taken():
        with forked():
            turns.close()
            assert not is_locked(turn)


async def test_a_turn_nobody_waits_for_any_more_ends_though_a_child_inherited_it(tmp_path: Path) -> None:
    path, line, turn = files(tmp_path)
    with locked(turn):
        waiting = asyncio.create_task(enter(Turns(path)))
        await asyncio.sleep(0.1)
        child = ExitStack()
        child.enter_context(forked())
        waiting.cancel()
        await asyncio.wait({waiting})
    with child:
        await until_nobody_waits()
        assert not is_locked(turn)
        assert not is_locked(line)


@pytest.mark.parametrize("is_urgent", [True, False])
async def test_a_line_that_stands_still_costs_one_thread_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_urgent: bool
) -> None:
    monkeypatch.setattr(lines, "ASIDE_SECONDS", 0.0)
    path, _, turn = files(tmp_path)
    turns = Turns(path, still_seconds=0.01)
    with locked(turn):
        before = len(os.listdir("/dev/fd"))
        for _ in range(50):
            async with turns.taken(is_urgent=is_urgent):
                assert waiting_threads() <= 1
        assert len(os.listdir("/dev/fd")) <= before + 2
    await until_nobody_waits()
    assert len(os.listdir("/dev/fd")) < before  # what held the turn is closed as well
    async with turns.taken(is_urgent=is_urgent):
        assert is_locked(turn)  # in line again
    turns.close()


async def test_one_turn_after_we_came_does_not_begin_the_wait_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, line, turn = files(tmp_path)
    waits: list[float] = []
    wait = asyncio.wait

    async def counted(tasks: set[asyncio.Future[bool]], *, timeout: float) -> tuple[set, set]:  # type: ignore[type-arg]
        waits.append(timeout)
        if len(waits) == 1:
            os.utime(turn)  # the one that was under way when we came
        return await wait(tasks, timeout=timeout)

    monkeypatch.setattr(asyncio, "wait", counted)
    turns = Turns(path, still_seconds=0.4)
    with locked(line):
        turn.touch()
        await enter(turns)
    assert sum(waits) < 0.7
    await until_nobody_waits()


async def test_what_is_urgent_waits_shortly_for_a_line_that_does_not_move(tmp_path: Path) -> None:
    path, _, turn = files(tmp_path)
    turns = Turns(path, still_seconds=600)
    with locked(turn):
        async with asyncio.timeout(30), turns.taken(is_urgent=True):
            pass
    await until_nobody_waits()


async def test_a_turn_that_cannot_be_counted_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise PermissionError

    path, line, turn = files(tmp_path)
    monkeypatch.setattr(os, "utime", refuse)
    turns = Turns(path)
    await enter(turns)
    assert not is_locked(turn)
    assert not is_locked(line)


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under a limit of processes: the line finds none to wait in, the others have theirs."""
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "turn":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)


@pytest.mark.usefixtures("no_threads")
async def test_without_a_thread_to_wait_in_a_delivery_is_kept_out_of_turn(
    sqlite: SQLStorage, sqlite_url: str
) -> None:
    with locked(Path(sqlite_url.removeprefix("sqlite:///") + TURN)):
        assert (await sqlite.keep(delivery())).is_new
