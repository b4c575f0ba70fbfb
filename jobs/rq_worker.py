"""RQ's worker, with what Redis must not decide taken away.

Leases, heartbeats, time limits, retries and cancels are the database's business here, so a Redis that is away must
never end a job, and nobody who can write to Redis may stop one.
"""

from __future__ import annotations

import contextlib
import logging
import signal
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.job import Job

from jobs.queue import QUEUE_NAME, SERIALIZER

TTL_SECONDS = 30  # also decides how long RQ waits for a Redis that hangs


def _without_redis_traceback(record: logging.LogRecord) -> bool:
    """A Redis that is away is one line, not sixty."""
    if record.exc_info and isinstance(record.exc_info[1], RedisError):
        record.msg, record.args, record.exc_info = f"Redis is away: {record.exc_info[1]}", (), None
    return True


class BellhopWorker(Worker):
    """Forks a horse per job. SIGTERM: no more jobs, finish this one; again: the horse gives its job back and ends."""

    log_result_lifespan = False
    max_connection_wait_time = 2.0  # RQ would let a Redis that is back wait for up to a minute

    def __init__(self, connection: Redis) -> None:
        super().__init__(
            [QUEUE_NAME],
            connection=connection,
            serializer=SERIALIZER,
            worker_ttl=TTL_SECONDS,
            log_job_description=False,
        )

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        """RQ tells of each job at `info`; the runtime does that already, with more to say."""
        super().bootstrap(*args, **kwargs)
        for name in ("rq.worker", "rq.job"):
            logging.getLogger(name).setLevel(logging.WARNING)
            logging.getLogger(name).addFilter(_without_redis_traceback)

    def subscribe(self) -> None:
        """No commands by Redis (shutdown, kill-horse, stop-job), and no thread of theirs while we fork."""

    def unsubscribe(self) -> None:
        """There is nothing to unsubscribe from."""

    def maintain_heartbeats(self, job: Job) -> None:
        """While a job runs, RQ's records may go stale: RQ would quit here and leave the horse alone."""
        with contextlib.suppress(RedisError):
            super().maintain_heartbeats(job)

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """As above."""
        with contextlib.suppress(RedisError):
            super().heartbeat(*args, **kwargs)

    def set_current_job_working_time(self, *args: Any, **kwargs: Any) -> None:
        """As above."""
        with contextlib.suppress(RedisError):
            super().set_current_job_working_time(*args, **kwargs)

    def set_shutdown_requested_date(self) -> None:
        """As above."""
        with contextlib.suppress(RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]

    def kill_horse(self, sig: signal.Signals = signal.SIGTERM) -> None:
        """Gently: the horse stops its agents, gives the job back and ends; its guard sees to it that it does."""
        super().kill_horse(sig)
