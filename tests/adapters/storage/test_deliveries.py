"""The inbox keeps each delivery once, hands it to one worker at a time, and finishes it once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.ports import Storage
from models.base import now
from models.delivery import (
    Disposition,
    Origin,
    Outcome,
    WebhookRequest,
)
from tests.adapters.storage.nouns import LONG_AGO, delivery
from tests.adapters.storage.steps import claim, finish, found, kept, later


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


async def test_what_somebody_said_in_a_channel_is_found_in_whatever_thread(storage: Storage) -> None:
    threads = {"d-1": "t#", "d-2": "t#1.5", "d-3": "t#1.4", "d-4": "t#1.6", "d-5": "t2#1.5"}
    rows = await kept(storage, *threads)
    await claim(storage)
    for row in rows:
        told = {"actor_id": "2" if row.key == "d-4" else "1", "thread": threads[row.key]}
        await finish(storage, Outcome(delivery_id=row.id, disposition=Disposition.ANSWERED, **told))
    async with storage.read() as work:
        for limit, expected in ((9, ["d-3", "d-2", "d-1"]), (2, ["d-3", "d-2"])):
            there = await work.deliveries.in_room("t#", actor_id="1", limit=limit)
            assert [row.key for row in there] == expected
        assert await work.deliveries.in_room("t#", actor_id="3", limit=9) == []
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
