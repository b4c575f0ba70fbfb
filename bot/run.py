"""One attempt at one job, seen from inside: its events, its lease, its cancel.

The worker's runtime makes a `Run` after the claim and keeps it alive beside the work. Events are written in
batches; every
write is fenced by the attempt, and `check()` is called right before anything that cannot be taken back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from bot import folders
from bot.errors import InvalidTransition, JobCancelled, LeaseLost, StorageUnavailable
from bot.folders import Folders
from bot.services import Services
from models.agent import AgentState
from models.base import now
from models.job import Job, JobEvent, JobEventType, JobStatus

BATCH_SECONDS = 0.25
# A lease that is over is a suspicion. Somebody else takes the job when its process is known to be gone, or after so
# many leases without a renewal: a busy machine is late, and late is not lost.
FUSE_LEASES = 3
GIVE_UP_SHARE = 0.6  # of the fuse without a renewal: what is left of it is for stopping
CANCELLED = "stopping: {by} asked for it"
LOST = "continuing {handle}: another attempt owns it now"


def uptime() -> float:
    """Seconds of a clock that nobody sets and that goes on while the process or the machine is stopped."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def fuse_seconds(lease_seconds: float) -> float:
    """How long an attempt of which nothing is known may be silent before another begins; by then it has ended."""
    return lease_seconds * FUSE_LEASES


class Run:
    """Passed to whoever does the work. `stoppers` are awaited when the job must end at once (set by who starts
    processes).

    `renewed_at` is when the lease last began, by `uptime`: never later than the database thinks.
    """

    def __init__(self, services: Services, job: Job, worker: str, claimed_at: float | None = None) -> None:
        self.services = services
        self.job = job
        self.worker = worker
        self.cancelled = asyncio.Event()
        self.lost = asyncio.Event()
        self.finished = asyncio.Event()  # the work is over: write what is left
        self.renewed_at = self._looked_at = uptime() if claimed_at is None else claimed_at
        self.is_seen = False  # the app sees this process live: set by the runtime where it does
        self.stoppers: list[Callable[[], Awaitable[None]]] = []
        self.remember: Callable[[int, str], Awaitable[None]] | None = None
        self.folders = Folders()
        self.folders.know(services.settings.data_dir, folders.DATA)
        self._pending: list[JobEvent] = []
        self._is_urgent = False
        self._flushing = asyncio.Lock()

    def seconds_left(self) -> float:
        """Until the job's time limit, which counts from its first start: an attempt after a lost one gets the rest."""
        limit = timedelta(seconds=self.services.settings.job_timeout_seconds)
        deadline = self.job.deadline or (self.job.start_time or now()) + limit
        return max((deadline - now()).total_seconds(), 1.0)

    async def on_start(self, pid: int, role: str) -> None:
        """A process group was started for this job: remembered, so that it is found when we die. Set by the runtime."""
        if self.remember is not None:
            await self.remember(pid, role)

    def event(
        self,
        type: JobEventType,
        data: str = "",
        *,
        success: bool | None = None,
        facts: Mapping[str, Any] | None = None,
        is_urgent: bool = False,
    ) -> None:
        """Note that something happened. It is written with the next batch; urgent: the card is edited at once then."""
        text = self.folders.told(data)
        event = JobEvent(type=type, data=text, success=success, timestamp=now(), facts=dict(facts or {}))
        self._pending.append(event)
        self._is_urgent = self._is_urgent or is_urgent

    async def flush(self) -> None:
        """Write what was noted, in order. A database that is away keeps them for the next try."""
        async with self._flushing:
            batch, self._pending = self._pending, []
            is_urgent, self._is_urgent = self._is_urgent, False
            if not batch:
                return
            try:
                async with self.services.storage.begin() as work:
                    await work.jobs.add_events(self.job.id, self.job.attempt, batch)
                    await work.outbox.want(self.job.id, is_urgent=is_urgent)
            except InvalidTransition as error:
                self.lost.set()
                raise LeaseLost(LOST.format(handle=self.job.handle)) from error
            except StorageUnavailable:
                self._pending[:0] = batch
                self._is_urgent = self._is_urgent or is_urgent

    async def agent_state(self, state: AgentState) -> None:
        """Record the agent's state, with everything noted before it."""
        await self.flush()
        async with self.services.storage.begin() as work:
            await work.jobs.record_agent_state(self.job.id, self.job.attempt, state)

    async def check(self) -> None:
        """Right before a push or a pull request:

        is this attempt still the one, and still wanted? Raises LeaseLost, JobCancelled.
        """
        await self.renew()
        if self.lost.is_set():
            raise LeaseLost(LOST.format(handle=self.job.handle))
        if self.cancelled.is_set():
            raise JobCancelled(CANCELLED.format(by=self.job.cancel_requested_by))

    async def renew(self) -> None:
        """Prolong the lease and look for a cancel. Sets `lost` or `cancelled`; raises StorageUnavailable."""
        async with self.services.storage.begin(is_urgent=True) as work:
            asked_at = uptime()  # now that it is our turn to write: waiting for it is no part of the lease
            job = await work.jobs.renew(
                self.job.id, self.job.attempt, self.worker, self.services.settings.lease_seconds
            )
        if job is not None:
            self.renewed_at = asked_at
        self._saw(job, asked_at)

    async def look(self) -> None:
        """See whether the job is still ours and wanted; that waits for no writer. The host's supervisor prolongs our
        lease with all others of the host: unless it does not, we write nothing. Raises StorageUnavailable.
        """
        asked_at = uptime()
        async with self.services.storage.read() as work:
            found = await work.jobs.of_ids([self.job.id])
        job = next((each for each in found if self._is_ours(each)), None)
        if job is not None and job.lease_until != self.job.lease_until:
            # It was prolonged some time since our last look: we never think it longer than it is.
            self.renewed_at = max(self.renewed_at, self._looked_at)
        self._saw(job, asked_at)
        is_due = uptime() - self.renewed_at > self.services.settings.lease_seconds
        if not self.lost.is_set() and (is_due or self.cancelled.is_set()):
            await self.renew()

    @property
    def sure_at(self) -> float:
        """When we knew for the last time, by `uptime`, that nobody else may have begun.

        Where the app sees that we live it takes nothing over: there it is enough to have seen the job ours, however
        long writing takes. Else (another host, or another container of this one) the lease alone tells.
        """
        return self._looked_at if self.is_seen else self.renewed_at

    def _is_ours(self, job: Job) -> bool:
        return (job.status, job.attempt, job.worker) == (JobStatus.RUNNING, self.job.attempt, self.worker)

    def _saw(self, job: Job | None, asked_at: float) -> None:
        if job is None:
            self.lost.set()
            return
        self.job, self._looked_at = job, asked_at
        if job.cancel_requested_at is not None:
            self.cancelled.set()

    @property
    def is_written(self) -> bool:
        """Nothing that was noted waits to be written."""
        return not self._pending

    async def write_batches(self) -> None:
        """Flush until `finished`, and once more then. Runs beside the work."""
        while not self.finished.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BATCH_SECONDS):
                    await self.finished.wait()
            await self.flush()

    async def keep_lease(self) -> None:
        """Look until the job is not ours any more, or nobody prolonged its lease for most of the fuse.

        Returns then; the caller stops the work. After a cancel it renews by itself while the work winds down.
        """
        settings = self.services.settings
        while not self.lost.is_set():
            await asyncio.sleep(
                settings.renew_seconds if not self.cancelled.is_set() else settings.renew_seconds / 2
            )
            try:
                # Who leaves the line of writers stands at its end again: it is waited in as long as there is time.
                async with asyncio.timeout(max(self._give_up_at() - uptime(), settings.renew_seconds)):
                    await self.look()
            except (StorageUnavailable, TimeoutError):
                # Stop while nobody else may have begun.
                if uptime() > self._give_up_at():
                    self.lost.set()

    def _give_up_at(self) -> float:
        return self.sure_at + fuse_seconds(self.services.settings.lease_seconds) * GIVE_UP_SHARE
