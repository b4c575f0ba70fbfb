"""What leaves: once, in order, at the platform's pace, and never by two at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.ports import Storage
from models.base import now
from models.outbox import OutboxKind, OutboxState
from tests.adapters.storage.nouns import card, outgoing, place
from tests.adapters.storage.outbox_moves import claim, postpone, put, show, the_card, want


async def test_a_row_leaves_once_and_remembers_what_it_became(storage: Storage) -> None:
    assert await put(storage, outgoing(text="hi\0", delivery_id=3, marker="<!-- m -->", target_id="9")) == [
        True
    ]
    [row] = await claim(storage)
    assert (row.attempts, row.is_ambiguous, row.claimed_by, row.thread) == (1, False, "a", place())
    assert (row.marker, row.target_id, row.delivery_id) == ("<!-- m -->", "9", 3)
    assert await show(storage, row)
    assert await claim(storage) == []
    assert not await show(storage, row)


async def test_a_key_is_put_once(storage: Storage) -> None:
    assert await put(
        storage, outgoing(), outgoing(text="again"), card(), card().model_copy(update={"key": "other"})
    ) == [
        True,
        False,
        True,
        False,
    ]
    async with storage.read() as work:
        assert [row.text for row in await work.outbox.waiting(9) if row.kind is OutboxKind.REPLY] == ["hello"]


async def test_a_claim_is_for_one_platform_and_integration(storage: Storage) -> None:
    await put(storage, outgoing(platform="slack"), outgoing("b", integration="second"))
    assert await claim(storage) == []
    async with storage.begin() as work:
        [row] = await work.outbox.claim("a", 5, 60, platform="slack", integration="default")
    assert row.key == "reply-1"


async def has_due(storage: Storage, platform: str = "github", integration: str = "default") -> bool:
    async with storage.read() as work:
        return await work.outbox.has_due(platform=platform, integration=integration)


async def test_a_look_tells_whether_there_is_something_to_claim(storage: Storage) -> None:
    assert not await has_due(storage)
    await put(
        storage,
        outgoing(platform="slack", thread=place(44)),
        outgoing("later", thread=place(43), due_at=now() + timedelta(hours=1)),
    )
    assert (await has_due(storage), await has_due(storage, "slack")) == (False, True)
    assert not await has_due(storage, "slack", "second")
    await put(storage, outgoing("now"))
    assert await has_due(storage)
    [row] = await claim(storage)
    assert not await has_due(storage)  # it is on its way
    await show(storage, row)
    assert not await has_due(storage)


async def test_replies_of_a_thread_leave_one_by_one_in_order(storage: Storage) -> None:
    await put(storage, outgoing("r-1"), outgoing("r-2"), outgoing("other", thread=place(43)))
    first = await claim(storage)
    assert [row.key for row in first] == ["r-1", "other"]
    assert await claim(storage, "b") == []
    await show(storage, first[0])
    assert [row.key for row in await claim(storage)] == ["r-2"]


async def test_a_reply_that_waits_for_another_try_holds_the_younger_back_but_no_reaction(
    storage: Storage,
) -> None:
    await put(storage, outgoing("r-1"), outgoing("r-2"), outgoing("eyes", OutboxKind.REACTION))
    [first] = await claim(storage)
    await postpone(storage, first, delay_seconds=60)
    assert [row.key for row in await claim(storage)] == ["eyes"]
    assert await claim(storage) == []


async def test_on_its_way_it_holds_every_younger_reply_and_reaction_back(storage: Storage) -> None:
    await put(storage, outgoing("eyes", OutboxKind.REACTION), outgoing("r-1"))
    [eyes] = await claim(storage)
    assert await claim(storage) == []
    await show(storage, eyes)
    assert [row.key for row in await claim(storage)] == ["r-1"]


async def test_cards_wait_for_nobody_and_nobody_for_them(storage: Storage) -> None:
    await put(storage, outgoing("r-1"), card("job-1"), card("job-2"), outgoing("r-2"))
    taken = [(await claim(storage))[0].key for _ in range(3)]
    assert taken == ["r-1", "card-job-1", "card-job-2"]
    assert await claim(storage) == []


async def test_what_was_given_up_holds_nobody_back(storage: Storage) -> None:
    await put(storage, outgoing("r-1"), outgoing("r-2"))
    [row] = await claim(storage)
    async with storage.begin() as work:
        await work.outbox.bury(row, "b", "not mine")
        await work.outbox.bury(row, "a", "gone\0")
        [dead] = await work.outbox.dead(9)
    assert (dead.key, dead.state, dead.claimed_by) == ("r-1", OutboxState.DEAD, None)
    assert dead.last_error.startswith("gone")
    assert [row.key for row in await claim(storage)] == ["r-2"]


async def test_after_a_crash_the_next_claim_knows_it_may_have_been_sent(storage: Storage) -> None:
    await put(storage, outgoing())
    [first] = await claim(storage, lease_seconds=0)
    [second] = await claim(storage, "b")
    assert (first.is_ambiguous, second.is_ambiguous) == (False, True)
    assert (first.attempts, second.attempts) == (1, 2)
    assert not await show(storage, first, "a")
    assert await show(storage, second, "b")


async def test_the_same_owner_cannot_finish_an_attempt_it_lost(storage: Storage) -> None:
    await put(storage, outgoing())
    [first] = await claim(storage, lease_seconds=0)
    [second] = await claim(storage)
    assert not await show(storage, first)
    assert await show(storage, second)


async def test_a_failed_try_says_whether_it_may_have_worked(storage: Storage) -> None:
    await put(storage, outgoing())
    [row] = await claim(storage)
    await postpone(storage, row, is_ambiguous=True, error="timeout")
    [row] = await claim(storage)
    assert (row.is_ambiguous, row.last_error, row.attempts) == (True, "timeout", 2)
    await postpone(storage, row, is_ambiguous=False)
    [row] = await claim(storage)
    assert row.is_ambiguous is False


async def test_a_postponed_row_waits(storage: Storage) -> None:
    await put(storage, outgoing())
    [row] = await claim(storage)
    await postpone(storage, row, delay_seconds=60)
    assert await claim(storage) == []
    async with storage.read() as work:
        [waiting] = await work.outbox.waiting(9)
    assert waiting.due_at > now() + timedelta(seconds=50)
    assert waiting.claimed_by is None


async def test_many_wishes_are_one_edit(storage: Storage) -> None:
    await put(storage, card())
    for _ in range(5):
        await want(storage)
    [row] = await claim(storage)
    assert row.wanted == 6
    await show(storage, row)
    assert await claim(storage) == []
    shown = await the_card(storage)
    assert (shown.state, shown.shown, shown.attempts, shown.is_ambiguous) == (OutboxState.DONE, 6, 0, False)
    assert (shown.remote_id, shown.remote_url, shown.shown_digest) == ("77", "https://x/77", "abc")
    assert shown.sent_at is not None


async def test_what_is_wanted_while_it_is_sent_is_shown_next(storage: Storage) -> None:
    await put(storage, card())
    [row] = await claim(storage)
    await want(storage)
    assert await claim(storage) == []
    await show(storage, row)
    [again] = await claim(storage)
    assert (again.wanted, again.shown, again.remote_id) == (2, 1, "77")


async def test_an_ordinary_wish_keeps_the_pace_an_urgent_one_does_not(storage: Storage) -> None:
    await put(storage, card())
    [row] = await claim(storage)
    await show(storage, row, pace_seconds=60)
    await want(storage)
    assert await claim(storage) == []
    await want(storage, is_urgent=True)
    [row] = await claim(storage)
    assert row.is_urgent
    await show(storage, row, pace_seconds=60)
    assert await claim(storage) == []


async def test_an_urgent_wish_while_it_is_sent_does_not_wait_for_the_pace(storage: Storage) -> None:
    await put(storage, card())
    [row] = await claim(storage)
    await want(storage, is_urgent=True)
    await show(storage, row, pace_seconds=60)
    [again] = await claim(storage)
    assert again.is_urgent


async def test_an_urgent_row_that_failed_is_still_urgent(storage: Storage) -> None:
    await put(storage, card())
    await want(storage, is_urgent=True)
    [row] = await claim(storage)
    await postpone(storage, row)
    assert (await the_card(storage)).is_urgent


async def test_a_wish_for_a_job_without_a_card_is_nothing(storage: Storage) -> None:
    await want(storage, is_urgent=True)
    async with storage.read() as work:
        assert await work.outbox.card_of("job-1") is None
        assert await work.outbox.waiting(9) == []


async def test_the_limit_counts_threads_in_order_of_due(storage: Storage) -> None:
    soon = [outgoing(f"r-{n}", thread=place(n), due_at=now() - timedelta(seconds=n)) for n in range(1, 5)]
    await put(storage, *soon)
    assert [row.key for row in await claim(storage, limit=2)] == ["r-4", "r-3"]


async def test_concurrent_couriers_never_share_a_row_or_a_thread(storage: Storage) -> None:
    rows = [outgoing(f"{n}-{m}", thread=place(n)) for n in range(4) for m in range(3)]
    await put(storage, *rows)
    batches = await asyncio.gather(*(claim(storage, str(i), limit=2) for i in range(6)))
    keys = [row.key for batch in batches for row in batch]
    assert sorted(keys) == ["0-0", "1-0", "2-0", "3-0"]


async def test_a_new_row_due_at_once_is_due_at_once(storage: Storage) -> None:
    for number in range(20):
        moment = now()
        await put(storage, outgoing(f"r-{number}", thread=place(number), created_at=moment, due_at=moment))
        assert len(await claim(storage)) == 1
    await put(storage, outgoing("later", due_at=now() + timedelta(seconds=60)))
    assert await claim(storage) == []
