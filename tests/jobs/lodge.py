"""What the supervisor's tests stand on: claimed jobs, recorded processes, signs of life, and a clock moved by hand."""

import socket
import subprocess
from collections.abc import Awaitable, Callable

import pytest

from bot.run import uptime
from bot.services import Services
from jobs import processes, pulse, supervisor
from models.job import Job
from models.worker import ProcessRecord
from tests.jobs.yard import Yard

Sleeper = Callable[[], subprocess.Popen[bytes]]


async def running(yard: Yard, services: Services) -> Job:
    job = await yard.new(services, "")
    async with services.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "worker", 60)
    assert claimed is not None
    return claimed


async def remember(services: Services, job: Job, pid: int, role: str, **change: object) -> ProcessRecord:
    made = processes.record(job.id, job.attempt, pid, role)
    assert made is not None
    made = made.model_copy(update=change)
    async with services.storage.begin() as work:
        await work.workers.remember(made)
    return made


async def known(services: Services) -> list[ProcessRecord]:
    async with services.storage.read() as work:
        return await work.workers.processes(socket.gethostname())


class Clock:
    """Everybody's uptime, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = uptime()
        for module in (supervisor, pulse):
            monkeypatch.setattr(module, "uptime", lambda: self.moment)

    async def look(self, seconds: float, look: Callable[[], Awaitable[None]]) -> None:
        """Look every second for so long."""
        for _ in range(int(seconds)):
            self.moment += 1
            await look()


def give_sign(yard: Yard, job: Job) -> None:
    pulse.touch(pulse.path(yard.settings.data_dir, job.id, job.attempt))
