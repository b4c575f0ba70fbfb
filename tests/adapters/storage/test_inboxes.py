"""A bad row never sinks its group."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from adapters.storage import SQLStorage
from adapters.storage.packing import Packed, pack
from bot.errors import StorageUnavailable
from models.delivery import Delivery
from tests.adapters.storage.nouns import delivery


def spoiled(given: Delivery) -> Packed:
    """One that no database can store where its key says so."""
    packed = pack(given)
    return dataclasses.replace(packed, headers=object()) if given.key == "bad" else packed  # type: ignore[arg-type]


async def test_a_row_that_cannot_be_stored_fails_alone(
    database: SQLStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.storage.writer.pack", spoiled)
    keys = ["a", "bad", "b", "a"]
    a, bad, b, again = await asyncio.gather(
        *(database.keep(delivery(k)) for k in keys), return_exceptions=True
    )
    assert isinstance(bad, StorageUnavailable)
    assert [r.is_new for r in (a, b, again) if not isinstance(r, BaseException)] == [True, True, False]
    async with database.read() as work:
        assert {row.key for row in await work.deliveries.page(before=None, limit=9)} == {"a", "b"}
    assert (await database.keep(delivery("c"))).is_new


async def test_a_known_row_in_a_group_of_new_ones_only_counts(database: SQLStorage) -> None:
    await database.keep(delivery("known"))
    receipts = await asyncio.gather(*(database.keep(delivery(key)) for key in ("x", "known", "y", "known")))
    assert [receipt.is_new for receipt in receipts] == [True, False, True, False]
    async with database.read() as work:
        row = await work.deliveries.find("github", "default", "known")
        assert row is not None
        assert row.receipts == 3
        ids = [row.id for row in await work.deliveries.page(before=None, limit=9)]
    assert len(set(ids)) == 3
