"""What leaves after all: revived by a person, or taken from the dead."""

from __future__ import annotations

from bot.ports import Storage
from models.outbox import OutboxKind
from tests.adapters.storage.nouns import HERE, card, outgoing, place
from tests.adapters.storage.outbox_moves import claim, postpone, put, show, the_card, want

NUMBERED = ((43, "late"), (44, "sent"), (45, "flying"))


async def test_what_was_given_up_or_waits_for_another_try_is_revived(storage: Storage) -> None:
    await put(storage, outgoing("dead"), *(outgoing(key, thread=place(n)) for n, key in NUMBERED))
    by_key = {row.key: row for row in await claim(storage)}
    async with storage.begin() as work:
        await work.outbox.bury(by_key["dead"], "a", "gone")
    await postpone(storage, by_key["late"], delay_seconds=60)
    await show(storage, by_key["sent"])
    await put(storage, outgoing("new", thread=place(99)))
    async with storage.begin() as work:
        assert await work.outbox.stuck(9) == (1, 1)
        assert await work.outbox.revive(None) == [by_key["dead"].id, by_key["late"].id]
        assert await work.outbox.revive(None) == []
    again = {row.key: row for row in await claim(storage, "b")}
    assert set(again) == {"dead", "late", "new"}
    assert {row.attempts for row in again.values()} == {1}
    assert (again["dead"].is_ambiguous, again["late"].is_ambiguous) == (True, False)


async def test_what_was_said_is_reworded_once_and_sent_again(storage: Storage) -> None:
    await put(storage, outgoing("q:1:a", body="{}"), outgoing("q:1:b", thread=place(43)))
    await put(storage, outgoing("q:12", thread=place(44)), outgoing("r", thread=place(45)))
    rows = {row.key: row for row in await claim(storage)}
    await show(storage, rows["q:1:a"])
    async with storage.begin() as work:
        assert await work.outbox.reword("q:1:", "never mind") == 2
        assert await work.outbox.reword("q:1:", "too late") == 0
        assert await work.outbox.reword("nothing", "x") == 0
    await show(storage, rows["q:1:b"])
    again = await claim(storage)
    assert {row.key for row in again} == {"q:1:a", "q:1:b"}
    assert {(row.text, row.body, row.wanted, row.shown) for row in again} == {("never mind", "", 2, 1)}


async def test_only_those_named_are_revived_and_only_once(storage: Storage) -> None:
    await put(storage, outgoing("r-1"), outgoing("r-2", thread=place(43)))
    rows = await claim(storage)
    async with storage.begin() as work:
        for row in rows:
            await work.outbox.bury(row, "a", "gone")
        assert await work.outbox.stuck(1) == (0, 1)
        assert await work.outbox.revive([rows[1].id, 999]) == [rows[1].id]
        assert await work.outbox.revive([rows[1].id]) == []
    assert [row.key for row in await claim(storage)] == ["r-2"]


async def test_a_late_answer_of_before_changes_nothing_of_what_was_revived(storage: Storage) -> None:
    await put(storage, outgoing())
    [first] = await claim(storage, lease_seconds=0)
    async with storage.begin() as work:
        assert await work.outbox.revive([first.id]) == [first.id]
    assert not await show(storage, first)
    assert [row.is_ambiguous for row in await claim(storage, "b")] == [True]


async def take_back(storage: Storage, *owners: str, spare_seconds: float = 60) -> int:
    async with storage.begin() as work:
        return await work.outbox.take_back(owners, spare_seconds, **HERE)


async def test_claims_of_the_dead_end_early_and_nobody_elses(storage: Storage) -> None:
    await put(storage, outgoing("r-1"), outgoing("r-2", thread=place(43)), outgoing("x", platform="slack"))
    await claim(storage, "dead", limit=1)
    await claim(storage, "alive")
    async with storage.begin() as work:
        await work.outbox.claim("dead", 9, 60, platform="slack", integration="default")
        assert sorted(await work.outbox.holders(**HERE)) == ["alive", "dead"]
    assert await take_back(storage, "dead") == 1
    [row] = await claim(storage, "b")
    assert (row.key, row.attempts, row.is_ambiguous) == ("r-1", 2, True)
    async with storage.read() as work:
        assert sorted(await work.outbox.holders(**HERE)) == ["alive", "b"]


async def test_what_the_dead_may_have_sent_is_given_its_time_to_arrive(storage: Storage) -> None:
    await put(storage, outgoing(), card("job-1"))
    await claim(storage, "dead")
    await claim(storage, "dead")
    assert await take_back(storage, "dead", spare_seconds=30) == 2
    assert await take_back(storage, "dead", spare_seconds=30) == 0, "its successors agree"
    assert await claim(storage) == []


async def test_what_may_be_repeated_is_free_at_once(storage: Storage) -> None:
    await put(storage, outgoing("eyes", OutboxKind.REACTION))
    await put(storage, outgoing("gone", OutboxKind.RETRACTION, thread=place(43)))
    await claim(storage, "dead")
    assert await take_back(storage, "dead", spare_seconds=0) == 2
    assert [row.key for row in await claim(storage)] == ["eyes", "gone"]


async def test_an_urgent_card_of_the_dead_is_as_urgent_as_before(storage: Storage) -> None:
    await put(storage, card())
    await want(storage, is_urgent=True)
    await claim(storage, "dead")
    await take_back(storage, "dead")
    assert (await the_card(storage)).is_urgent


async def test_what_its_owners_keep_dying_of_waits_for_its_lease(storage: Storage) -> None:
    await put(storage, outgoing())
    await claim(storage, "dead")
    assert await take_back(storage, "dead") == 1
    await claim(storage, "dead")
    assert await take_back(storage, "dead") == 0
    assert await claim(storage) == []


async def test_the_dead_change_nothing_any_more(storage: Storage) -> None:
    await put(storage, outgoing())
    [row] = await claim(storage, "dead")
    await take_back(storage, "dead")
    assert not await show(storage, row, "dead")
