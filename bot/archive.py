"""What the bot needs to remember of itself, and to forget of all else, as Protocols."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from models.message import Actor


class Accounts(Protocol):
    """Who we are on each platform, as it told us last: a restart while it is away knows it all the same."""

    async def keep(self, platform: str, integration: str, account: Actor) -> None: ...
    async def find(self, platform: str, integration: str) -> Actor | None: ...


class Retention(Protocol):
    """Forgetting what is past its time, a few rows a call, so that no transaction is long."""

    async def trim_jobs(self, older_than: datetime, limit: int) -> int:
        """Delete events, transitions and shown cards of jobs that ended before `older_than`, `limit` events at most.

        The job itself stays, and so does one of which something is still to be sent. Returns how many rows it dealt
        with; as many as `limit`: there is more.
        """

    async def prune_outbox(self, older_than: datetime, limit: int) -> int:
        """Delete what was sent, or given up, before `older_than`; cards go with their jobs. Returns how many went."""
