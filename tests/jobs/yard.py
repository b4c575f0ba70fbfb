"""A worker host in a process of its own: real RQ, real Redis, a real database, and pretend work.

`python -m tests.jobs.yard CONFIG.json` serves; tests use `Yard` to start it, to play the app beside it, and to look.
"""

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from pydantic import SecretStr

from adapters.redis import connect
from adapters.storage import open_storage
from adapters.workspaces.host import GitWorkspaces
from bot import recovery, resolver
from bot.errors import JobFailed
from bot.run import Run
from bot.services import Services
from bot.settings import Settings
from jobs import host, worker
from jobs.queue import RqQueue
from models.base import now
from models.job import Failure, Job, JobEventType, JobRequest, JobResult, JobStatus

ENDS = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)
SECRET = "canary-secret-0123456789"

# An agent that ignores every signal it can, and its own child that has fled to another session.
STUBBORN = """
import os, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
fled = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
held = [name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")]
links = [os.readlink(f"/proc/self/fd/{name}") for name in held]
ours = [link for link in links if link.startswith(("socket:", "anon_inode:")) or ".db" in link]
open(sys.argv[1], "w").write(f"{os.getpid()} {fled.pid} {len(ours)}")
while True:
    time.sleep(1)
"""


def settings_of(config: dict[str, Any]) -> Settings:
    return Settings(
        database_url=config["database"],
        redis_url=SecretStr(config["redis"]),
        data_dir=Path(config["folder"]),
        lease_seconds=config.get("lease_seconds", 4.0),
        renew_seconds=config.get("renew_seconds", 0.5),
        job_timeout_seconds=config.get("job_timeout_seconds", 600.0),
    )


@asynccontextmanager
async def services_of(settings: Settings) -> AsyncIterator[Services]:
    storage = open_storage(settings.database, owner=f"test:{os.getpid()}", is_short_lived=True)
    queue = RqQueue(connect(settings.redis_url))
    nothing: Any = None
    try:
        yield Services(
            settings=settings,
            storage=storage,
            queue=queue,
            platforms={},
            workspaces=GitWorkspaces(settings.data_dir),
            runner=nothing,
            agents={},
            owner=f"test:{os.getpid()}",
            known_secrets=(SECRET,),
        )
    finally:
        await queue.close()
        await storage.close()


async def pretend(run: Run) -> JobResult:
    """The work, by the words of the request. Every start leaves a line in the ledger."""
    folder = run.services.settings.data_dir
    name = run.job.request.text
    with (folder / "ledger").open("a") as ledger:
        ledger.write(f"{run.job.id} {run.job.attempt} {os.getpid()} {name}\n")
    run.event(JobEventType.STEP, f"began {name}")
    if name == "raise":
        raise RuntimeError(f"out of cheese near {SECRET}")
    if name == "fail":
        raise JobFailed(Failure.CHECKS, "2 of 41 tests fail", f"the log says {SECRET}")
    if name == "hang the loop":
        time.sleep(600)  # noqa: ASYNC251 - that is the fault
    if name == "hold the lock":
        hold_python_s_lock()
    if name == "stubborn":
        await _stubborn(run, folder)
    if name in {"wait", "deaf"}:
        await _wait(folder / "go", is_deaf=name == "deaf")
    return JobResult(result="done", explanation=f"finished {name}")


def hold_python_s_lock() -> None:
    """No thread of this process runs any more: the C library's `sleep`, called without giving Python's lock up."""
    ctypes.PyDLL(None).sleep(600)


async def _stubborn(run: Run, folder: Path) -> None:
    told = folder / f"stubborn-{run.job.id}-{run.job.attempt}"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STUBBORN, str(told), start_new_session=True
    )
    await run.on_start(child.pid, "agent")

    async def ask_nicely() -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        await child.wait()

    run.stoppers.append(ask_nicely)
    await _wait(folder / "go")


async def _wait(go: Path, *, is_deaf: bool = False) -> None:
    while not go.exists():  # noqa: ASYNC240 - a look at one file
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            if not is_deaf:
                raise


class Yard:
    """The tests' side: the app's part of the story, played by hand or by `play_app`."""

    def __init__(self, folder: Path, redis_url: str, **given: Any) -> None:
        self.folder = folder
        self.config = {
            "database": f"sqlite:///{folder / 'test.db'}",
            "redis": redis_url,
            "folder": str(folder),
            **given,
        }
        self.settings = settings_of(self.config)
        self.started: list[subprocess.Popen[bytes]] = []

    def serve(self, concurrency: int = 1, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start a worker host. With a pipe as `stdin` it lives as long as that."""
        config = self.folder / "config.json"
        has_lifeline = stdin == subprocess.PIPE
        config.write_text(
            json.dumps(self.config | {"concurrency": concurrency, "has_lifeline": has_lifeline})
        )
        with (self.folder / "worker.log").open("ab") as output:
            argv = [sys.executable, "-m", "tests.jobs.yard", str(config)]
            process = subprocess.Popen(argv, stdin=stdin, stdout=output, stderr=output)
        self.started.append(process)
        return process

    def end_all(self) -> None:
        """Every process of ours, and theirs."""
        for process in self.started:
            with suppress(psutil.NoSuchProcess):
                tree = psutil.Process(process.pid).children(recursive=True)
                process.kill()
                for each in tree:
                    with suppress(psutil.NoSuchProcess):
                        each.kill()
            process.wait(timeout=20)
        for pid in [pid for told in self.folder.glob("stubborn-*") for pid in told.read_text().split()[:2]]:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    async def new(self, services: Services, text: str, **given: Any) -> Job:
        """A job, kept and told."""
        job = Job(
            id=str(uuid.uuid4()),
            handle=f"J-{uuid.uuid4().hex[:4].upper()}",
            request=JobRequest(text=text),
            created_at=now(),
            updated_at=now(),
            **given,
        )
        async with services.storage.begin() as work:
            await work.jobs.create_job(job)
        await services.queue.tell(job)
        return job

    async def play_app(self, services: Services) -> None:
        """Recover and tell again, as the app's loops do."""
        while True:
            await recovery.recover_lost(services)
            await recovery.tell_again(services)
            await asyncio.sleep(0.3)

    async def get(self, services: Services, job: Job) -> Job:
        async with services.storage.read() as work:
            found = await work.jobs.get_job(job.id)
        assert found is not None
        return found

    async def until(
        self, services: Services, job: Job, *statuses: JobStatus, attempt: int = 1, within: float = 40.0
    ) -> Job:
        """The job, once it is in one of `statuses` with at least that attempt."""
        async with asyncio.timeout(within):
            while True:
                found = await self.get(services, job)
                if found.status in statuses and found.attempt >= attempt:
                    return found
                await asyncio.sleep(0.05)

    def ledger(self) -> list[list[str]]:
        """One line for each start of the work: job, attempt, pid, name."""
        path = self.folder / "ledger"
        return [line.split(" ", 3) for line in path.read_text().splitlines()] if path.exists() else []

    async def stubborn(self, job: Job, attempt: int = 1) -> tuple[int, int, int]:
        """The stubborn agent's pid, its fled child's, and how many sockets or databases it was handed."""
        told = self.folder / f"stubborn-{job.id}-{attempt}"
        await until(lambda: told.exists() and len(told.read_text().split()) == 3)
        agent, fled, handed = (int(part) for part in told.read_text().split())
        return agent, fled, handed


async def until(is_so: Callable[[], bool], within: float = 40.0) -> None:
    """Return when it is so."""
    async with asyncio.timeout(within):
        while not is_so():  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.05)


async def horse_of(yard: Yard, job: Job, attempt: int = 1) -> int:
    """The pid of the process that does the job."""
    wanted = [job.id, str(attempt)]
    await until(lambda: any(line[:2] == wanted for line in yard.ledger()))
    return next(int(line[2]) for line in yard.ledger() if line[:2] == wanted)


async def cancel(services: Services, job: Job) -> None:
    async with services.storage.begin() as work:
        await work.jobs.request_cancel(job.id, "ana")


def is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text())
    settings = settings_of(config)
    resolver.resolve = pretend
    host.mark(settings)
    worker.serve(
        settings,
        lambda: services_of(settings),
        lambda: connect(settings.redis_url),
        config["concurrency"],
        lifeline=sys.stdin.fileno() if config["has_lifeline"] else None,
    )


if __name__ == "__main__":
    main()
