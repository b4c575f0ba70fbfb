"""The outbox in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from models.message import Thread
from models.outbox import OutboxKind, OutboxRow, OutboxState
from tests.fakes.memory import Rows, with_

MAY_REPEAT = (OutboxKind.REACTION, OutboxKind.RETRACTION, OutboxKind.PAGE)
RELEASED = {"claimed_by": None, "lease_until": None}


class OutboxRows(Rows):
    async def put(self, row: OutboxRow) -> bool:
        rows = self._all()
        is_card = row.kind is OutboxKind.CARD and row.job_id
        has_card = any(other.kind is OutboxKind.CARD and other.job_id == row.job_id for other in rows)
        if any(other.key == row.key for other in rows) or (is_card and has_card):
            return False
        due_at = self._clock() if row.due_at <= row.created_at else row.due_at
        moment = self._clock() if row.kind is OutboxKind.NEWS else row.created_at
        self._keep(with_(row, id=self._memory.number(), due_at=due_at, created_at=moment))
        return True

    async def put_again(self, row: OutboxRow) -> None:
        moment = self._clock()
        if not await self.put(with_(row, created_at=moment)):
            known = next(other for other in self._all() if other.key == row.key)
            self._keep(with_(known, created_at=moment))
            await self.want_again(row.key, 1)

    async def want_again(self, key: str, within_seconds: float) -> bool:
        since = self._after(-within_seconds)
        row = next((row for row in self._all() if row.key == key and row.created_at > since), None)
        if row is not None:
            self._keep(with_(row, wanted=row.wanted + 1, state=OutboxState.WAITING))
        return row is not None

    async def reword(self, beginning: str, text: str) -> int:
        those = [row for row in self._all() if row.key.startswith(beginning) and row.wanted == 1]
        news = {"text": text, "body": "", "due_at": self._clock()}
        for row in those:
            self._keep(with_(row, wanted=2, state=OutboxState.WAITING, **news))
        return len(those)

    async def news_of(self, thread: Thread, within_seconds: float, most: int) -> int:
        since = self._after(-within_seconds)
        news = [row for row in self._all() if row.kind is OutboxKind.NEWS and row.created_at > since]
        return min(sum(row.thread.key == thread.key for row in news), most)

    async def want(self, job_id: str, *, is_urgent: bool = False) -> None:
        card = await self.card_of(job_id)
        if card is not None:
            urgent = {"is_urgent": True, "due_at": min(card.due_at, self._clock())} if is_urgent else {}
            self._keep(with_(card, wanted=card.wanted + 1, state=OutboxState.WAITING, **urgent))

    async def has_due(self, *, platform: str, integration: str) -> bool:
        here = [row for row in self._all() if (row.platform, row.integration) == (platform, integration)]
        return any(self._is_due(row) for row in here)

    async def claim(
        self, owner: str, limit: int, lease_seconds: float, *, platform: str, integration: str
    ) -> list[OutboxRow]:
        here = [row for row in self._all() if (row.platform, row.integration) == (platform, integration)]
        due = [row for row in here if self._is_due(row) and not self._is_held_back(row)]
        first: dict[tuple[str, str], OutboxRow] = {}
        for row in sorted(due, key=lambda row: (row.due_at, row.id)):
            first.setdefault(_line(row), row)
        lease = {"claimed_by": owner, "lease_until": self._after(lease_seconds)}
        return [self._take(row, lease) for row in list(first.values())[:limit]]

    async def holders(self, *, platform: str, integration: str) -> list[str]:
        return sorted({str(row.claimed_by) for row in self._claimed(platform, integration)})

    async def take_back(
        self, owners: Collection[str], spare_seconds: float, *, platform: str, integration: str
    ) -> int:
        claimed = [row for row in self._claimed(platform, integration) if row.claimed_by in owners]
        dead = [row for row in claimed if row.attempts == 1]
        for row in dead:
            urgent = row.is_urgent or self._memory.was_urgent.get(row.id, False)
            until = row.lease_until and row.lease_until - timedelta(seconds=spare_seconds)
            lease_until = None if row.kind in MAY_REPEAT else until
            self._keep(with_(row, lease_until=lease_until, is_urgent=urgent, claimed_by=None))
        return len(dead)

    def _claimed(self, platform: str, integration: str) -> list[OutboxRow]:
        here = [row for row in self._all() if (row.platform, row.integration) == (platform, integration)]
        return [row for row in here if _is_open(row) and row.claimed_by is not None]

    async def shown(
        self, row: OutboxRow, owner: str, *, remote_id: str, remote_url: str, digest: str, pace_seconds: float
    ) -> bool:
        held = self._held(row, owner)
        if held is None:
            return False
        state = OutboxState.DONE if held.wanted <= row.wanted else OutboxState.WAITING
        due_at = self._clock() if held.is_urgent else self._after(pace_seconds)
        remote = {
            "remote_id": remote_id,
            "remote_url": remote_url,
            "shown_digest": digest,
            "sent_at": self._clock(),
        }
        if held.audience and state is OutboxState.DONE and held.kind is not OutboxKind.PAGE:
            held = with_(held, text="", body="")
        if held.kind is OutboxKind.FILE and state is OutboxState.DONE:
            held = with_(held, body="")
        done = {"shown": row.wanted, "attempts": 0, "is_ambiguous": False, "last_error": ""}
        self._keep(with_(held, state=state, due_at=due_at, **remote, **done, **RELEASED))
        return True

    async def postpone(
        self, row: OutboxRow, owner: str, *, delay_seconds: float, error: str, is_ambiguous: bool
    ) -> None:
        held = self._held(row, owner)
        if held is not None:
            urgent = held.is_urgent or self._memory.was_urgent.get(held.id, False)
            later = {"due_at": self._after(delay_seconds), "last_error": error, "is_ambiguous": is_ambiguous}
            self._keep(with_(held, is_urgent=urgent, **later, **RELEASED))

    async def bury(self, row: OutboxRow, owner: str, error: str) -> None:
        held = self._held(row, owner)
        if held is not None:
            self._keep(with_(held, state=OutboxState.DEAD, last_error=error, **RELEASED))

    async def card_of(self, job_id: str) -> OutboxRow | None:
        cards = (row for row in self._all() if row.kind is OutboxKind.CARD)
        return next((row for row in cards if row.job_id == job_id), None)

    async def card_at(
        self, platform: str, integration: str, channel: str, message_id: str
    ) -> OutboxRow | None:
        cards = (row for row in self._all() if row.kind is OutboxKind.CARD and row.remote_id == message_id)
        there = (platform, integration, channel)
        found = (row for row in cards if (row.platform, row.integration, row.thread.channel) == there)
        return next(found, None)

    async def waiting(self, limit: int) -> list[OutboxRow]:
        found = [row for row in self._all() if _is_open(row)]
        return sorted(found, key=lambda row: (row.due_at, row.id))[:limit]

    async def dead(self, limit: int) -> list[OutboxRow]:
        return [row for row in reversed(self._all()) if row.state is OutboxState.DEAD][:limit]

    async def revive(self, ids: Sequence[int] | None) -> list[int]:
        tried = [row for row in self._all() if row.state is OutboxState.DEAD or self._waits_again(row)]
        revived = [row for row in tried if ids is None or row.id in ids]
        fresh = {"state": OutboxState.WAITING, "due_at": self._clock(), "attempts": 0}
        for row in revived:
            self._keep(with_(row, **fresh, **RELEASED))
        return [row.id for row in revived]

    async def stuck(self, most: int) -> tuple[int, int]:
        failing = [row for row in self._all() if _is_open(row) and (row.attempts > 1 or row.last_error)]
        return min(len(failing), most), len(await self.dead(most))

    def _waits_again(self, row: OutboxRow) -> bool:
        return _is_open(row) and row.attempts > 0 and not self._is_leased(row)

    def _all(self) -> list[OutboxRow]:
        return list(self._memory.outbox.values())

    def _keep(self, row: OutboxRow) -> None:
        self._memory.outbox[row.id] = row

    def _take(self, row: OutboxRow, lease: dict[str, object]) -> OutboxRow:
        taken = with_(row, attempts=row.attempts + 1, **lease)
        self._memory.was_urgent[row.id] = row.is_urgent
        self._keep(with_(taken, is_ambiguous=True, is_urgent=False))
        return taken

    def _is_leased(self, row: OutboxRow) -> bool:
        return row.lease_until is not None and row.lease_until > self._clock()

    def _is_due(self, row: OutboxRow) -> bool:
        return _is_open(row) and row.due_at <= self._clock() and not self._is_leased(row)

    def _is_held_back(self, row: OutboxRow) -> bool:
        older = [
            other
            for other in self._all()
            if _line(other) == _line(row) and other.id < row.id and other.state is OutboxState.WAITING
        ]
        return row.kind is not OutboxKind.CARD and any(
            other.kind is not OutboxKind.CARD and (other.kind is row.kind or self._is_leased(other))
            for other in older
        )

    def _held(self, row: OutboxRow, owner: str) -> OutboxRow | None:
        held = self._memory.outbox.get(row.id)
        return held if held and (held.claimed_by, held.attempts) == (owner, row.attempts) else None


def _line(row: OutboxRow) -> tuple[str, str]:
    return row.thread.key, row.audience


def _is_open(row: OutboxRow) -> bool:
    return row.state is OutboxState.WAITING and row.wanted > row.shown
