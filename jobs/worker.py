"""A worker host: RQ workers, and one supervisor beside them, as children of this process.

Everything heavy is imported here, before the first fork: a job that had to import it would start 350 ms later.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable, Sequence

import structlog
import uvloop
from redis import Redis

import jobs.resolve
from bot.release import VERSION
from bot.settings import Settings
from jobs import host, processes, runtime
from jobs.family import Child, Family
from jobs.rq_worker import BellhopWorker
from jobs.runtime import Factory
from jobs.supervisor import Supervisor
from models.base import now
from models.worker import WorkerRecord

GRACE_SECONDS = 10.0  # for a job to end by itself
GIVE_BACK_SECONDS = 20.0  # for its horse to stop what it started and to give the job back
GOOD_BYE_SECONDS = 5.0

WAITING = "waiting for running jobs to end, then they are given back; a second signal gives them back at once"

PRELOADED = (jobs.resolve,)

log = structlog.get_logger(__name__)


def serve(
    settings: Settings,
    factory: Factory,
    connect: Callable[[], Redis],
    concurrency: int,
    lifeline: int | None = None,
) -> None:
    """Run `concurrency` workers until SIGTERM, SIGINT or the end of `lifeline`; then let jobs end, or give them back.

    `factory` opens the services, `connect` a client of the queue; the calling process has no other thread. Raises
    ConfigurationError when the database is another host's, or of a newer release.
    """
    host.check(settings)
    runtime.install(factory)
    runtime.warm_up()
    # Else a horse's first full collection touches, and so copies, every page it shares with us: 40 ms of each job.
    gc.collect()
    gc.freeze()
    record = _record(concurrency)
    supervisor = Child("supervisor", lambda: _supervise(record))
    workers = [Child(f"worker-{number}", lambda: _work(connect)) for number in range(1, concurrency + 1)]
    family = Family([supervisor, *workers], lifeline)
    log.info("workers start", count=concurrency)
    family.live()
    _say_what_is_waited_for(workers)
    if not family.stop(workers, signal.SIGTERM, GRACE_SECONDS):
        # RQ's second signal: the horse stops its agents, gives its job back and ends.
        family.stop(workers, signal.SIGTERM, GIVE_BACK_SECONDS)
    family.stop([supervisor], signal.SIGTERM, GOOD_BYE_SECONDS)
    processes.kill_descendants()


def _say_what_is_waited_for(workers: Sequence[Child]) -> None:
    handed = [child.pid for child in workers if child.pid is not None and processes.has_child(child.pid)]
    if handed:
        log.warning(WAITING, running=len(handed), grace_seconds=GRACE_SECONDS)
    else:
        log.info("workers stop")


def _work(connect: Callable[[], Redis]) -> None:
    BellhopWorker(connect()).work(logging_level="WARNING")


def _supervise(record: WorkerRecord) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_watch(record))


async def _watch(record: WorkerRecord) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with runtime.open_services() as services:
        await Supervisor(services, record).watch(stop)


def _record(concurrency: int) -> WorkerRecord:
    facts, moment = processes.look(os.getpid()), now()
    return WorkerRecord(
        id=f"{socket.gethostname()}:{os.getpid()}:{facts.started_ticks if facts else 0}",
        host=socket.gethostname(),
        boot_id=processes.boot_id(),
        pid=os.getpid(),
        version=VERSION,
        started_at=moment,
        seen_at=moment,
        capacity=concurrency,
    )
