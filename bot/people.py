"""What the bot needs of storage to know people across platforms, what waits for their answer, and rooms.

Every change of state is guarded: a second answer, a used code, an expired one changes nothing and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from models.identity import Account, Linking, Visit
from models.pending import Pending, PendingKind, Room, Subscription


class People(Protocol):
    """Which accounts belong to one person."""

    async def partners(self, account: Account) -> list[Account]:
        """All other accounts of whoever has this one, the newest link first."""

    async def partner(self, account: Account, platform: str, integration: str) -> Account | None:
        """The account there of whoever has this one; of several (in several tenants) the newest link."""

    async def link(self, account: Account, other: Account) -> None:
        """Both belong to one person from now on. `account` leaves whoever had it; doing it twice changes nothing.

        Of each instance of a platform (and each tenant there) a person has one account: an earlier one of `account`'s
        own is replaced. Nobody is remembered who has one account only. Raises ValueError when both are of one
        instance.
        """

    async def unlink(self, account: Account) -> list[Account]:
        """`account` stands alone from now on. The accounts it was linked with; none when it was alone."""

    async def rename(self, account: Account) -> None:
        """Remember the login as it is now; an account nobody knows is not made."""

    async def offer(self, linking: Linking) -> None:
        """Keep a code. Earlier unused codes of the same account are void.

        From now, by the database's clock, it lives as long as `expires_at` is after `created_at`.
        """

    async def offer_once(self, linking: Linking) -> bool:
        """As `offer`, unless the account has an unused code that still lives: that one stays. Whether it is kept."""

    async def offered(self, door: str) -> Linking | None:
        """The unused code whose link that is, within its time by the database's clock."""

    async def linking(self, digest: str) -> Linking | None:
        """In whatever state."""

    async def redeem(self, digest: str, by: Account) -> Linking | None:
        """Use the code up, by the database's clock. None: there is none such, it was used, or its time is over.

        Also None, and the code stays good: `by` is of the very instance the code is for, so it would join nothing.
        """


class Visits(Protocol):
    """Browsers that came back from the forge."""

    async def arrive(self, visit: Visit, most: int) -> bool:
        """Keep it. False: it came back before, or `most` of the same link did."""

    async def recognize(self, visit_id: str, account: Account) -> bool:
        """The forge said who it is, once. False: it is known already, or its time is over."""

    async def find(self, visit_id: str) -> Visit | None:
        """Within its time, by the database's clock."""


class PendingRequests(Protocol):
    """Requests that wait for their author's answer."""

    async def put(self, pending: Pending) -> Pending:
        """Keep it; the one of the same `key` that waits already, within its time, is returned as it is.

        Belongs in the transaction that gives its delivery the disposition `waiting:...`: answered before that, nothing
        would be found to resume. It lives from now, by the database's clock, as long as `expires_at` is after
        `created_at`.
        """

    async def get(self, pending_id: str) -> Pending | None: ...
    async def answered(self, key: str) -> Pending | None:
        """The answered one of that command, if any; the last one of several."""

    async def answer(self, pending_id: str, answer: str) -> Pending | None:
        """waiting -> answered, once. None: it waits no more, or its time is over by the database's clock."""

    async def waiting(self, asker: Account, kind: PendingKind) -> list[Pending]:
        """What somebody may answer now, the oldest first; whatever their login is."""

    async def withdraw(self, saying: str) -> list[Pending]:
        """waiting -> withdrawn: what was said (`IncomingMessage.semantic_key`) was taken back. Which those are."""

    async def expire(self, limit: int) -> list[Pending]:
        """waiting and past its time -> expired, by the database's clock; the longest past first."""


class Rooms(Protocol):
    """What channels are set to, and what they follow."""

    async def get(self, platform: str, integration: str, workspace: str, channel: str) -> Room | None: ...
    async def set_by(self, person: Account) -> Sequence[Room]:
        """Those that this person set last, by the channel's id."""

    async def put(self, room: Room) -> None:
        """Insert or replace; `updated_at` is now, by the database's clock."""

    async def subscribe(self, subscription: Subscription) -> None:
        """Kept once a channel and repository; the events are those of the last time, `created_at` that of the first."""

    async def unsubscribe(self, subscription: Subscription) -> bool:
        """Whether there was one."""

    async def followers(self, forge: str, integration: str, repository: str) -> Sequence[Subscription]:
        """Of a repository, the oldest first. Repositories are compared to the letter: give the forge's own spelling."""

    async def followed(self, platform: str, integration: str, channel: str) -> Sequence[Subscription]:
        """By a channel, the oldest first."""

    async def subscribed_by(self, person: Account) -> Sequence[Subscription]:
        """For the channels of this person's workspace, the oldest first."""
