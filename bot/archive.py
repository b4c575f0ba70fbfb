"""What the bot needs to remember of itself, and to forget of all else, as Protocols."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from models.audit import AuditRecord
from models.message import Actor
from models.worker import ProcessRecord, WorkerRecord


class Accounts(Protocol):
    """Who we are on each platform, as it told us last: a restart while it is away knows it all the same."""

    async def keep(self, platform: str, integration: str, account: Actor) -> None: ...
    async def find(self, platform: str, integration: str) -> Actor | None: ...


class Workers(Protocol):
    """Worker hosts and their process groups."""

    async def beat(self, record: WorkerRecord) -> None: ...
    async def leave(self, worker_id: str) -> None: ...
    async def alive(self, within_seconds: float) -> list[WorkerRecord]: ...
    async def remember(self, record: ProcessRecord) -> None: ...
    async def forget(self, record: ProcessRecord) -> None: ...
    async def horses(self, job_ids: Collection[str]) -> list[ProcessRecord]:
        """The processes that do these jobs, in whatever attempt, whether they still live or not."""

    async def processes(self, host: str) -> list[ProcessRecord]: ...


class Audit(Protocol):
    """Append-only."""

    async def append(self, record: AuditRecord) -> None: ...
    async def count(self, *, actor: str, place: str, since: datetime, most: int) -> int:
        """Rows of `actor` since then whose subject begins with `place`; counted up to `most`."""

    async def page(self, *, before: int | None, limit: int) -> list[AuditRecord]: ...


class Retention(Protocol):
    """Forgetting what is past its time, a few rows a call, so that no transaction is long."""

    async def trim_jobs(self, older_than: datetime, limit: int) -> int:
        """Delete events, transitions and shown cards of jobs that ended before `older_than`, `limit` events at most.

        The job itself stays, and so does one of which something is still to be sent. Returns how many rows it dealt
        with; as many as `limit`: there is more.
        """

    async def prune_outbox(self, older_than: datetime, limit: int) -> int:
        """Delete what was sent, or given up, before `older_than`; cards go with their jobs. Returns how many went."""

    async def prune_linkings(self, older_than: datetime, limit: int) -> int:
        """Delete codes whose time was over before `older_than`, used or not. Returns how many went."""

    async def prune_pending(self, older_than: datetime, limit: int) -> int:
        """Delete requests that wait no more since before `older_than`. Returns how many went."""
