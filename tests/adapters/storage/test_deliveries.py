"""The inbox keeps each delivery once, hands it to one worker at a time, and finishes it once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest

from bot.ports import Storage
from models.base import now
from models.delivery import (
    Delivery,
    Disposition,
    Origin,
    Outcome,
    Postponement,
    WaitsFor,
    WebhookRequest,
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


async def test_a_delivery_comes_back_as_it_was_kept(storage: Storage) -> None:
    request = WebhookRequest(headers={"x-hub-signature-256": "sha256=1"}, body=bytes(range(256)) * 100)
    given = delivery(request=request, origin=Origin.POLL, action="created", request_id="r-1")
    receipt = await storage.keep(given)
    assert receipt.is_new
    row = await found(storage)
    assert row == given.model_copy(update={"id": row.id, "due_at": row.due_at})
    async with storage.read() as work:
        assert await work.deliveries.get(row.id) == row
        assert await work.deliveries.get(row.id + 1) is None
        assert await work.deliveries.find("github", "other", "d-1") is None


async def test_a_second_receipt_only_counts(storage: Storage) -> None:
    await storage.keep(delivery())
    again = await storage.keep(delivery(request=WebhookRequest(body=b"forged")))
    assert not again.is_new
    row = await found(storage)
    assert (row.receipts, row.request.body) == (2, b'{"action": "created"}')


async def test_of_twenty_at_once_one_is_new(storage: Storage) -> None:
    receipts = await asyncio.gather(
        *(storage.keep(delivery()) for _ in range(20)), storage.keep(delivery("d-2"))
    )
    assert sorted(receipt.is_new for receipt in receipts) == [False] * 19 + [True] * 2
    assert (await found(storage)).receipts == 20
    assert (await found(storage, "d-2")).receipts == 1


async def test_the_same_key_on_another_integration_is_another_delivery(storage: Storage) -> None:
    await storage.keep(delivery())
    assert (await storage.keep(delivery(integration="second"))).is_new


@pytest.mark.parametrize("size", [0, 1, 300_000])
async def test_bodies_of_any_size_come_back(storage: Storage, size: int) -> None:
    body = bytes(i * i % 251 for i in range(size))
    await storage.keep(delivery(request=WebhookRequest(body=body)))
    [row] = await claim(storage)
    assert row.request.body == body


async def test_headers_that_are_not_utf8_come_back(storage: Storage) -> None:
    headers = {"x-odd": "caf\udce9", "x-nul": "a\0b"}
    await storage.keep(delivery(request=WebhookRequest(headers=headers)))
    assert (await found(storage)).request.headers == headers


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


async def test_each_gets_one_disposition(storage: Storage) -> None:
    rows = await kept(storage, "d-1", "d-2")
    await claim(storage)
    told = {"detail": "nobody", "actor_id": "9", "thread": "t#1", "comment_id": "5", "url": "https://x/1"}
    outcomes = [Outcome(delivery_id=row.id, disposition=Disposition.IGNORED_BOT, **told) for row in rows]
    assert await finish(storage, *outcomes) == 2
    row = await found(storage)
    assert row.disposition is Disposition.IGNORED_BOT
    assert {name: getattr(row, name) for name in told} == told
    assert row.finished_at is not None
    assert row.claimed_by is None
    assert row.lease_until is None
    assert await finish(storage, *outcomes) == 0
    assert await claim(storage) == []


async def test_only_the_owner_finishes(storage: Storage) -> None:
    mine, other = await kept(storage, "d-1", "d-2")
    await claim(storage, "a", limit=1)
    await claim(storage, "b", limit=1)
    outcomes = [Outcome(delivery_id=row.id, disposition=Disposition.ANSWERED) for row in (mine, other)]
    assert await finish(storage, *outcomes, owner="a") == 1
    assert (await found(storage, "d-2")).disposition is None


async def test_finishing_nothing_is_nothing(storage: Storage) -> None:
    assert await finish(storage) == 0


def later(row: Delivery, delay_seconds: float, **given: object) -> Postponement:
    return Postponement.model_validate({"delivery_id": row.id, "delay_seconds": delay_seconds} | given)


async def test_what_waits_for_a_reason_is_due_when_that_is_over(storage: Storage) -> None:
    rows = await kept(storage, "token", "right", "outage", "held")
    await claim(storage)
    reasons = [WaitsFor.CREDENTIAL, WaitsFor.RIGHT, WaitsFor.PLATFORM]
    async with storage.begin() as work:
        for row, reason in zip(rows, reasons, strict=False):
            await work.deliveries.postpone(later(row, 600, waits_for=reason), "a")
    assert await claim(storage) == []
    assert (await found(storage, "token")).waits_for is WaitsFor.CREDENTIAL
    async with storage.begin() as work:
        given = [WaitsFor.CREDENTIAL, WaitsFor.RIGHT]
        assert await work.deliveries.hasten(given, platform="github", integration="second") == 0
        assert await work.deliveries.hasten(given, **HERE) == 2
    again = await claim(storage)
    assert [row.key for row in again] == ["token", "right"]
    await finish(storage, Outcome(delivery_id=again[0].id, disposition=Disposition.ANSWERED))
    assert (await found(storage, "token")).waits_for is None


async def test_a_postponed_one_waits_and_says_why(storage: Storage) -> None:
    [row] = await kept(storage, "d-1")
    await claim(storage)
    async with storage.begin() as work:
        await work.deliveries.postpone(later(row, 0, detail="not mine"), "b")
        told = {"thread": "t#1", "url": "https://x/1", "actor_id": "9", "comment_id": "5"}
        await work.deliveries.postpone(later(row, 60, detail="GitHub is away", **told), "a")
    assert await claim(storage) == []
    postponed = await found(storage)
    assert (postponed.detail, postponed.claimed_by, postponed.lease_until, postponed.attempts) == (
        "GitHub is away",
        None,
        None,
        1,
    )
    assert postponed.due_at > now() + timedelta(seconds=50)
    async with storage.read() as work:
        by_url = await work.deliveries.by_url("https://x/1")
        assert by_url is not None
        there = await work.deliveries.at_thread("t#1", actor_id="9", limit=1)
        assert [row.detail for row in (by_url, *there)] == ["GitHub is away"] * 2


async def test_postponed_by_nothing_is_due_again(storage: Storage) -> None:
    [row] = await kept(storage, "d-1")
    await claim(storage)
    async with storage.begin() as work:
        await work.deliveries.postpone(later(row, 0), "a")
    assert [row.attempts for row in await claim(storage)] == [2]


async def test_pages_go_back_in_time_without_bodies(storage: Storage) -> None:
    await kept(storage, *(f"d-{number}" for number in range(5)))
    async with storage.read() as work:
        first = await work.deliveries.page(before=None, limit=2)
        second = await work.deliveries.page(before=first[-1].id, limit=2)
    assert [row.key for row in first + second] == ["d-4", "d-3", "d-2", "d-1"]
    assert all(row.request == WebhookRequest() for row in first)


async def test_pages_of_a_disposition_match_kind_or_code(storage: Storage) -> None:
    rows = await kept(storage, "d-1", "d-2", "d-3", "d-4")
    await claim(storage)
    given = [Disposition.IGNORED_BOT, Disposition.ACCEPTED, Disposition.IGNORED_SELF]
    await finish(
        storage, *(Outcome(delivery_id=r.id, disposition=d) for r, d in zip(rows, given, strict=False))
    )

    async def keys(disposition: str, **given: object) -> list[str]:
        plain: dict[str, object] = {"before": None, "limit": 10, "disposition": disposition}
        async with storage.read() as work:
            return [row.key for row in await work.deliveries.page(**plain | given)]  # type: ignore[arg-type]

    assert await keys("ignored") == ["d-3", "d-1"]
    assert await keys("ignored", limit=1) == ["d-3"]
    assert await keys("ignored", before=rows[2].id) == ["d-1"]
    assert await keys("ignored:bot") == ["d-1"]
    assert await keys("accepted") == ["d-2"]
    assert await keys("error") == []
    assert await keys("ignored", platform="slack") == []


async def test_what_was_said_at_a_place_or_about_a_url_is_found(storage: Storage) -> None:
    rows = await kept(storage, "d-1", "d-2", "d-3")
    await claim(storage)
    for row, actor in zip(rows, ["1", "2", "1"], strict=True):
        told = {"actor_id": actor, "thread": "t#1", "url": "https://x/1"}
        await finish(storage, Outcome(delivery_id=row.id, disposition=Disposition.ANSWERED, **told))
    async with storage.read() as work:
        assert [r.key for r in await work.deliveries.at_thread("t#1", actor_id=None, limit=2)] == [
            "d-3",
            "d-2",
        ]
        assert [r.key for r in await work.deliveries.at_thread("t#1", actor_id="1", limit=9)] == [
            "d-3",
            "d-1",
        ]
        assert await work.deliveries.at_thread("t#2", actor_id=None, limit=9) == []
        newest = await work.deliveries.by_url("https://x/1")
        assert newest is not None
        assert newest.key == "d-3"
        assert await work.deliveries.by_url("https://x/2") is None


async def test_a_finished_one_can_be_reopened(storage: Storage) -> None:
    [row] = await kept(storage, "d-1")
    await claim(storage)
    await finish(
        storage, Outcome(delivery_id=row.id, disposition=Disposition.ERROR_NORMALIZE, detail="a bug")
    )
    async with storage.begin() as work:
        assert await work.deliveries.reopen(row.id)
    again = await found(storage)
    assert (again.disposition, again.finished_at, again.attempts, again.detail) == (None, None, 0, "")
    assert [row.attempts for row in await claim(storage)] == [1]


async def test_one_that_somebody_works_on_is_not_reopened(storage: Storage) -> None:
    [row] = await kept(storage, "d-1")
    await claim(storage)
    async with storage.begin() as work:
        assert not await work.deliveries.reopen(row.id)
        assert not await work.deliveries.reopen(row.id + 1)


async def test_pruning_takes_finished_rows_and_keys_a_few_at_a_time(storage: Storage) -> None:
    rows = await kept(storage, "d-1", "d-2", "d-3", "open")
    await claim(storage, limit=3)
    await finish(storage, *(Outcome(delivery_id=r.id, disposition=Disposition.ANSWERED) for r in rows[:3]))
    async with storage.begin() as work:
        await work.keys.take("semantic", rows[0].id)
    async with storage.begin() as work:
        assert await work.deliveries.prune(LONG_AGO, 100) == 0
        later = now() + timedelta(seconds=5)
        assert await work.deliveries.prune(later, 2) == 2
        assert await work.deliveries.prune(later, 100) == 2
        assert await work.deliveries.prune(later, 100) == 0
        assert await work.keys.holder("semantic") is None
        assert [row.key for row in await work.deliveries.page(before=None, limit=9)] == ["open"]
    assert (await storage.keep(delivery("d-1"))).is_new
    assert (await found(storage)).id > rows[3].id


async def test_text_no_database_takes_is_kept_without_it(storage: Storage) -> None:
    [row] = await kept(storage, "d-1")
    await claim(storage)
    odd = {"detail": "a\0b\ud800", "url": "https://x/\0", "thread": "t\udfff#1", "actor_id": "\0"}
    await finish(storage, Outcome(delivery_id=row.id, disposition=Disposition.ANSWERED, **odd))
    row = await found(storage)
    assert (row.detail, row.thread, row.actor_id) == ("a\ufffdb\ufffd", "t\ufffd#1", "\ufffd")
    await storage.keep(delivery("k\0" + "k" * 5000))
    assert not (await storage.keep(delivery("k\0" + "k" * 5000))).is_new


async def test_urls_longer_than_an_index_page_are_found(storage: Storage) -> None:
    [row] = await kept(storage, "d-1")
    await claim(storage)
    url = "https://x/" + "é" * 9000
    await finish(storage, Outcome(delivery_id=row.id, disposition=Disposition.ANSWERED, url=url))
    async with storage.read() as work:
        assert await work.deliveries.by_url(url) is not None
        assert await work.deliveries.by_url(url + "é") is None


async def test_a_key_is_taken_once(storage: Storage) -> None:
    async with storage.begin() as work:
        assert await work.keys.holder("comment:1") is None
        assert await work.keys.take("comment:1", 7)
        assert not await work.keys.take("comment:1", 8)
        assert await work.keys.holder("comment:1") == 7
