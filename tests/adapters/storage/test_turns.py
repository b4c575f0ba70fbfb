"""The line before SQLite: one after the other, whoever came first; nobody stands behind one who stands still."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.storage.turns import LINE, TURN, Turns


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """By somebody else: locks belong to what was opened, so another descriptor is as good as another process."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
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
