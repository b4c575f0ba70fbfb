"""Services made of fakes: memory for storage, a list for the queue, a platform that remembers."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from bot import inbox
from bot.courier import Courier
from bot.router import Dispatcher
from bot.services import Services
from bot.settings import Settings
from models.delivery import Delivery, WebhookRequest
from models.job import Job
from tests.fakes.platform import SECRET, FakePlatform, said
from tests.fakes.storage import MemoryStorage

_keys = itertools.count(1)


class ListQueue:
    """Remembers which jobs it was told of."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.is_there = True

    async def tell(self, job: Job) -> bool:
        self.told.append(job.handle)
        return self.is_there

    async def close(self) -> None:
        return


class Bench:
    """A bot in memory: put a message in, see what comes out."""

    def __init__(self, **settings: Any) -> None:
        self.storage = MemoryStorage()
        self.platform = FakePlatform()
        self.queue = ListQueue()
        self.services = Services(
            settings=Settings(data_dir=Path("unused"), **settings),
            storage=self.storage,
            queue=self.queue,
            platforms={("github", "default"): self.platform},
            workspaces=None,  # type: ignore[arg-type] - the app process never opens one
            runner=Untrusting(),  # type: ignore[arg-type]
            agents={"scripted": None},  # type: ignore[dict-item]
            owner="here",
        )
        self.errors: list[BaseException] = []
        self.dispatcher = Dispatcher(self.services, self.platform, self._report)
        self.courier = Courier(self.services, self.platform)

    async def receive(self, body: bytes, *, key: str = "", event: str = "message") -> int:
        """Deliver; the status of the answer."""
        headers = {"x-secret": SECRET, "x-delivery": key or f"d{next(_keys)}", "x-event": event}
        request = WebhookRequest(headers=headers, body=body)
        return (await inbox.receive(self.services, "github", request)).status

    async def dispatch(self) -> None:
        """Work on everything that is due."""
        await self.dispatcher.step()
        await self.dispatcher.close()

    async def deliver_answers(self) -> None:
        """Send what is due until nothing is."""
        while await self.courier.step():
            await self.courier.close()

    async def hear(self, text: str, **fields: Any) -> Delivery:
        """A message from receipt to answer. Returns its delivery."""
        await self.receive(said(text, **fields))
        await self.dispatch()
        await self.deliver_answers()
        return (await self.deliveries())[0]

    async def deliveries(self) -> list[Delivery]:
        """Newest first."""
        async with self.storage.read() as work:
            return await work.deliveries.page(before=None, limit=100)

    async def jobs(self) -> list[Job]:
        """Newest first, with events."""
        async with self.storage.read() as work:
            listed = await work.jobs.page(requester_id=None, repository=None, before=None, limit=100)
            return [job for each in listed if (job := await work.jobs.get_job(each.id))]

    @property
    def answers(self) -> list[str]:
        """What the bot's comments say now."""
        return [comment.body for comment in self.platform.comments]

    def _report(self, delivery: Delivery, disposition: object, error: BaseException | None) -> None:
        if error is not None:
            self.errors.append(error)


class Untrusting:
    """A runner as far as the app process asks."""

    name = "local"
    may_run_untrusted = False
