"""Many deliveries of one thread, and of many: who waits for whom, and who holds what meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot import router
from bot.router import Dispatcher
from models.base import now
from models.delivery import Disposition
from models.identity import Role
from models.job import JobContext
from models.message import Actor, IncomingMessage
from tests.bot.test_recovery import Clock
from tests.fakes.platform import FakePlatform, said
from tests.fakes.services import Bench


class Slow(FakePlatform):
    """Decides nothing before it is let: `asked` tells who waits for it, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def let(self, comment_id: str) -> None:
        self._gates.setdefault(comment_id, asyncio.Event()).set()

    async def context_of(self, message: IncomingMessage) -> JobContext:
        self.asked.append(message.comment_id)
        await self._gates.setdefault(message.comment_id, asyncio.Event()).wait()
        return await super().context_of(message)

    async def role_of(self, actor: Actor, repository: str) -> Role:
        return Role.WRITE


class Stage(Bench):
    """A bench whose platform is slow, whose clock is moved, and whose dispatcher is stepped by hand."""

    def __init__(self) -> None:
        super().__init__(max_jobs_per_person=100)
        self.clock = Clock()
        self.storage.clock = self.clock
        self.slow = self.platform = Slow()
        object.__setattr__(self.services, "platforms", {("github", "default"): self.slow})
        self.dispatcher = Dispatcher(self.services, self.slow, self._report)

    async def comment(self, comment_id: str, number: int = 42) -> None:
        await self.receive(said("@bellhop fix this", comment_id=comment_id, number=number))

    async def turn(self) -> None:
        """What the loop does, until nothing moves any more."""
        while await self.dispatcher.step():
            pass
        for _ in range(50):
            await asyncio.sleep(0)

    async def attempts(self) -> set[int]:
        return {row.attempts for row in await self.deliveries()}


async def test_thirty_comments_of_one_thread_are_attempted_once_each_and_hold_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten seconds each: together ten times as long as the lease they were claimed with."""
    monkeypatch.setattr(router, "RENEW_SECONDS", 0.0)
    stage = Stage()
    crowd = [f"crowd-{number}" for number in range(30)]
    for comment_id in crowd:
        await stage.comment(comment_id)
    await stage.turn()
    assert stage.slow.asked == crowd[:1]
    await stage.comment("elsewhere", number=7)
    await stage.turn()
    assert stage.slow.asked == [crowd[0], "elsewhere"], "another thread waits for none of them"
    stage.slow.let("elsewhere")
    for comment_id in crowd:
        stage.clock.offset += timedelta(seconds=10)
        await stage.turn()
        stage.slow.let(comment_id)
        await stage.turn()
    assert stage.slow.asked == [crowd[0], "elsewhere", *crowd[1:]], "in order, each once"
    assert {row.disposition for row in await stage.deliveries()} == {Disposition.ACCEPTED}
    assert await stage.attempts() == {1}
    assert stage.errors == []


async def test_who_waits_in_a_line_takes_no_place() -> None:
    stage = Stage()
    for number in range(router.AT_ONCE + 5):
        await stage.comment(f"crowd-{number}")
    await stage.turn()
    others = [f"other-{number}" for number in range(router.AT_ONCE - 1)]
    for number, comment_id in enumerate(others):
        await stage.comment(comment_id, number=100 + number)
    await stage.turn()
    assert stage.slow.asked == ["crowd-0", *others]
    for comment_id in [*others, *(f"crowd-{number}" for number in range(router.AT_ONCE + 5))]:
        stage.slow.let(comment_id)
    await stage.dispatcher.close()
    assert await stage.attempts() == {1}


async def test_what_another_process_took_over_leaves_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "RENEW_SECONDS", 0.0)
    stage = Stage()
    await stage.comment("first")
    await stage.comment("second")
    await stage.turn()
    rows = stage.storage._memory.deliveries
    for id_, row in list(rows.items()):
        if b'"second"' in row.request.body:
            rows[id_] = row.model_copy(update={"claimed_by": "somebody else"})
    await stage.turn()
    stage.slow.let("first")
    await stage.turn()
    assert stage.slow.asked == ["first"]


async def test_a_stop_gives_back_what_it_did_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "STOP_SECONDS", 0.05)
    stage = Stage()
    for comment_id in ("first", "second", "third"):
        await stage.comment(comment_id)
    await stage.dispatcher.step()
    await stage.dispatcher.close()
    rows = {row.id: row for row in await stage.deliveries()}
    begun, *waited = [rows[id_] for id_ in sorted(rows)]
    assert begun.attempts == 1
    assert [(row.attempts, row.claimed_by) for row in waited] == [(0, None), (0, None)]
    assert all(row.due_at <= now() for row in waited)


async def test_who_waits_in_a_line_holds_no_body() -> None:
    stage = Stage()
    await stage.comment("first")
    await stage.comment("second")
    await stage.turn()
    waiting = [found for line in stage.dispatcher.lines._waiting.values() for found in line]
    assert [len(found.delivery.request.body) for found in waiting] == [0]
    stage.slow.let("first")
    stage.slow.let("second")
    await stage.dispatcher.close()
