"""What the inbox's tests do again and again."""

from __future__ import annotations

from datetime import timedelta

from bot.ports import Storage
from models.delivery import (
    Delivery,
    Outcome,
    Postponement,
)
from tests.adapters.storage.nouns import HERE, LONG_AGO, delivery


async def claim(
    storage: Storage, owner: str = "a", limit: int = 10, lease_seconds: float = 60
) -> list[Delivery]:
    async with storage.begin() as work:
        return await work.deliveries.claim(owner, limit, lease_seconds, **HERE)


async def finish(storage: Storage, *outcomes: Outcome, owner: str = "a") -> int:
    async with storage.begin() as work:
        return await work.deliveries.finish(outcomes, owner)


async def found(storage: Storage, key: str = "d-1") -> Delivery:
    async with storage.read() as work:
        row = await work.deliveries.find("github", "default", key)
    assert row is not None
    return row


async def kept(storage: Storage, *keys: str, **given: object) -> list[Delivery]:
    for number, key in enumerate(keys):
        moment = LONG_AGO + timedelta(seconds=number)
        await storage.keep(delivery(key, **{"received_at": moment} | given))
    return [await found(storage, key) for key in keys]


def later(row: Delivery, delay_seconds: float, **given: object) -> Postponement:
    return Postponement.model_validate({"delivery_id": row.id, "delay_seconds": delay_seconds} | given)
