"""One job in this process: a real database that can be away, and a queue that remembers."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.storage import open_storage
from adapters.workspaces.host import GitWorkspaces
from bot.errors import StorageUnavailable
from bot.ports import UnitOfWork
from bot.run import Run
from bot.services import Services
from jobs import runtime
from models.job import Job, JobResult
from tests.jobs.yard import SECRET, Yard


class Told:
    """A queue that remembers."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def tell(self, job: Job) -> bool:
        self.ids.append(job.id)
        return True

    async def close(self) -> None: ...


class Moody:
    """A storage that fails while `is_away`."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self.is_away = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def begin(self, *, is_urgent: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.is_away:
            raise StorageUnavailable("writing to the database: it is away")
        begun: AbstractAsyncContextManager[UnitOfWork] = self._storage.begin(is_urgent=is_urgent)
        return begun

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.is_away:
            raise StorageUnavailable("reading from the database: it is away")
        begun: AbstractAsyncContextManager[UnitOfWork] = self._storage.read()
        return begun


@pytest.fixture
async def yard(tmp_path: Path) -> Yard:
    made = Yard(tmp_path, "redis://127.0.0.1:1/0", lease_seconds=6.0, renew_seconds=0.2)
    storage = open_storage(made.settings.database)
    await storage.initialize()
    await storage.close()
    return made


@pytest.fixture
async def services(yard: Yard) -> AsyncIterator[Services]:
    nothing: Any = None
    storage = open_storage(yard.settings.database, owner="test")
    made = Services(
        settings=yard.settings,
        storage=Moody(storage),
        queue=Told(),
        platforms={},
        workspaces=GitWorkspaces(yard.settings.data_dir),
        runner=nothing,
        agents={},
        owner="test",
        known_secrets=(SECRET,),
    )

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        yield made

    runtime.install(open_services)
    yield made
    await storage.close()


async def go_on(run: Run) -> JobResult:
    return JobResult(result="done")
