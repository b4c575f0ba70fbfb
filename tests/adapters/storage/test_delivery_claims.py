"""Who works on a delivery: claimed in bounded portions, by one at a time, given back and taken from the dead."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest

from bot.ports import Storage
from models.base import now
from models.delivery import (
    Disposition,
    Outcome,
    WaitsFor,
    WebhookRequest,
)
from tests.adapters.storage.nouns import HERE, LONG_AGO, delivery
from tests.adapters.storage.steps import claim, finish, found, kept, later


async def test_claims_are_oldest_first_and_batched(storage: Storage) -> None:
    await kept(storage, "d-1", "d-2", "d-3")
    first = await claim(storage, limit=2)
    assert [(row.key, row.attempts, row.claimed_by) for row in first] == [("d-1", 1, "a"), ("d-2", 1, "a")]
    assert [row.key for row in await claim(storage, "b")] == ["d-3"]
    assert await claim(storage, "c") == []


async def test_a_claim_is_for_one_platform_and_integration(storage: Storage) -> None:
    await storage.keep(delivery("d-1", platform="slack"))
    await storage.keep(delivery("d-2", integration="second"))
    assert await claim(storage) == []
    async with storage.begin() as work:
        [row] = await work.deliveries.claim("a", 5, 60, platform="slack", integration="default")
    assert row.key == "d-1"


async def test_what_is_kept_now_is_due_now(storage: Storage) -> None:
    for number in range(20):
        await storage.keep(delivery(f"d-{number}"))
        assert len(await claim(storage)) == 1


async def test_an_expired_lease_is_claimed_again(storage: Storage) -> None:
    await kept(storage, "d-1")
    await claim(storage, lease_seconds=0)
    [again] = await claim(storage, "b")
    assert (again.attempts, again.claimed_by) == (2, "b")


async def test_concurrent_claims_never_share_a_row(storage: Storage) -> None:
    await kept(storage, *(f"d-{number}" for number in range(12)))
    batches = await asyncio.gather(*(claim(storage, str(i), limit=3) for i in range(8)))
    keys = [row.key for batch in batches for row in batch]
    assert len(keys) == len(set(keys))


async def claim_bytes(storage: Storage, most_bytes: int) -> list[str]:
    async with storage.begin() as work:
        rows = await work.deliveries.claim("a", 10, 60, **HERE, most_bytes=most_bytes)
    return [row.key for row in rows]


@pytest.mark.parametrize("body", [b"ab" * 50_000, Random(1).randbytes(100_000)], ids=["shrinking", "noise"])
async def test_a_claim_is_bounded_in_bytes_and_takes_at_least_one(storage: Storage, body: bytes) -> None:
    """Unpacked as well as packed: a small frame may hold a large body."""
    await kept(storage, *(f"d-{number}" for number in range(4)), request=WebhookRequest(body=body))
    # What does not shrink counts as if it had shrunk to a quarter and were four times as large: never more than asked.
    several = await claim_bytes(storage, 250_000)
    assert several in (["d-0", "d-1"], ["d-0"])
    rest = [await claim_bytes(storage, 1) for _ in range(4 - len(several))]
    assert rest == [[f"d-{number}"] for number in range(len(several), 4)]
    assert await claim_bytes(storage, 250_000) == []


async def test_small_ones_are_claimed_beside_a_large_one_as_far_as_they_fit(storage: Storage) -> None:
    for number, size in enumerate([10, 100_000, 10, 10]):
        moment = LONG_AGO + timedelta(seconds=number)
        request = WebhookRequest(body=b"x" * size)
        await storage.keep(delivery(f"d-{number}", received_at=moment, request=request))
    assert await claim_bytes(storage, 50_000) == ["d-0"]
    assert await claim_bytes(storage, 100_010) == ["d-1", "d-2"]
    assert await claim_bytes(storage, 50_000) == ["d-3"]


async def test_only_whoever_holds_a_lease_renews_it(storage: Storage) -> None:
    mine, other, done = await kept(storage, "d-1", "d-2", "d-3")
    await claim(storage, "a", limit=1, lease_seconds=0)
    await claim(storage, "b", limit=1)
    await claim(storage, "a", limit=5)
    await finish(storage, Outcome(delivery_id=done.id, disposition=Disposition.ANSWERED))
    async with storage.begin() as work:
        assert await work.deliveries.renew([mine.id, other.id, done.id, 999], "a", 600) == {mine.id}
        assert await work.deliveries.renew([], "a", 600) == set()
    row = await found(storage, "d-1")
    assert row.lease_until is not None
    assert min(row.due_at, row.lease_until) > now() + timedelta(seconds=500)
    assert row.attempts == 2
    assert await claim(storage, "c") == []


async def test_what_is_given_back_is_due_as_if_it_had_never_been_claimed(storage: Storage) -> None:
    mine, other = await kept(storage, "d-1", "d-2")
    await claim(storage, "a", limit=1)
    await claim(storage, "b", limit=1)
    async with storage.begin() as work:
        await work.deliveries.give_back([mine.id, other.id], "a")
    [again] = await claim(storage, "c")
    assert (again.key, again.attempts, again.claimed_by) == ("d-1", 1, "c")


async def test_the_holders_of_claims_are_known_and_lose_them_when_they_are_dead(storage: Storage) -> None:
    rows = await kept(storage, "d-1", "d-2", "d-3", "waits")
    await storage.keep(delivery("elsewhere", integration="second"))
    for owner in ("dead", "alive", "dead"):
        await claim(storage, owner, limit=1)
    await finish(storage, Outcome(delivery_id=rows[2].id, disposition=Disposition.ANSWERED), owner="dead")
    async with storage.begin() as work:
        await work.deliveries.claim("dead", 1, 60, platform="github", integration="second")
        assert sorted(await work.deliveries.holders(**HERE)) == ["alive", "dead"]
        assert await work.deliveries.take_back(["dead"], 0, **HERE) == 0, "it was attempted once"
        assert await work.deliveries.take_back(["dead", "gone"], 1, **HERE) == 1
        assert await work.deliveries.take_back([], 1, **HERE) == 0
        assert await work.deliveries.holders(**HERE) == ["alive"]
    again = await claim(storage, "next")
    assert [(row.key, row.attempts) for row in again] == [("d-1", 2), ("waits", 1)]


async def test_what_waits_for_a_reason_is_due_when_that_is_over(storage: Storage) -> None:
    rows = await kept(storage, "token", "right", "outage", "held")
    await claim(storage)
    reasons = [WaitsFor.CREDENTIAL, WaitsFor.RIGHT, WaitsFor.PLATFORM]
    async with storage.begin() as work:
        for row, reason in zip(rows, reasons, strict=False):
            await work.deliveries.postpone(later(row, 600, waits_for=reason), "a")
    assert await claim(storage) == []
    assert (await found(storage, "token")).waits_for is WaitsFor.CREDENTIAL
    async with storage.read() as work:
        assert await work.deliveries.waiting(WaitsFor.CREDENTIAL, 10, **HERE) == 1
        assert await work.deliveries.waiting(WaitsFor.CREDENTIAL, 0, **HERE) == 0
        there = {"platform": "github", "integration": "second"}
        assert await work.deliveries.waiting(WaitsFor.CREDENTIAL, 10, **there) == 0
    async with storage.begin() as work:
        given = [WaitsFor.CREDENTIAL, WaitsFor.RIGHT]
        assert await work.deliveries.hasten(given, platform="github", integration="second") == 0
        assert await work.deliveries.hasten(given, **HERE) == 2
    again = await claim(storage)
    assert [row.key for row in again] == ["token", "right"]
    await finish(storage, Outcome(delivery_id=again[0].id, disposition=Disposition.ANSWERED))
    assert (await found(storage, "token")).waits_for is None
