"""What the bot needs of the outbox, as a Protocol: all that leaves is a row before it is a request.

Claims use the database's clock; whoever ends an attempt names the owner and the attempt, and changes nothing when it
is no longer theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from models.message import Thread
from models.outbox import OutboxRow


class Outbox(Protocol):
    """All that leaves."""

    async def put(self, row: OutboxRow) -> bool:
        """Keep `row` unless its `key` is there. True: it is new."""

    async def put_again(self, row: OutboxRow) -> None:
        """Keep `row`; where its `key` is there already, that one is wanted once more, and `created_at` is new."""

    async def want_again(self, key: str, within_seconds: float) -> bool:
        """The row of that key is wanted once more, if it was put within that time. Whether it was."""

    async def reword(self, beginning: str, text: str) -> int:
        """The rows whose keys begin so are to say `text` from now on, where they were not reworded before. How many."""

    async def news_of(self, thread: Thread, within_seconds: float, most: int) -> int:
        """How many pieces of news were put for a channel within that time; up to `most`."""

    async def want(self, job_id: str, *, is_urgent: bool = False) -> None:
        """The job's card should be looked at again; urgent: without waiting for the pace."""

    async def has_due(self, *, platform: str, integration: str) -> bool:
        """Whether a claim might find something on one platform; it need not. Reading: that waits for no writer."""

    async def claim(
        self, owner: str, limit: int, lease_seconds: float, *, platform: str, integration: str
    ) -> list[OutboxRow]:
        """Due rows of one platform in order, one a thread (and one for each audience there), the attempt recorded.

        `is_ambiguous` is as it was *before* this attempt.
        """

    async def holders(self, *, platform: str, integration: str) -> list[str]:
        """Who holds claims on what one platform does not show yet."""

    async def take_back(
        self, owners: Collection[str], spare_seconds: float, *, platform: str, integration: str
    ) -> int:
        """First claims of the dead end `spare_seconds` before their lease. How many.

        By then what they sent has arrived or never will, and it is looked for before it is sent again. Reactions and
        retractions may be repeated: those are free at once. What was claimed more than once waits for its lease.
        """

    async def shown(
        self, row: OutboxRow, owner: str, *, remote_id: str, remote_url: str, digest: str, pace_seconds: float
    ) -> bool:
        """`row.wanted` of it is visible. Not due again before the pace. False: the lease was lost."""

    async def postpone(
        self, row: OutboxRow, owner: str, *, delay_seconds: float, error: str, is_ambiguous: bool
    ) -> None: ...
    async def bury(self, row: OutboxRow, owner: str, error: str) -> None: ...
    async def card_of(self, job_id: str) -> OutboxRow | None: ...
    async def card_at(
        self, platform: str, integration: str, channel: str, message_id: str
    ) -> OutboxRow | None:
        """The card that is this very message of a chat's channel."""

    async def waiting(self, limit: int) -> list[OutboxRow]:
        """What is still to be shown, the longest due first."""

    async def dead(self, limit: int) -> list[OutboxRow]:
        """What was given up, newest first."""

    async def revive(self, ids: Sequence[int] | None) -> list[int]:
        """Given up, or waiting for another try: due now, as if never tried. None: all such rows. Returns which.

        What may have been sent stays in doubt: it is looked for before it is sent again.
        """

    async def stuck(self, most: int) -> tuple[int, int]:
        """How many wait for another try, and how many were given up; each up to `most`."""
