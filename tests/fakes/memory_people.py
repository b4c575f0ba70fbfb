"""People across platforms, requests that wait for an answer, and rooms, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.storage.people import SAME_INSTANCE
from models.identity import Account, Linking, Visit
from models.pending import Pending, PendingKind, PendingState, Room, Subscription
from tests.fakes.memory import Identity, Rows, cleaned, with_


class PeopleRows(Rows):
    async def partners(self, account: Account) -> list[Account]:
        mine = self._memory.identities.get(account.key)
        theirs = [each for each in self._of(mine.person if mine else 0) if each.account.key != account.key]
        return [each.account for each in sorted(theirs, key=lambda each: -each.serial)]

    async def partner(self, account: Account, platform: str, integration: str) -> Account | None:
        here = (platform, integration)
        return next((other for other in await self.partners(account) if other.key[:2] == here), None)

    async def link(self, account: Account, other: Account) -> None:
        if account.key[:3] == other.key[:3]:
            raise ValueError(SAME_INSTANCE.format(platform=account.platform, integration=account.integration))
        before = self._memory.identities.get(account.key)
        mate = self._memory.identities.get(other.key) or self._join(other, self._memory.number())
        if before is None or before.person != mate.person:
            beside = [each for each in self._of(mate.person) if each.account.key[:3] == account.key[:3]]
            for each in beside:
                del self._memory.identities[each.account.key]
            self._leave(account)
            self._join(account, mate.person)
        await self.rename(account)
        await self.rename(other)

    async def unlink(self, account: Account) -> list[Account]:
        partners = await self.partners(account)
        self._leave(account)
        return partners

    async def rename(self, account: Account) -> None:
        known = self._memory.identities.get(account.key)
        if known is not None and account.login:
            now = Identity(cleaned(account), known.person, known.serial)
            self._memory.identities[account.key] = now

    async def offer(self, linking: Linking) -> None:
        rows = self._memory.linkings
        mine = [row for row in rows.values() if row.account.key == linking.account.key]
        for row in mine:
            if row.used_at is None:
                del rows[row.digest]
        lives = linking.expires_at - linking.created_at
        moments = {"created_at": self._clock(), "expires_at": self._clock() + lives}
        rows[linking.digest] = with_(cleaned(linking), **moments)

    async def offer_once(self, linking: Linking) -> bool:
        mine = [row for row in self._memory.linkings.values() if row.account.key == linking.account.key]
        if any(row.used_at is None and row.expires_at > self._clock() for row in mine):
            return False
        await self.offer(linking)
        return True

    async def offered(self, door: str) -> Linking | None:
        rows = [row for row in self._memory.linkings.values() if row.door and row.door == door]
        good = (row for row in rows if row.used_at is None and row.expires_at > self._clock())
        return next(good, None)

    async def linking(self, digest: str) -> Linking | None:
        return self._memory.linkings.get(digest)

    async def redeem(self, digest: str, by: Account) -> Linking | None:
        row = self._memory.linkings.get(digest)
        if row is None or row.used_at or row.expires_at <= self._clock():
            return None
        if row.account.key[:3] == by.key[:3]:
            return None
        used = with_(row, used_at=self._clock(), used_by=cleaned(by))
        self._memory.linkings[digest] = used
        return used

    def _of(self, person: int) -> list[Identity]:
        return [each for each in self._memory.identities.values() if each.person == person]

    def _join(self, account: Account, person: int) -> Identity:
        joined = Identity(cleaned(account), person, self._memory.number())
        self._memory.identities[account.key] = joined
        return joined

    def _leave(self, account: Account) -> None:
        gone = self._memory.identities.pop(account.key, None)
        left = self._of(gone.person) if gone else []
        if len(left) == 1:
            del self._memory.identities[left[0].account.key]


class VisitRows(Rows):
    async def arrive(self, visit: Visit, most: int) -> bool:
        rows = self._memory.visits
        if visit.id in rows or sum(row.linking == visit.linking for row in rows.values()) >= most:
            return False
        rows[visit.id] = cleaned(visit)
        return True

    async def recognize(self, visit_id: str, account: Account) -> bool:
        row = await self.find(visit_id)
        if row is None or row.account is not None:
            return False
        self._memory.visits[visit_id] = with_(row, account=cleaned(account))
        return True

    async def find(self, visit_id: str) -> Visit | None:
        row = self._memory.visits.get(visit_id)
        return row if row is not None and row.expires_at > self._clock() else None


class PendingRows(Rows):
    async def put(self, pending: Pending) -> Pending:
        waits = [row for row in self._waiting() if row.key == pending.key]
        for row in waits:
            if not self._is_late(row):
                return row
            self._end(row, PendingState.EXPIRED)
        lives = pending.expires_at - pending.created_at
        moments = {"created_at": self._clock(), "expires_at": self._clock() + lives}
        kept = with_(cleaned(pending), **moments)
        self._memory.pending[pending.id] = kept
        return kept

    async def get(self, pending_id: str) -> Pending | None:
        return self._memory.pending.get(pending_id)

    async def answered(self, key: str) -> Pending | None:
        rows = [row for row in self._memory.pending.values() if row.key == key and row.answered_at]
        return max(rows, key=lambda row: str(row.answered_at), default=None)

    async def answer(self, pending_id: str, answer: str) -> Pending | None:
        row = next((row for row in self._waiting() if row.id == pending_id), None)
        if row is None or self._is_late(row):
            return None
        told = cleaned(with_(row, answer=answer))
        return self._end(with_(told, answered_at=self._clock()), PendingState.ANSWERED)

    async def waiting(self, asker: Account, kind: PendingKind) -> list[Pending]:
        rows = [row for row in self._waiting() if row.asker.key == asker.key and row.kind is kind]
        return sorted((row for row in rows if not self._is_late(row)), key=lambda row: row.created_at)

    async def withdraw(self, saying: str) -> list[Pending]:
        rows = [row for row in self._waiting() if row.key.startswith(f"{saying}:")]
        return [self._end(row, PendingState.WITHDRAWN) for row in rows]

    async def expire(self, limit: int) -> list[Pending]:
        late = sorted(filter(self._is_late, self._waiting()), key=lambda row: (row.expires_at, row.id))
        return [self._end(row, PendingState.EXPIRED) for row in late[:limit]]

    def _waiting(self) -> list[Pending]:
        return [row for row in self._memory.pending.values() if row.state is PendingState.WAITING]

    def _is_late(self, row: Pending) -> bool:
        return row.expires_at <= self._clock()

    def _end(self, row: Pending, state: PendingState) -> Pending:
        ended = with_(row, state=state)
        self._memory.pending[row.id] = ended
        self._memory.pending_ended[row.id] = self._clock()
        return ended


class RoomRows(Rows):
    async def get(self, platform: str, integration: str, workspace: str, channel: str) -> Room | None:
        return self._memory.rooms.get((platform, integration, workspace, channel))

    async def set_by(self, person: Account) -> Sequence[Room]:
        mine = [key for key, room in self._memory.rooms.items() if room.set_by == person.id]
        return [self._memory.rooms[key] for key in sorted(mine) if key[:3] == person.key[:3]]

    async def put(self, room: Room) -> None:
        key = (room.platform, room.integration, room.workspace, room.channel)
        self._memory.rooms[key] = with_(cleaned(room), updated_at=self._clock())

    async def subscribe(self, subscription: Subscription) -> None:
        key = _key(subscription)
        first = self._memory.subscriptions.get(key)
        created_at = first.created_at if first else self._clock()
        self._memory.subscriptions[key] = with_(cleaned(subscription), created_at=created_at)

    async def unsubscribe(self, subscription: Subscription) -> bool:
        return self._memory.subscriptions.pop(_key(subscription), None) is not None

    async def followers(self, forge: str, integration: str, repository: str) -> Sequence[Subscription]:
        return [
            row
            for key, row in self._memory.subscriptions.items()
            if key[3:] == (forge, integration, repository)
        ]

    async def followed(self, platform: str, integration: str, channel: str) -> Sequence[Subscription]:
        return [
            row
            for key, row in self._memory.subscriptions.items()
            if key[:3] == (platform, integration, channel)
        ]

    async def subscribed_by(self, person: Account) -> Sequence[Subscription]:
        here = (person.platform, person.integration, person.workspace, person.id)
        rows = self._memory.subscriptions.values()
        return [row for row in rows if (row.platform, row.integration, row.thread.workspace, row.by) == here]


def _key(row: Subscription) -> tuple[str, str, str, str, str, str]:
    here = (row.platform, row.integration, row.thread.channel)
    return (*here, row.forge, row.forge_integration, row.repository)
