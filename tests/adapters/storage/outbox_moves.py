"""What a courier does to the outbox, each in a transaction of its own."""

from __future__ import annotations

from bot.ports import Storage
from models.outbox import OutboxRow
from tests.adapters.storage.nouns import HERE

SHOWN = {"remote_id": "77", "remote_url": "https://x/77", "digest": "abc"}


async def put(storage: Storage, *rows: OutboxRow) -> list[bool]:
    async with storage.begin() as work:
        return [await work.outbox.put(row) for row in rows]


async def claim(
    storage: Storage, owner: str = "a", limit: int = 10, lease_seconds: float = 60
) -> list[OutboxRow]:
    async with storage.begin() as work:
        return await work.outbox.claim(owner, limit, lease_seconds, **HERE)


async def show(storage: Storage, row: OutboxRow, owner: str = "a", pace_seconds: float = 0) -> bool:
    async with storage.begin() as work:
        return await work.outbox.shown(row, owner, **SHOWN, pace_seconds=pace_seconds)


async def postpone(storage: Storage, row: OutboxRow, delay_seconds: float = 0, **given: object) -> None:
    plain: dict[str, object] = {"error": "502", "is_ambiguous": False}
    async with storage.begin() as work:
        await work.outbox.postpone(row, "a", delay_seconds=delay_seconds, **plain | given)  # type: ignore[arg-type]


async def want(storage: Storage, is_urgent: bool = False) -> None:
    async with storage.begin() as work:
        await work.outbox.want("job-1", is_urgent=is_urgent)


async def the_card(storage: Storage) -> OutboxRow:
    async with storage.read() as work:
        row = await work.outbox.card_of("job-1")
    assert row is not None
    return row
