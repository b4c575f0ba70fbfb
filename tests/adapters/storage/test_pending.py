"""Requests that wait for an answer: answered once, in time, and what brought them is looked at again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.ports import Storage
from models.base import now
from models.delivery import Delivery, Disposition, Outcome
from models.pending import Pending, PendingKind, PendingState
from tests.adapters.storage.chat_nouns import ANA, pending
from tests.adapters.storage.steps import claim, finish, found, kept

LATER = timedelta(days=1)


async def put(storage: Storage, *rows: Pending) -> list[Pending]:
    async with storage.begin() as work:
        return [await work.pending.put(row) for row in rows]


async def get(storage: Storage, id: str = "p-1") -> Pending:
    async with storage.read() as work:
        row = await work.pending.get(id)
    assert row is not None
    return row


async def answer(storage: Storage, id: str = "p-1", text: str = "acme/shop") -> Pending | None:
    async with storage.begin() as work:
        return await work.pending.answer(id, text)


async def expire(storage: Storage, limit: int = 10) -> list[str]:
    async with storage.begin() as work:
        return [row.id for row in await work.pending.expire(limit)]


async def waiting(storage: Storage, **given: object) -> list[str]:
    async with storage.read() as work:
        asker = ANA.model_copy(update=given)
        return [row.id for row in await work.pending.waiting(asker, PendingKind.REPOSITORY)]


async def test_what_waits_comes_back_as_it_was_and_lives_by_the_databases_clock(storage: Storage) -> None:
    [row] = await put(storage, pending())
    assert await get(storage) == row
    moments = {"created_at": row.created_at, "expires_at": row.expires_at}
    assert row == pending().model_copy(update=moments)
    assert timedelta(minutes=59) < row.expires_at - now() <= timedelta(minutes=60, seconds=1)
    async with storage.read() as work:
        assert await work.pending.get("p-2") is None


async def test_asking_twice_is_asking_once(storage: Storage) -> None:
    [first, again] = await put(storage, pending(), pending("p-2", key="key-p-1", line="other"))
    assert again == first
    assert await waiting(storage) == ["p-1"]


async def test_of_many_that_ask_at_once_one_waits(storage: Storage) -> None:
    rows = await asyncio.gather(*(put(storage, pending(f"p-{n}", key="same")) for n in range(6)))
    assert len({row.id for [row] in rows}) == 1


async def test_it_is_answered_once(storage: Storage) -> None:
    await put(storage, pending())
    done = await answer(storage)
    assert done is not None
    assert (done.state, done.answer) == (PendingState.ANSWERED, "acme/shop")
    assert done.answered_at is not None
    assert await answer(storage, text="acme/api") is None
    assert await answer(storage, "p-2") is None
    assert await get(storage) == done
    assert await waiting(storage) == []


async def test_of_many_answers_at_once_one_counts(storage: Storage) -> None:
    await put(storage, pending())
    answers = await asyncio.gather(*(answer(storage, text=str(number)) for number in range(8)))
    [one] = [each for each in answers if each is not None]
    assert (await get(storage)).answer == one.answer


async def test_the_answer_of_a_command_is_found_also_when_it_was_asked_again(storage: Storage) -> None:
    await put(storage, pending())
    async with storage.read() as work:
        assert await work.pending.answered("key-p-1") is None
    await answer(storage, text="first")
    await asyncio.sleep(0.005)  # SQLite's clock tells milliseconds
    [again] = await put(storage, pending("p-2", key="key-p-1"))
    assert again.id == "p-2"
    await answer(storage, "p-2", "second")
    async with storage.read() as work:
        last = await work.pending.answered("key-p-1")
        assert last is not None
        assert last.answer == "second"
        assert await work.pending.answered("key-p-2") is None


async def test_past_its_time_it_is_neither_answered_nor_listed_and_expires_once(storage: Storage) -> None:
    await put(storage, pending(minutes=0), pending("p-2"))
    assert await answer(storage) is None
    assert await waiting(storage) == ["p-2"]
    assert (await get(storage)).state is PendingState.WAITING
    assert await expire(storage) == ["p-1"]
    assert await expire(storage) == []
    row = await get(storage)
    assert (row.state, row.answered_at) == (PendingState.EXPIRED, None)


async def test_asking_again_after_its_time_asks_anew(storage: Storage) -> None:
    [_, anew] = await put(storage, pending(minutes=0), pending("p-2", key="key-p-1"))
    assert anew.id == "p-2"
    assert (await get(storage)).state is PendingState.EXPIRED
    assert await waiting(storage) == ["p-2"]


async def test_they_expire_a_few_at_a_time_the_longest_past_first(storage: Storage) -> None:
    await put(storage, *(pending(f"p-{n}", minutes=-n) for n in (1, 3, 2)))
    assert await expire(storage, 2) == ["p-3", "p-2"]
    assert await expire(storage, 2) == ["p-1"]


async def test_loops_at_once_share_what_expired(storage: Storage) -> None:
    await put(storage, *(pending(f"p-{n}", minutes=-1) for n in range(6)))
    shares = await asyncio.gather(*(expire(storage, 6) for _ in range(3)))
    assert sorted(id for share in shares for id in share) == [f"p-{n}" for n in range(6)]


async def test_a_person_sees_what_they_may_answer_the_oldest_first(storage: Storage) -> None:
    rows = (pending("p-2"), pending("p-1"), pending("p-3", kind=PendingKind.LINK))
    for row in (*rows, pending("p-4", asker=ANA.model_copy(update={"id": "U2"}))):
        await put(storage, row)
        await asyncio.sleep(0.005)  # SQLite's clock tells milliseconds
    assert await waiting(storage, login="renamed") == ["p-2", "p-1"]
    assert await waiting(storage, workspace="T2") == []


async def test_what_was_taken_back_waits_no_more(storage: Storage) -> None:
    saying = {"p-1": "said:1:0:repository", "p-2": "said:1:1:repository", "p-3": "said:10:0:repository"}
    await put(storage, *(pending(id, key=key) for id, key in saying.items()))
    await answer(storage, "p-2")
    async with storage.begin() as work:
        assert [each.id for each in await work.pending.withdraw("said:1")] == ["p-1"]
        assert await work.pending.withdraw("said:1") == []
    assert await answer(storage) is None
    assert (await get(storage)).state is PendingState.WITHDRAWN
    assert (await get(storage, "p-2")).state is PendingState.ANSWERED
    assert await waiting(storage) == ["p-3"]


async def test_text_no_database_takes_is_kept_without_it(storage: Storage) -> None:
    await put(storage, pending(line="a\0b\ud800"))
    done = await answer(storage, text="\0")
    assert done is not None
    assert (done.line, done.answer) == ("a\ufffdb\ufffd", "\ufffd")


async def test_what_ended_goes_after_a_while_and_what_waits_stays(storage: Storage) -> None:
    await put(storage, *(pending(f"p-{n}", minutes=-n) for n in (1, 2)), pending("p-3"), pending("p-4"))
    await answer(storage, "p-3")
    await expire(storage)
    async with storage.begin() as work:
        assert await work.retention.prune_pending(now() - LATER, 10) == 0
        assert await work.retention.prune_pending(now() + LATER, 2) == 2
        assert await work.retention.prune_pending(now() + LATER, 2) == 1
        assert await work.retention.prune_pending(now() + LATER, 2) == 0
        assert await work.pending.get("p-3") is None
    assert await waiting(storage) == ["p-4"]


async def asked_back(storage: Storage, *keys: str) -> list[Delivery]:
    """Deliveries that ended with a question."""
    rows = await kept(storage, *keys)
    await claim(storage)
    told = {"disposition": Disposition.WAITING_REPOSITORY, "detail": "asked", "actor_id": "U1"}
    await finish(storage, *(Outcome.model_validate(told | {"delivery_id": row.id}) for row in rows))
    return rows


async def test_an_answered_delivery_is_due_again_as_if_never_tried(storage: Storage) -> None:
    [first, second] = await asked_back(storage, "d-1", "d-2")
    assert await claim(storage) == []
    async with storage.begin() as work:
        assert await work.deliveries.resume([first.id, 999]) == 1
        assert await work.deliveries.resume([first.id]) == 0
        assert await work.deliveries.resume([]) == 0
    [again] = await claim(storage)
    assert (again.id, again.attempts, again.disposition, again.finished_at) == (first.id, 1, None, None)
    assert (again.request, again.detail) == (first.request, "")
    assert (await found(storage, "d-2")).disposition is Disposition.WAITING_REPOSITORY
    assert second.id != first.id


async def test_what_ended_otherwise_or_not_yet_is_not_resumed(storage: Storage) -> None:
    [done, at_work] = await kept(storage, "d-1", "d-2")
    await claim(storage)
    await finish(storage, Outcome(delivery_id=done.id, disposition=Disposition.ACCEPTED))
    async with storage.begin() as work:
        assert await work.deliveries.resume([done.id, at_work.id]) == 0
        assert await work.deliveries.tell_late([done.id, at_work.id], "too late") == 0
    assert (await found(storage)).disposition is Disposition.ACCEPTED
    assert (await found(storage, "d-2")).claimed_by == "a"


async def test_why_is_told_that_nobody_answered(storage: Storage) -> None:
    [row] = await asked_back(storage, "d-1")
    async with storage.begin() as work:
        assert await work.deliveries.tell_late([row.id], "too late\0") == 1
    told = await found(storage)
    assert (told.disposition, told.actor_id) == (Disposition.WAITING_REPOSITORY, "U1")
    assert told.detail.startswith("too late")
    assert told.finished_at is not None


async def test_a_delivery_whose_author_may_still_answer_is_kept_whole(storage: Storage) -> None:
    [asked, _] = await asked_back(storage, "d-1", "d-2")
    await put(storage, pending(delivery_id=asked.id, minutes=-1))
    async with storage.begin() as work:
        assert await work.deliveries.prune(now() + LATER, 10) == 1
        assert [row.key for row in await work.deliveries.page(before=None, limit=9)] == ["d-1"]
    assert (await found(storage)).request == asked.request
    await expire(storage)
    async with storage.begin() as work:
        assert await work.deliveries.prune(now() + LATER, 10) == 1
