"""A bot that also works: the bench of fakes with a workshop, and a worker that does one attempt as the runtime does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from bot import cards, resolver
from bot.run import Run
from jobs import settlement
from jobs.attempt import drive
from models.card import Card
from models.change import Change
from models.job import Job, JobEvent, JobEventType, JobStatus
from tests.fakes.services import Bench
from tests.fakes.workshop import FakeAgent, FakeRunner, FakeWorkspaces, Hook, World

CHECKED = {"calc.py": "broken", ".bellhop.yml": "run: [pytest -q]\n"}
CANARY = "canary-secret-0123456789"


class Shop(Bench):
    """`await shop.ask("@bellhop fix")` hears a request and works on it; the job as it ended comes back."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(renew_seconds=0.2, lease_seconds=2.0, **settings)
        self.world = World()
        self.world.put("main", CHECKED)
        self.workspaces = FakeWorkspaces(self.world)
        self.runner = FakeRunner()
        self.agent = FakeAgent(self.workspaces)
        self.services = replace(
            self.services,
            workspaces=self.workspaces,
            runner=self.runner,
            agents={"scripted": self.agent},
            known_secrets=(CANARY,),
        )
        self.dispatcher.services = self.courier.services = self.services
        self.shutdown = asyncio.Event()
        self.before_settling: Hook | None = None

    async def ask(self, text: str = "@bellhop fix", **fields: Any) -> Job:
        """From the message to the job's end."""
        job = await self.accept(text, **fields)
        return await self.work(job)

    async def accept(self, text: str = "@bellhop fix", **fields: Any) -> Job:
        """From the message to the job."""
        known = {job.id for job in await self.jobs()}
        delivery = await self.hear(text, **fields)
        fresh = [job for job in await self.jobs() if job.id not in known]
        assert len(fresh) == 1, (delivery.disposition, delivery.detail, self.answers, self.errors)
        return fresh[0]

    async def work(self, job: Job) -> Job:
        """One attempt, as a worker's horse does it."""
        async with self.storage.begin() as unit:
            claimed = await unit.jobs.claim(job.id, "worker", 2.0)
        assert claimed is not None
        run = Run(self.services, claimed, "worker")
        lease = asyncio.create_task(run.keep_lease())
        ending = await drive(run, resolver.resolve, lease, self.shutdown)
        lease.cancel()
        await asyncio.wait({lease})
        if self.before_settling is not None:
            await self.before_settling()
        await settlement.settle(run, ending)
        return await self.job(job.id)

    async def job(self, id: str) -> Job:
        async with self.storage.read() as unit:
            found = await unit.jobs.get_job(id)
        assert found is not None
        return found

    async def change(self, number: int = 42) -> Change | None:
        async with self.storage.read() as unit:
            return await unit.changes.find("github:default:acme/shop#", number)

    async def cancel(self, job: Job, by: str = "ana") -> None:
        async with self.storage.begin() as unit:
            await unit.jobs.request_cancel(job.id, by)

    async def lose(self, job: Job) -> Job:
        """Its worker died; another attempt is queued."""
        rows = self.storage._memory.jobs
        rows[job.id] = rows[job.id].model_copy(update={"lease_until": rows[job.id].created_at})
        async with self.storage.begin() as unit:
            again = await unit.jobs.requeue(job.id, rows[job.id].attempt)
        assert again is not None
        return again


def card(job: Job) -> Card:
    """As it is drawn now."""
    return cards.draw(job, cards.Situation())


def lines(job: Job) -> list[str]:
    """The card's steps."""
    return [step.text for step in card(job).steps]


def of_type(events: Sequence[JobEvent], type: JobEventType) -> list[JobEvent]:
    return [event for event in events if event.type == type]


async def cancelled_at(shop: Shop, place: Callable[[Callable[[], Awaitable[None]]], None]) -> Job:
    """A job that is asked to stop at `place`, and as it ended."""
    job = await shop.accept()

    async def cancel() -> None:
        await shop.cancel(job)

    place(cancel)
    await shop.work(job)
    await shop.deliver_answers()
    return await shop.job(job.id)


def assert_nothing_is_left(shop: Shop, job: Job) -> None:
    """It is cancelled, and nothing of it is open."""
    assert job.status is JobStatus.CANCELLED
    assert all(not pull.is_open for pull in shop.platform.pulls)
    change = shop.storage._memory.changes
    assert all(not each.is_open for each in change.values())


def seconds_of(job: Job) -> str:
    """How long it took, as its card says it."""
    assert job.end_time is not None
    assert job.start_time is not None
    return f"{int((job.end_time - job.start_time).total_seconds())}s"
