"""The queue's port on RQ: a hint that a job is worth a look. The claim in the database is the truth."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from models.job import Job, JobKind

QUEUE_NAME = "bellhop"
SERIALIZER = "json"  # RQ's own choice is pickle: whoever can write to Redis could run code

# What a worker calls, by kind of job, with the job's id.
FUNCTIONS = {JobKind.RESOLVE: "jobs.resolve.resolve"}

TELL_SECONDS = 1.0
OUTAGE_SECONDS = 1.0  # during an outage, how long nobody tries again
KEPT_SECONDS = 60  # RQ's own records; 0 would be slower, and its default for failures is a year

log = structlog.get_logger(__name__)


class RqQueue:
    """`connection` gives up quickly (`adapters.redis.connect`) and is used by threads of this object's own."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection
        self._queue = Queue(QUEUE_NAME, connection=connection, serializer=SERIALIZER)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="queue")
        self._is_away = False
        self._retry_at = 0.0

    async def tell(self, job: Job) -> bool:
        """True: it is in the queue, once, however often it was told. False: Redis did not take it within a second."""
        loop = asyncio.get_running_loop()
        if self._is_away and loop.time() < self._retry_at:
            return False
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await loop.run_in_executor(self._threads, self._push, job)
        except (RedisError, TimeoutError) as error:
            self._note_away(error)
            self._retry_at = loop.time() + OUTAGE_SECONDS
            return False
        self._note_back()
        return True

    async def close(self) -> None:
        """Forget what was not told yet and let go of Redis."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._connection.close()

    def _push(self, job: Job) -> None:
        told_as = f"{job.id}-{job.attempt}"
        # RQ's `unique` would refuse an id for as long as anything is kept of its last run; without a look at the queue,
        # each sweep would add to it. Two tellers at the same moment add it twice, which the claim makes harmless.
        if self._connection.lpos(self._queue.key, told_as) is not None:
            return
        with self._connection.pipeline() as pipeline:
            self._queue.enqueue_call(
                FUNCTIONS[job.kind],
                args=(job.id,),
                job_id=told_as,
                description=job.handle,
                timeout=-1,  # the time limit is ours, kept with the job
                result_ttl=KEPT_SECONDS,
                failure_ttl=KEPT_SECONDS,
                retry=None,  # so are second attempts
                pipeline=pipeline,
            )
            pipeline.execute()

    def _note_away(self, error: Exception) -> None:
        if not self._is_away:
            log.warning("Redis does not answer; jobs wait in the database", error=type(error).__name__)
        self._is_away = True

    def _note_back(self) -> None:
        if self._is_away:
            log.info("Redis answers again")
        self._is_away = False


class NoQueue:
    """For a process that tells nobody: the app's sweep gives the hint."""

    async def tell(self, job: Job) -> bool:
        """False: not told."""
        return False

    async def close(self) -> None:
        """Nothing is open."""
