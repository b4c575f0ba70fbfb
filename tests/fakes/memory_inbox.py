"""The inbox in memory: deliveries and semantic keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from bot.ports import CLAIM_BYTES
from models.delivery import Delivery, Outcome, Postponement, WaitsFor, WebhookRequest
from models.pending import PendingState
from tests.fakes.memory import Rows, cleaned, with_


class DeliveryRows(Rows):
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
        due = [d for d in self._open(platform, integration) if d.due_at <= self._clock()]
        until = self._after(lease_seconds)
        taken = [
            with_(d, claimed_by=owner, lease_until=until, due_at=until, attempts=d.attempts + 1)
            for d in _fitting(sorted(due, key=lambda d: (d.due_at, d.id))[:limit], most_bytes)
        ]
        self._memory.deliveries.update({d.id: d for d in taken})
        return sorted(taken, key=lambda d: (d.received_at, d.id))

    async def renew(self, ids: Collection[int], owner: str, lease_seconds: float) -> set[int]:
        until = self._after(lease_seconds)
        held = [row for id_ in ids if (row := self._held(id_, owner))]
        self._memory.deliveries.update({d.id: with_(d, lease_until=until, due_at=until) for d in held})
        return {d.id for d in held}

    async def give_back(self, ids: Collection[int], owner: str) -> None:
        held = [row for id_ in ids if (row := self._held(id_, owner))]
        self._memory.deliveries.update({d.id: self._freed(d, attempts=d.attempts - 1) for d in held})

    async def holders(self, *, platform: str, integration: str) -> list[str]:
        return sorted({d.claimed_by for d in self._open(platform, integration) if d.claimed_by})

    async def take_back(
        self, owners: Collection[str], most_attempts: int, *, platform: str, integration: str
    ) -> int:
        taken = [
            d
            for d in self._open(platform, integration)
            if d.claimed_by in owners and d.attempts <= most_attempts
        ]
        self._memory.deliveries.update({d.id: self._freed(d) for d in taken})
        return len(taken)

    async def finish(self, outcomes: Sequence[Outcome], owner: str) -> int:
        done = 0
        for outcome in map(cleaned, outcomes):
            row = self._held(outcome.delivery_id, owner)
            if row is not None:
                told = {
                    name: getattr(outcome, name) for name in Outcome.model_fields if name != "delivery_id"
                }
                released = {
                    "claimed_by": None,
                    "lease_until": None,
                    "finished_at": self._clock(),
                    "waits_for": None,
                }
                self._memory.deliveries[row.id] = with_(row, **told, **released)
                done += 1
        return done

    async def postpone(self, postponement: Postponement, owner: str) -> None:
        row = self._held(postponement.delivery_id, owner)
        if row is not None:
            told = postponement.model_dump(exclude={"delivery_id", "delay_seconds"})
            later = with_(self._freed(row), due_at=self._after(postponement.delay_seconds), **told)
            self._memory.deliveries[row.id] = later

    async def hasten(self, reasons: Collection[WaitsFor], *, platform: str, integration: str) -> int:
        later = [
            d
            for d in self._open(platform, integration)
            if d.claimed_by is None and d.waits_for in reasons and d.due_at > self._clock()
        ]
        self._memory.deliveries.update({d.id: with_(d, due_at=self._clock()) for d in later})
        return len(later)

    async def waiting(self, reason: WaitsFor, most: int, *, platform: str, integration: str) -> int:
        return min(most, sum(d.waits_for is reason for d in self._open(platform, integration)))

    async def get(self, delivery_id: int) -> Delivery | None:
        return self._memory.deliveries.get(delivery_id)

    async def find(self, platform: str, integration: str, key: str) -> Delivery | None:
        wanted = (platform, integration, key)
        return next((d for d in self._all() if (d.platform, d.integration, d.key) == wanted), None)

    async def page(
        self, *, before: int | None, limit: int, platform: str | None = None, disposition: str | None = None
    ) -> list[Delivery]:
        found = (d for d in self._all() if before is None or d.id < before)
        found = (d for d in found if platform in {None, d.platform})
        return _newest((d for d in found if disposition is None or _matches(d, disposition)), limit)

    async def at_thread(self, thread_key: str, *, actor_id: str | None, limit: int) -> list[Delivery]:
        here = (d for d in self._all() if d.thread == thread_key and d.thread)
        return _newest((d for d in here if actor_id in {None, d.actor_id}), limit)

    async def in_room(self, place: str, *, actor_id: str, limit: int) -> list[Delivery]:
        theirs = (d for d in self._all() if d.thread.startswith(place) and d.actor_id == actor_id)
        return _newest(theirs, limit)

    async def by_url(self, url: str) -> Delivery | None:
        return next(iter(_newest((d for d in self._all() if d.url == url and d.url), 1)), None)

    async def reopen(self, delivery_id: int) -> bool:
        row = self._memory.deliveries.get(delivery_id)
        if row is None or (row.lease_until is not None and row.lease_until > self._clock()):
            return False
        anew = {
            "due_at": self._clock(),
            "attempts": 0,
            "detail": "",
            "disposition": None,
            "finished_at": None,
            "waits_for": None,
        }
        self._memory.deliveries[row.id] = with_(row, **anew, claimed_by=None, lease_until=None)
        return True

    async def resume(self, delivery_ids: Sequence[int]) -> int:
        anew = {"attempts": 0, "detail": "", "disposition": None, "finished_at": None}
        asked = [d for d in self._asked_back() if d.id in delivery_ids]
        self._memory.deliveries.update({d.id: self._freed(d, **anew) for d in asked})
        return len(asked)

    async def tell_late(self, delivery_ids: Sequence[int], detail: str) -> int:
        asked = [d for d in self._asked_back() if d.id in delivery_ids]
        self._memory.deliveries.update({d.id: with_(d, detail=detail) for d in asked})
        return len(asked)

    async def prune(self, older_than: datetime, limit: int) -> int:
        rows = self._memory.pending.values()
        spared = {row.delivery_id for row in rows if row.state is PendingState.WAITING}
        done = [d for d in self._all() if d.id not in spared]
        old = sorted((d.finished_at, d.id) for d in done if d.finished_at and d.finished_at < older_than)[
            :limit
        ]
        for _, delivery_id in old:
            del self._memory.deliveries[delivery_id]
        taken = sorted((at, key) for key, (_, at) in self._memory.keys.items() if at < older_than)[
            : limit - len(old)
        ]
        for _, key in taken:
            del self._memory.keys[key]
        return len(old) + len(taken)

    def _asked_back(self) -> list[Delivery]:
        return [d for d in self._all() if d.disposition is not None and d.disposition.kind == "waiting"]

    def _all(self) -> list[Delivery]:
        return list(self._memory.deliveries.values())

    def _open(self, platform: str, integration: str) -> list[Delivery]:
        here = (platform, integration)
        return [d for d in self._all() if (d.platform, d.integration) == here and d.finished_at is None]

    def _freed(self, row: Delivery, **changes: object) -> Delivery:
        return with_(row, due_at=self._clock(), claimed_by=None, lease_until=None, **changes)

    def _held(self, delivery_id: int, owner: str) -> Delivery | None:
        row = self._memory.deliveries.get(delivery_id)
        return row if row and row.claimed_by == owner and row.finished_at is None else None


class KeyRows(Rows):
    async def take(self, key: str, delivery_id: int) -> bool:
        if key in self._memory.keys:
            return False
        self._memory.keys[key] = (delivery_id, self._clock())
        return True

    async def holder(self, key: str) -> int | None:
        found = self._memory.keys.get(key)
        return found[0] if found else None


def _fitting(due: list[Delivery], most_bytes: int) -> Iterator[Delivery]:
    total = 0
    for place, delivery in enumerate(due):
        total += len(delivery.request.body)
        if place and total > most_bytes:
            return
        yield delivery


def _matches(delivery: Delivery, disposition: str) -> bool:
    found = delivery.disposition
    return found is not None and disposition in {found.value, found.kind}


def _newest(found: Iterable[Delivery], limit: int) -> list[Delivery]:
    return [with_(d, request=WebhookRequest()) for d in sorted(found, key=lambda d: -d.id)[:limit]]
