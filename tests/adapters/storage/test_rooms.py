"""What channels are set to, and which repositories they follow."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.ports import Storage
from models.base import now
from models.identity import Account
from models.message import Thread, ThreadKind
from models.pending import Room, Subscription
from models.source import SourceType
from tests.adapters.storage.nouns import LONG_AGO

HERE = ("slack", "default", "T1", "C1")


def room(repository: str = "acme/shop", **given: object) -> Room:
    plain: dict[str, object] = {
        "platform": "slack",
        "workspace": "T1",
        "channel": "C1",
        "repository": repository,
        "set_by": "U1",
        "updated_at": LONG_AGO,
    }
    return Room.model_validate(plain | given)


def subscription(repository: str = "acme/shop", channel: str = "C1", **given: object) -> Subscription:
    thread = Thread(source=SourceType.SLACK, workspace="T1", kind=ThreadKind.CHANNEL, channel=channel)
    plain: dict[str, object] = {
        "platform": "slack",
        "thread": thread,
        "forge": "github",
        "repository": repository,
        "events": ("pulls", "jobs"),
        "by": "U1",
        "created_at": LONG_AGO,
    }
    return Subscription.model_validate(plain | given)


async def subscribe(storage: Storage, *rows: Subscription) -> None:
    for row in rows:
        async with storage.begin() as work:
            await work.rooms.subscribe(row)


async def test_a_channel_is_set_and_set_again(storage: Storage) -> None:
    async with storage.begin() as work:
        assert await work.rooms.get(*HERE) is None
        await work.rooms.put(room())
        await work.rooms.put(room("acme/api", set_by="U2"))
        await work.rooms.put(room("", channel="C2"))
    async with storage.read() as work:
        kept = await work.rooms.get(*HERE)
        assert kept is not None
        assert (kept.repository, kept.set_by) == ("acme/api", "U2")
        assert now() - kept.updated_at < timedelta(minutes=1)
        empty = await work.rooms.get("slack", "default", "T1", "C2")
        assert empty is not None
        assert empty.repository == ""


async def test_the_same_channel_id_elsewhere_is_another_room(storage: Storage) -> None:
    async with storage.begin() as work:
        await work.rooms.put(room())
        for elsewhere in (("slack", "second", "T1", "C1"), ("slack", "default", "T2", "C1")):
            assert await work.rooms.get(*elsewhere) is None


async def test_a_channel_follows_a_repository_once_with_the_last_events(storage: Storage) -> None:
    await subscribe(
        storage, subscription(), subscription("acme/api"), subscription(events=("jobs",), by="U2")
    )
    async with storage.read() as work:
        followed = await work.rooms.followed("slack", "default", "C1")
        assert await work.rooms.followed("slack", "second", "C1") == []
        assert await work.rooms.followed("slack", "default", "C2") == []
    assert [(row.repository, row.events, row.by) for row in followed] == [
        ("acme/shop", ("jobs",), "U2"),
        ("acme/api", ("pulls", "jobs"), "U1"),
    ]
    assert followed[0].thread == subscription().thread
    assert followed[0].created_at <= followed[1].created_at


async def test_followers_of_a_repository_are_all_channels_of_that_forge(storage: Storage) -> None:
    rows = (subscription(), subscription(channel="C2"), subscription("acme/api", "C3"))
    await subscribe(storage, *rows, subscription(channel="C4", forge_integration="second"))
    async with storage.read() as work:
        followers = await work.rooms.followers("github", "default", "acme/shop")
        assert [row.thread.channel for row in followers] == ["C1", "C2"]
        assert await work.rooms.followers("gitlab", "default", "acme/shop") == []


async def test_unsubscribing_says_whether_there_was_one(storage: Storage) -> None:
    await subscribe(storage, subscription(), subscription(channel="C2"))
    async with storage.begin() as work:
        assert await work.rooms.unsubscribe(subscription(events=()))
        assert not await work.rooms.unsubscribe(subscription())
        followers = await work.rooms.followers("github", "default", "acme/shop")
    assert [row.thread.channel for row in followers] == ["C2"]


async def test_many_at_once_follow_once(storage: Storage) -> None:
    await asyncio.gather(*(subscribe(storage, subscription(by=f"U{number}")) for number in range(5)))
    async with storage.read() as work:
        assert len(await work.rooms.followed("slack", "default", "C1")) == 1


async def test_what_a_person_set_and_subscribed_is_found(storage: Storage) -> None:
    ana = Account(platform="slack", workspace="T1", id="U1")
    async with storage.begin() as work:
        for row in (room(channel="C2"), room(), room(channel="C3", set_by="U2"), room(workspace="T2")):
            await work.rooms.put(row)
    elsewhere = subscription(channel="C9").thread.model_copy(update={"workspace": "T2"})
    rows = subscription("acme/b"), subscription("acme/a"), subscription("acme/c", by="U2")
    await subscribe(storage, *rows, subscription(channel="C9", thread=elsewhere))
    async with storage.read() as work:
        assert [each.channel for each in await work.rooms.set_by(ana)] == ["C1", "C2"]
        assert [each.repository for each in await work.rooms.subscribed_by(ana)] == ["acme/b", "acme/a"]
