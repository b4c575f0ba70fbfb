"""Answers for one person alone: kept like all others, and nobody else waits for them."""

from __future__ import annotations

from bot.ports import Storage
from models.outbox import OutboxKind, OutboxRow
from tests.adapters.storage.nouns import outgoing
from tests.adapters.storage.outbox_moves import claim, postpone, put, show

URL = "https://hooks.test/1"
EVER_SECONDS = 1e10


def whisper(key: str, audience: str = "U1") -> OutboxRow:
    return outgoing(key, audience=audience, answer_url=URL)


async def keys(storage: Storage) -> list[str]:
    return [row.key for row in await claim(storage)]


async def test_whom_it_is_for_is_kept_claimed_and_listed(storage: Storage) -> None:
    await put(storage, whisper("w-1"))
    async with storage.read() as work:
        [listed] = await work.outbox.waiting(9)
    [row] = await claim(storage)
    assert {(each.audience, each.answer_url) for each in (listed, row)} == {("U1", URL)}
    async with storage.begin() as work:
        await work.outbox.bury(row, "a", "gone")
        [dead] = await work.outbox.dead(9)
    assert (dead.audience, dead.answer_url) == ("U1", URL)


async def test_nobody_waits_for_a_whisper_that_cannot_be_told(storage: Storage) -> None:
    await put(storage, whisper("w-1"), whisper("w-2"), outgoing("reply"), whisper("other", "U2"))
    rows = await claim(storage)
    assert [row.key for row in rows] == ["w-1", "reply", "other"], "also while it is on its way"
    for row in rows:
        await postpone(storage, row, delay_seconds=60 if row.key == "w-1" else 0)
    assert await keys(storage) == ["reply", "other"]


async def test_whispers_to_one_person_keep_their_order(storage: Storage) -> None:
    await put(storage, whisper("w-1"), whisper("w-2"))
    [first] = await claim(storage)
    assert first.key == "w-1"
    assert await claim(storage) == []
    await show(storage, first)
    assert await keys(storage) == ["w-2"]


async def test_a_whisper_waits_for_no_public_answer(storage: Storage) -> None:
    await put(storage, outgoing("reply"), whisper("w-1"), outgoing("younger"))
    assert await keys(storage) == ["reply", "w-1"]
    assert await keys(storage) == []


async def test_what_one_person_was_told_is_not_kept_once_they_see_it(storage: Storage) -> None:
    await put(storage, whisper("w-1"), outgoing("reply"))
    for row in await claim(storage):
        assert row.text
        await show(storage, row)
    async with storage.begin() as work:
        for key in ("w-1", "reply"):
            assert await work.outbox.want_again(key, EVER_SECONDS)
    told = {row.key: row.text for row in await claim(storage)}
    assert told["w-1"] == ""
    assert told["reply"]


async def test_a_page_is_drawn_again_from_what_is_kept_of_it(storage: Storage) -> None:
    await put(storage, outgoing("page", OutboxKind.PAGE, audience="U1"))
    [row] = await claim(storage)
    await show(storage, row)
    async with storage.begin() as work:
        assert await work.outbox.want_again("page", EVER_SECONDS)
    assert [each.text for each in await claim(storage)] == [row.text]


async def test_what_is_to_be_said_instead_is_kept_until_it_is_seen(storage: Storage) -> None:
    await put(storage, whisper("w-1"))
    [row] = await claim(storage)
    async with storage.begin() as work:
        await work.outbox.reword("w-1", "instead")
    await show(storage, row)
    assert [each.text for each in await claim(storage)] == ["instead"]


async def test_of_a_file_that_was_sent_only_its_name_is_kept(storage: Storage) -> None:
    """By it, and by its marker, it is found again: what it held is half a megabyte."""
    await put(storage, outgoing("file", OutboxKind.FILE, body="log\n" * 99, target_id="J-1.log"))
    [row] = await claim(storage)
    assert row.body
    await show(storage, row)
    async with storage.begin() as work:
        assert await work.outbox.want_again("file", EVER_SECONDS)
    [again] = await claim(storage)
    assert (again.body, again.target_id, again.marker) == ("", "J-1.log", row.marker)
