"""What a channel is told of repositories, and pages: counted lately, and wanted again without another row."""

from __future__ import annotations

from bot.ports import Storage
from models.base import now
from models.message import Thread, ThreadKind
from models.outbox import OutboxKind, OutboxRow
from models.source import SourceType
from tests.adapters.storage.nouns import outgoing
from tests.adapters.storage.outbox_moves import claim, put, show


def channel(name: str = "C1") -> Thread:
    return Thread(source=SourceType.SLACK, workspace="T1", kind=ThreadKind.CHANNEL, channel=name)


def news(key: str, name: str = "C1") -> OutboxRow:
    return outgoing(key, OutboxKind.NEWS, thread=channel(name))


async def again(storage: Storage, row: OutboxRow) -> None:
    async with storage.begin() as work:
        await work.outbox.put_again(row)


async def test_news_of_a_channel_are_counted_as_far_as_asked(storage: Storage) -> None:
    await put(storage, news("n-1"), news("n-2"), news("n-3", "C2"), outgoing("r", thread=channel()))
    async with storage.read() as work:
        assert await work.outbox.news_of(channel(), 60, 9) == 2
        assert await work.outbox.news_of(channel(), 60, 1) == 1
        assert await work.outbox.news_of(channel(), -60, 9) == 0, "those before that time are old"


async def test_what_is_put_again_is_one_row_that_is_wanted_again(storage: Storage) -> None:
    row = outgoing("d-1", OutboxKind.DIGEST, thread=channel())
    for _ in range(3):
        await again(storage, row)
    [claimed] = await claim(storage)
    assert claimed.wanted == 3
    await show(storage, claimed)
    assert await claim(storage) == []
    await again(storage, row)
    [claimed] = await claim(storage)
    assert (claimed.wanted, claimed.remote_id) == (4, "77"), "so it is edited, not said twice"


async def test_what_is_put_again_while_it_is_sent_is_sent_again(storage: Storage) -> None:
    row = outgoing("d-1", OutboxKind.DIGEST, thread=channel())
    await again(storage, row)
    [claimed] = await claim(storage)
    await again(storage, row)
    await show(storage, claimed)
    [claimed] = await claim(storage)
    assert claimed.wanted == 2


async def test_only_what_was_put_lately_is_wanted_again(storage: Storage) -> None:
    await put(storage, outgoing("old", OutboxKind.PAGE, audience="U1"))
    fresh = outgoing("new", OutboxKind.PAGE, audience="U2", created_at=now(), due_at=now())
    await again(storage, fresh)
    for row in await claim(storage):
        await show(storage, row)
    async with storage.begin() as work:
        assert not await work.outbox.want_again("old", 60)
        assert await work.outbox.want_again("new", 60)
        assert not await work.outbox.want_again("none", 60)
    assert [row.key for row in await claim(storage)] == ["new"]
