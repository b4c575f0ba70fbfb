"""One per worker host: its heartbeat, and the end of processes that outlived their job or their horse.

Killing a worker leaves its horse at work, and killing a horse leaves its agents. Leases of living horses are prolonged
here (without a supervisor by themselves), so they may finish; agents without a horse end here. So does a horse that
stands still or gives no sign of life: nobody else begins before that.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

import structlog

from bot.errors import BellhopError, StorageUnavailable
from bot.run import fuse_seconds, uptime
from bot.services import Services
from jobs import processes, pulse
from models.base import now
from models.job import Job, JobStatus
from models.worker import HORSE, ProcessRecord, WorkerRecord

BEAT_SECONDS = 2.0
WIND_DOWN_SECONDS = 12.0  # a horse may stop its agents and settle after it lost its job; then it must be gone

STOPPED_SHARE = 0.6  # of a lease: with the time between two looks that is one lease at most

SWEEP_SECONDS = 60.0

log = structlog.get_logger(__name__)
Attempt = tuple[str, int]


class Supervisor:
    """`record` is this worker host as the database knows it."""

    def __init__(self, services: Services, record: WorkerRecord) -> None:
        self._services = services
        self._record = record
        self._astray_since: dict[ProcessRecord, float] = {}
        self._pulses, self._signs = pulse.Stillness(), pulse.Stillness()
        self._stops, self._deadlines = pulse.Stillness(), pulse.Stillness()
        self._swept_at = 0.0
        self._beat_at = uptime()

    async def watch(self, stop: asyncio.Event) -> None:
        """Beat and reap until `stop`; say good-bye then. A database that is away is waited for.

        Beside each other: reaping may take long, and whoever is not heard of counts as dead.
        """
        await asyncio.gather(
            self._repeat(self.beat, "the heartbeat waits: the database is away", stop),
            self._repeat(self._reap, "looking after workers waits: the database is away", stop),
            self._repeat(self.end_stopped, "looking for stopped workers waits: the database is away", stop),
        )
        with suppress(StorageUnavailable):
            async with self._services.storage.begin() as work:
                await work.workers.leave(self._record.id)

    async def _repeat(self, step: Callable[[], Awaitable[None]], waiting: str, stop: asyncio.Event) -> None:
        is_away = False
        while not stop.is_set():
            try:
                await step()
                is_away = False
            except StorageUnavailable as error:
                if not is_away:
                    log.warning(waiting, error=str(error))
                is_away = True
            except BellhopError:
                log.exception("looking after workers")
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await stop.wait()

    async def _reap(self) -> None:
        await asyncio.to_thread(processes.kill_strays, self._record.pid)
        await self.look()

    async def beat(self) -> None:
        """Say that this host lives, and which of its horses: one write for all, or fifty would wait for each other.

        Only those that gave a sign of life themselves: existing is none.
        """
        began = uptime()
        async with self._services.storage.read() as work:
            known = await work.workers.processes(socket.gethostname())
        horses = [each for each in known if each.role == HORSE and processes.is_going(each)]
        horses = [each for each in horses if self._has_pulse(each)]
        self._pulses.forget_all_but({(each.job_id, each.attempt) for each in known})
        async with self._services.storage.begin(is_urgent=True) as work:
            await work.workers.beat(self._record.model_copy(update={"seen_at": now()}))
            if horses:
                going = [(each.job_id, each.attempt) for each in horses]
                await work.jobs.renew_all(going, self._services.settings.lease_seconds)
        self._note_late(began)

    def _has_pulse(self, horse: ProcessRecord) -> bool:
        """Within the fuse. Of one that keeps its signs elsewhere nothing is known: it renews for itself."""
        sign = pulse.sign(self._services.settings.data_dir, horse.job_id, horse.attempt)
        fuse = fuse_seconds(self._services.settings.lease_seconds)
        return sign is not None and self._pulses.seconds((horse.job_id, horse.attempt), sign) <= fuse

    async def end_stopped(self) -> None:
        """Kill horses that are stopped (SIGSTOP), with their families, after most of a lease. That is a fact, however
        busy the machine is; and one stopped while it writes keeps everybody from writing. So nothing is written here.
        """
        async with self._services.storage.read() as work:
            known = await work.workers.processes(socket.gethostname())
        horses = [each for each in known if each.role == HORSE and processes.is_running(each)]
        self._stops.forget_all_but(horses)
        limit = self._services.settings.lease_seconds * STOPPED_SHARE
        for horse in horses:
            is_stopped = not processes.is_going(horse)
            if self._stops.seconds(horse, is_stopped) > limit and is_stopped:
                log.warning("a stopped horse is ended", job_id=horse.job_id, attempt=horse.attempt)
                of_it = (horse.job_id, horse.attempt)
                await asyncio.to_thread(_kill_all, [p for p in known if (p.job_id, p.attempt) == of_it])

    def _note_late(self, began: float) -> None:
        """This machine is too busy, or the database is: late is not lost, but somebody should know."""
        ended = uptime()
        since, self._beat_at = ended - self._beat_at, ended
        if since > self._services.settings.lease_seconds:
            log.warning(
                "the heartbeat was late", seconds=round(since, 1), of_it_waiting=round(ended - began, 1)
            )

    async def look(self) -> None:
        """One look at what runs here."""
        async with self._services.storage.read() as work:
            known = await work.workers.processes(socket.gethostname())
            found = await work.jobs.of_ids({each.job_id for each in known})
        jobs: dict[str, Job | None] = dict.fromkeys((each.job_id for each in known), None)
        jobs |= {each.id: each for each in found}
        by_attempt: dict[Attempt, list[ProcessRecord]] = defaultdict(list)
        for process in known:
            by_attempt[process.job_id, process.attempt].append(process)
        self._astray_since = {each: since for each, since in self._astray_since.items() if each in known}
        self._signs.forget_all_but(by_attempt)
        self._deadlines.forget_all_but(by_attempt)
        for (job_id, attempt), started in by_attempt.items():
            await self._look_at(jobs[job_id], attempt, started)
        await self._sweep(frozenset(jobs))

    async def _sweep(self, live: frozenset[str]) -> None:
        """Remove the trees of jobs that could not clean up. Those of living jobs are locked, and known besides."""
        if uptime() - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = uptime()
        await asyncio.to_thread(pulse.sweep, self._services.settings.data_dir, live)
        swept = await self._services.workspaces.sweep(live)
        if swept:
            log.info("workspaces of dead jobs removed", count=swept)
        pruned = await self._services.workspaces.prune()
        if pruned:
            log.info("unused homes and mirrors removed", count=pruned)

    async def _look_at(self, job: Job | None, attempt: int, started: list[ProcessRecord]) -> None:
        is_wanted = job is not None and job.status is JobStatus.RUNNING and job.attempt == attempt
        has_horse = any(each.role == HORSE and processes.is_running(each) for each in started)
        if has_horse and not (self._is_to_end(job) if job and is_wanted else self._is_overdue(started)):
            return
        await reap(self._services, started)
        if job is not None and is_wanted:
            await self._give_back(job)

    def _is_to_end(self, job: Job) -> bool:
        is_silent, is_late = self._is_silent(job), self._is_past_deadline(job)  # each counts at every look
        return is_silent or is_late

    def _is_silent(self, job: Job) -> bool:
        """A living horse without a sign of life, or without a renewal where that is the only sign there is: did it
        stand still for so long that somebody else should begin? One that is to be cancelled has to renew for itself.
        """
        settings = self._services.settings
        is_cancelled = job.cancel_requested_at is not None
        beat = None if is_cancelled else pulse.sign(settings.data_dir, job.id, job.attempt)
        silent_seconds = self._signs.seconds((job.id, job.attempt), job.lease_until if beat is None else beat)
        return silent_seconds > (
            settings.lease_seconds if is_cancelled else fuse_seconds(settings.lease_seconds)
        )

    def _is_past_deadline(self, job: Job) -> bool:
        """It should have ended itself, and had the time to stop its agents and to settle on a busy machine."""
        limit = WIND_DOWN_SECONDS + fuse_seconds(self._services.settings.lease_seconds)
        is_past = job.deadline is not None and now() > job.deadline
        return self._deadlines.seconds((job.id, job.attempt), is_past) > limit and is_past

    def _is_overdue(self, started: Iterable[ProcessRecord]) -> bool:
        """A living horse whose job is over: is it taking too long to leave?"""
        moment = uptime()
        return all(
            moment - self._astray_since.setdefault(each, moment) > WIND_DOWN_SECONDS for each in started
        )

    async def _give_back(self, job: Job) -> None:
        """Its horse is dead and nothing of it runs: nobody needs to wait any longer."""
        log.warning("a job lost its horse", job=job.handle, attempt=job.attempt)
        async with self._services.storage.begin() as work:
            await work.jobs.renew(job.id, job.attempt, job.worker or "", 0.0)


async def reap(services: Services, started: Iterable[ProcessRecord]) -> None:
    """SIGKILL to what is left of these groups, and forget those that are gone."""
    listed = list(started)
    left = await asyncio.to_thread(_kill_all, listed)
    if left:
        log.warning("processes of a job do not die", pids=[each.pid for each in left])
    async with services.storage.begin() as work:
        for process in listed:
            if process not in left:
                await work.workers.forget(process)


async def reap_earlier(services: Services, job: Job) -> None:
    """Before an attempt begins: end what earlier ones left on this host, their horses too."""
    async with services.storage.read() as work:
        known = await work.workers.processes(socket.gethostname())
    earlier = [each for each in known if each.job_id == job.id and each.attempt < job.attempt]
    if earlier:
        await reap(services, earlier)


def _kill_all(started: list[ProcessRecord]) -> list[ProcessRecord]:
    """What is still left after SIGKILL and a moment."""
    for process in started:
        processes.kill(process)
    return [each for each in started if not processes.wait_gone(each)]
