"""From the accepted command to the running job function, against a no-op in the same RQ worker.

A command is accepted when its delivery gets that disposition: the last thing written before the commit.

Both are told by RQ's own record of when the function was called; the no-op is a function that every Python has loaded.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import datetime

from redis import Redis
from rq import Queue
from rq.job import Job as RqJob

from adapters.redis import connect
from adapters.redis_files import RedisFiles
from adapters.storage import open_storage
from benchmarks.apps import App, whole_app
from benchmarks.context import Context
from benchmarks.github import Person
from benchmarks.processes import wait_until
from benchmarks.results import Result, judge
from benchmarks.targets import JOB_START_RATIO
from jobs.queue import KEPT_SECONDS, QUEUE_NAME, SERIALIZER
from models.base import now
from models.job import Job, JobStatus

NAME = "command accepted to job function running ({count} jobs, idle worker)"
GOAL = f"≤ {JOB_START_RATIO} × a no-op's"
SHOWN = "{ratio:.2f} × ({ours:.1f} against {noop:.1f} ms; told to RQ after {told:.1f}, claimed after {claimed:.1f} ms)"
NOOP = "time.time"
COMMAND = "@bellhop fix this please"
JOB_SECONDS = 60.0
REST_SECONDS = 0.3  # the worker is back in its wait for the next job


@dataclass(frozen=True)
class Start:
    """One job's way, in milliseconds since it was accepted."""

    told: float
    called: float
    claimed: float


def measure(context: Context) -> list[Result]:
    """A no-op, a job, a no-op, a job ...: each alone."""
    count = 4 if context.is_quick else 15
    with whole_app(context.room("job-start"), workers=1) as app, Person(app.told) as person:
        redis = connect(RedisFiles(app.data).url)
        _run_noop(redis)
        _run_job(app, person, redis)
        noops, starts = [], []
        for _ in range(count):
            noops.append(_run_noop(redis))
            starts.append(_run_job(app, person, redis))
        redis.close()
    ours, noop = statistics.median(s.called for s in starts), statistics.median(noops)
    told, claimed = statistics.median(s.told for s in starts), statistics.median(s.claimed for s in starts)
    shown = SHOWN.format(ratio=ours / noop, ours=ours, noop=noop, told=told, claimed=claimed)
    verdict = judge(ours / noop <= JOB_START_RATIO)
    return [Result(NAME.format(count=count), GOAL, shown, verdict, {"ratio": ours / noop})]


def _run_noop(redis: Redis) -> float:
    time.sleep(REST_SECONDS)
    began = now()
    job = Queue(QUEUE_NAME, connection=redis, serializer=SERIALIZER).enqueue(NOOP, result_ttl=KEPT_SECONDS)
    wait_until(lambda: job.get_status(refresh=True) == "finished", "the no-op ran", JOB_SECONDS)
    return _milliseconds(began, _told_and_called_at(redis, job.id)[1])


def _run_job(app: App, person: Person, redis: Redis) -> Start:
    time.sleep(REST_SECONDS)
    issue = person.open_issue("The total is wrong")
    person.comment(issue, COMMAND)
    job, accepted_at, claimed_at = asyncio.run(_await_end(app))
    moments = (*_told_and_called_at(redis, f"{job.id}-{job.attempt}"), claimed_at)
    return Start(*(_milliseconds(accepted_at, moment) for moment in moments))


async def _await_end(app: App) -> tuple[Job, datetime, datetime]:
    """The newest job, ended; when its delivery got its disposition `accepted`, and when the job was claimed."""
    storage = open_storage(f"sqlite:///{app.database}", is_short_lived=True)
    ends = time.monotonic() + JOB_SECONDS
    while time.monotonic() < ends:
        async with storage.read() as work:
            newest = await work.jobs.page(requester_id=None, repository=None, before=None, limit=1)
            if newest and newest[0].status.is_terminal and newest[0].id not in _seen:
                _seen.add(newest[0].id)
                transitions = await work.jobs.transitions(newest[0].id)
                delivery = await work.deliveries.get(newest[0].delivery_id or 0)
                claimed_at = next(
                    t.at for t in transitions if t.subject == "job" and t.after == JobStatus.RUNNING
                )
                accepted_at = delivery.finished_at if delivery else None
                return newest[0], accepted_at or claimed_at, claimed_at
        await asyncio.sleep(0.1)
    raise TimeoutError(f"waiting {JOB_SECONDS:.0f} s for the job's end")


_seen: set[str] = set()


def _told_and_called_at(redis: Redis, job_id: str) -> tuple[datetime, datetime]:
    record = RqJob.fetch(job_id, connection=redis, serializer=SERIALIZER)
    if record.enqueued_at is None or record.started_at is None:
        raise LookupError(f"reading RQ's record of {job_id}: it was never started")
    return record.enqueued_at, record.started_at


def _milliseconds(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() * 1000
