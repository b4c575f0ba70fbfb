"""What the bot needs of storage and of the queue, as Protocols. `bot/archive.py`, `bot/outbox.py`, `bot/people.py`,
`bot/platform.py` and `bot/workshop.py` hold the rest.

Everything here that changes a row's state is guarded: it names the state (owner, attempt, predecessor) that it
expects, and a change that lost its race raises `InvalidTransition` or returns None, as said. Claims use the database's
clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.archive import Accounts, Audit, Retention, Workers
from bot.outbox import Outbox
from bot.people import PendingRequests, People, Rooms, Visits
from models.agent import AgentState
from models.change import Change
from models.delivery import Delivery, Outcome, Postponement, Receipt, WaitsFor
from models.job import Failure, Job, JobEvent, JobResult, JobStatus, Transition

CLAIM_BYTES = 32 * 1024 * 1024  # of requests, for one look of a dispatcher


class JobRepository(Protocol):
    """The CI document's repository, name for name. Each change is guarded by the predecessor status.

    Raises InvalidTransition when the job is not in a state from which the change may be made.
    """

    async def initialize(self) -> None: ...
    async def close(self) -> None: ...
    async def create_job(self, job: Job) -> None: ...
    async def get_job(self, job_id: str) -> Job | None: ...
    async def list_jobs(self) -> list[Job]: ...
    async def update_job_status(
        self, job_id: str, status: str, start_time: datetime | None = None, container_id: str | None = None
    ) -> None: ...
    async def complete_job(self, job_id: str, success: bool, end_time: datetime) -> None: ...
    async def add_event(self, job_id: str, event: JobEvent) -> None: ...
    async def get_events_since(self, job_id: str, last_event_id: int) -> list[JobEvent]: ...


class Jobs(JobRepository, Protocol):
    """What the engine adds: claims, leases, locks, and listings."""

    async def claim(self, job_id: str, worker: str, lease_seconds: float) -> Job | None:
        """queued -> running, when it is first in line and its lock is free. None: not now, or not ours."""

    async def renew(self, job_id: str, attempt: int, worker: str, lease_seconds: float) -> Job | None:
        """The job with its lease prolonged (look at `cancel_requested_at`). None: this attempt has lost it."""

    async def settle(
        self,
        job_id: str,
        attempt: int,
        status: JobStatus,
        *,
        result: JobResult | None = None,
        failure: Failure | None = None,
        detail: str = "",
    ) -> Job:
        """running -> its end, by the attempt that owns it; frees the lock. Completed with `success=True`.

        A completion or failure loses to a cancel that was asked for before it: the job settles as cancelled then.
        Raises InvalidTransition when the attempt no longer owns the job.
        """

    async def request_cancel(self, job_id: str, by: str) -> Job:
        """queued or parked -> cancelled at once; running: remembers who asked first.

        A terminal job is returned unchanged.
        """

    async def cancel_expired(self, job_id: str) -> Job | None:
        """running, a cancel asked for, its lease over -> cancelled: its worker is gone. None: not in that state."""

    async def requeue(self, job_id: str, attempt: int, *, is_counted: bool = True) -> Job | None:
        """running with an expired lease -> queued as `attempt` + 1, its place in line kept. None: not in that state.

        Not counted: the job may be started once more than its `max_attempts` said.
        """

    async def give_up(self, job_id: str, attempt: int, failure: Failure, detail: str) -> Job | None:
        """running with an expired lease -> failed. None: not in that state."""

    async def add_events(self, job_id: str, attempt: int, events: Sequence[JobEvent]) -> int:
        """Append in order; the per-job `seq` is assigned here. Returns the last one.

        Raises InvalidTransition unless `attempt` is the running one.
        """

    async def record_agent_state(self, job_id: str, attempt: int, state: AgentState) -> None:
        """Remember the agent's state and the transition to it."""

    async def transitions(self, job_id: str) -> list[Transition]: ...
    async def renew_all(self, attempts: Collection[tuple[str, int]], lease_seconds: float) -> None:
        """Prolong the leases of running attempts (job, number); not of jobs that somebody asked to cancel."""

    async def of_ids(self, ids: Collection[str]) -> list[Job]: ...
    async def expired(
        self, limit: int, *, patience_seconds: float = 0.0, cancel_patience_seconds: float = 0.0
    ) -> list[Job]:
        """running, their lease over; those whose horse is remembered, and so not known dead, so much later."""

    async def claimable(self, limit: int) -> list[Job]:
        """queued, first in line, lock free: each deserves a hint to the queue."""

    async def line(self, lock_key: str) -> list[Job]: ...
    async def ahead_of(self, job: Job) -> list[Job]:
        """Who holds the lock or waits for it longer than `job`, in order, the holder first."""

    async def by_handle(self, prefix: str, *, place: str = "") -> list[Job]:
        """Jobs whose handle starts with `prefix` (upper case, with "J-"): the whole one first, then newest first,
        10 at most. `place` (a `Thread.place`) leaves out those of everywhere else.
        """

    async def at_thread(self, thread_key: str, *, is_active: bool, limit: int = 20) -> list[Job]:
        """Jobs asked for at a place (also those whose change's pull request or issue it is), newest first."""

    async def in_room(self, place: str, limit: int) -> list[Job]:
        """Jobs asked for in a channel (a `Thread.place`) or any thread of it, newest first."""

    async def of_comment(self, thread_key: str, comment_id: str) -> list[Job]: ...
    async def page(
        self,
        *,
        requester_id: str | None,
        repository: str | None,
        before: datetime | None,
        limit: int,
        place: str = "",
    ) -> list[Job]:
        """Newest first; events not loaded. `place` (a `Thread.place` or `.instance`) leaves out all others."""

    async def count_active(self, place: str, *, requester_id: str | None = None) -> int:
        """Those not at their end, at a `Thread.place` or at all of a `Thread.instance`."""


class Deliveries(Protocol):
    """The inbox's rows."""

    async def claim(
        self,
        owner: str,
        limit: int,
        lease_seconds: float,
        *,
        platform: str,
        integration: str,
        most_bytes: int = CLAIM_BYTES,
    ) -> list[Delivery]:
        """Due and unfinished of one platform, oldest first; each gets a lease and one more attempt.

        At most `limit` of them, whose requests together take at most `most_bytes`; at least one when one is due.
        """

    async def renew(self, ids: Collection[int], owner: str, lease_seconds: float) -> set[int]:
        """Prolong the leases `owner` still holds; which they are."""

    async def give_back(self, ids: Collection[int], owner: str) -> None:
        """Due again at once, as if `owner` had never claimed them."""

    async def holders(self, *, platform: str, integration: str) -> list[str]:
        """Who holds unfinished deliveries of one platform."""

    async def take_back(
        self, owners: Collection[str], most_attempts: int, *, platform: str, integration: str
    ) -> int:
        """Due again at once, whatever their lease says, if they had no more attempts than that. How many."""

    async def finish(self, outcomes: Sequence[Outcome], owner: str) -> int:
        """Give each its one disposition, if `owner` still holds it. Returns how many it did."""

    async def postpone(self, postponement: Postponement, owner: str) -> None:
        """Due again later, if `owner` still holds it."""

    async def hasten(self, reasons: Collection[WaitsFor], *, platform: str, integration: str) -> int:
        """Due at once, whatever was put off for one of these reasons. How many."""

    async def waiting(self, reason: WaitsFor, most: int, *, platform: str, integration: str) -> int:
        """How many were put off for this reason; up to `most`."""

    async def get(self, delivery_id: int) -> Delivery | None: ...
    async def find(self, platform: str, integration: str, key: str) -> Delivery | None: ...
    async def page(
        self, *, before: int | None, limit: int, platform: str | None = None, disposition: str | None = None
    ) -> list[Delivery]:
        """Newest first, keyset by id; bodies not loaded. `disposition` matches the kind or the whole code."""

    async def at_thread(self, thread_key: str, *, actor_id: str | None, limit: int) -> list[Delivery]: ...
    async def in_room(self, place: str, *, actor_id: str, limit: int) -> list[Delivery]:
        """What somebody said in a channel (a `Thread.place`): in its newest threads and in none, newest first."""

    async def by_url(self, url: str) -> Delivery | None: ...
    async def reopen(self, delivery_id: int) -> bool:
        """Make it due again with no disposition and no attempts; False while somebody works on it."""

    async def resume(self, delivery_ids: Sequence[int]) -> int:
        """Those that ended with `waiting:...` are due now, as if never tried; others stay as they are. How many."""

    async def tell_late(self, delivery_ids: Sequence[int], detail: str) -> int:
        """What `why` says of those that ended with `waiting:...`; they stay ended. How many."""

    async def prune(self, older_than: datetime, limit: int) -> int:
        """Delete finished rows and semantic keys older than that, `limit` at most. Returns how many went.

        One whose request still waits for its author's answer stays, with its body.
        """


class Keys(Protocol):
    """Semantic keys: what was already acted upon, whatever delivery told of it."""

    async def take(self, key: str, delivery_id: int) -> bool:
        """True: nobody had it."""

    async def holder(self, key: str) -> int | None:
        """The delivery that took it."""


class Changes(Protocol):
    """Branches and pull requests of conversations."""

    async def find(self, place: str, number: int) -> Change | None:
        """The open change of this issue or pull request of a `Thread.place`, else the newest closed one."""

    async def of_job(self, job_id: str) -> Change | None: ...
    async def keep(self, change: Change) -> Change:
        """Insert (`id` 0) or replace."""


class UnitOfWork(Protocol):
    """One transaction, and all that can be done in it. No call to the outside may happen while it is open."""

    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def changes(self) -> Changes: ...
    @property
    def workers(self) -> Workers: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def people(self) -> People: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def pending(self) -> PendingRequests: ...
    @property
    def rooms(self) -> Rooms: ...


class Storage(Protocol):
    """The database."""

    async def initialize(self) -> None:
        """Open, and migrate to this release's schema. Raises ConfigurationError for a newer schema than it knows."""

    async def close(self) -> None: ...
    async def ping(self) -> None:
        """Raises StorageUnavailable."""

    async def keep(self, delivery: Delivery) -> Receipt:
        """Return once `delivery` is on disk, committed together with whatever arrived meanwhile. A known key
        adds to `receipts`.

        Raises StorageUnavailable: it is not, or not within the seconds a sender waits. A cancelled caller cancels
        nothing.
        """

    def begin(self, *, is_urgent: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """A write transaction: committed when the block ends, rolled back when it raises. Urgent: lives hang on it."""

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """For reading only; never waits for a writer."""


class JobQueue(Protocol):
    """Tells workers that a job is worth a look. A hint: the claim is the truth."""

    async def tell(self, job: Job) -> bool:
        """True: told. False: the queue did not answer within a second; the sweep tells again."""

    async def close(self) -> None: ...
