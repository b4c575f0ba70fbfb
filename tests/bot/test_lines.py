"""One line a thread; a bounded number at work and waiting."""

from __future__ import annotations

import asyncio

import pytest

from bot import lines
from bot.lines import Lines
from bot.triage import Addressed
from models.base import now
from models.delivery import Delivery, WebhookRequest
from models.message import IncomingMessage
from tests.fakes.platform import said


def found(id_: int, number: int = 42) -> Addressed:
    message = IncomingMessage.model_validate_json(said("@bellhop ping", number=number))
    moment = now()
    delivery = Delivery(
        id=id_, platform="github", key=str(id_), request=WebhookRequest(), received_at=moment, due_at=moment
    )
    return Addressed(delivery, message)


class Desk:
    """Works on each until it is told that it is done."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: dict[int, asyncio.Event] = {}
        self.failures: list[BaseException] = []

    async def work(self, given: Addressed) -> None:
        id_ = given.delivery.id
        self.begun.append(id_)
        await self.done.setdefault(id_, asyncio.Event()).wait()
        if id_ == 13:
            raise ValueError("a defect")

    async def end(self, *ids: int) -> None:
        for id_ in ids:
            self.done.setdefault(id_, asyncio.Event()).set()
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def opened(most: int = 3) -> tuple[Lines, Desk]:
    desk = Desk()
    return Lines(most, desk.work, desk.failures.append), desk


async def test_of_a_thread_one_is_at_work_and_the_next_follows_it() -> None:
    line, desk = await opened()
    for id_ in (1, 2, 3):
        line.join(found(id_), 0)
    line.join(found(4, number=7), 0)
    await settle()
    assert desk.begun == [1, 4]
    await desk.end(1)
    assert desk.begun == [1, 4, 2]
    await desk.end(4, 2)
    assert desk.begun == [1, 4, 2, 3]
    assert line.held == {3}
    await desk.end(3)
    assert line.held == frozenset()
    line.join(found(5), 0)
    await settle()
    assert desk.begun[-1] == 5, "a thread may speak again after its line was empty"
    await desk.end(5)


async def test_a_defect_holds_up_nobody() -> None:
    line, desk = await opened()
    line.join(found(13), 0)
    line.join(found(14), 0)
    await desk.end(13)
    assert desk.begun == [13, 14]
    assert [str(error) for error in desk.failures] == ["a defect"]
    await desk.end(14)


async def test_no_more_than_the_most_are_at_work() -> None:
    line, desk = await opened(most=2)
    for id_ in (1, 2, 3):
        line.join(found(id_, number=id_), 0)
    await settle()
    assert desk.begun == [1, 2]
    assert not await line.room(0.01)
    await desk.end(2)
    assert desk.begun == [1, 2, 3]
    await desk.end(1)
    assert await line.room(5)
    await desk.end(3)


async def test_who_is_held_already_stays_where_it_is() -> None:
    line, desk = await opened()
    line.join(found(1), 0)
    line.join(found(1), 0)
    await desk.end(1)
    assert desk.begun == [1]
    assert line.held == frozenset()


@pytest.mark.parametrize(("bound", "most"), [("MOST_HELD", 3), ("MOST_HELD_BYTES", 30)])
async def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch, bound: str, most: int) -> None:
    monkeypatch.setattr(lines, bound, most)
    line, desk = await opened(most=8)
    for id_ in (1, 2):
        line.join(found(id_), 10)
    assert line.has_room
    line.join(found(3), 10)
    assert not line.has_room
    waiting = asyncio.create_task(line.room(5))
    await desk.end(1)
    assert await waiting
    await desk.end(2, 3)


async def test_who_is_dropped_is_not_begun_and_who_is_at_work_goes_on() -> None:
    line, desk = await opened(most=1)
    for id_ in (1, 2, 3):
        line.join(found(id_), 0)
    line.join(found(4, number=7), 0)
    await settle()
    line.drop({1, 2, 4})
    assert line.held == {1, 3}
    await desk.end(1)
    assert desk.begun == [1, 3]
    await desk.end(3)
    assert line.held == frozenset()


async def test_landing_works_on_all_then_ends_who_is_late_and_tells_who_never_began() -> None:
    line, desk = await opened()
    for id_ in (1, 2, 3, 4):
        line.join(found(id_), 0)
    await desk.end(1, 2)
    assert await line.land(0.05) == {4}
    assert desk.begun == [1, 2, 3]
    assert line.held == frozenset()
    assert await line.land(5) == frozenset()
