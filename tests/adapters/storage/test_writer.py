"""The group commit: whoever comes while a commit is under way shares the next one, and hears of his own row only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest

from adapters.storage.packing import Packed
from adapters.storage.writer import LARGEST_GROUP, GroupCommit
from bot.errors import StorageUnavailable
from models.delivery import WebhookRequest
from tests.adapters.storage.nouns import delivery


class Disk:
    """Commits groups when told to, and remembers them."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.is_free = asyncio.Event()
        self.bad: set[str] = set()
        self.error: Exception | None = None

    async def commit(self, group: Sequence[Packed]) -> list[bool | StorageUnavailable]:
        keys = [str(packed.values[2]) for packed in group]
        self.groups.append(keys)
        await self.is_free.wait()
        if self.error is not None:
            raise self.error
        return [StorageUnavailable(key) if key in self.bad else True for key in keys]


@contextlib.asynccontextmanager
async def no_turn() -> AsyncIterator[None]:
    yield


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def group(disk: Disk) -> GroupCommit:
    return GroupCommit(disk.commit, no_turn)


def keep(group: GroupCommit, *keys: str) -> list[asyncio.Task[object]]:
    return [asyncio.create_task(group.keep(delivery(key))) for key in keys]  # type: ignore[arg-type]


async def test_a_lone_delivery_waits_for_nobody(group: GroupCommit, disk: Disk) -> None:
    disk.is_free.set()
    assert (await group.keep(delivery())).is_new
    assert disk.groups == [["d-1"]]


async def test_what_arrives_during_a_commit_forms_the_next_one(group: GroupCommit, disk: Disk) -> None:
    first = keep(group, "a")
    await settled()
    rest = keep(group, "b", "c", "d")
    await settled()
    assert disk.groups == [["a"]]
    assert not any(task.done() for task in first + rest)
    disk.is_free.set()
    await asyncio.gather(*first, *rest)
    assert disk.groups == [["a"], ["b", "c", "d"]]


async def test_nobody_is_answered_before_the_commit_returned(group: GroupCommit, disk: Disk) -> None:
    tasks = keep(group, "a", "b")
    await settled()
    assert disk.groups
    assert not any(task.done() for task in tasks)
    disk.is_free.set()
    await asyncio.gather(*tasks)


async def test_a_caller_who_goes_away_cancels_nothing(group: GroupCommit, disk: Disk) -> None:
    first = keep(group, "a")
    await settled()
    gone, stays = keep(group, "gone", "stays")
    await settled()
    gone.cancel()
    await settled()
    disk.is_free.set()
    await asyncio.gather(*first, stays)
    assert disk.groups == [["a"], ["gone", "stays"]]
    assert gone.cancelled()


async def test_a_caller_who_goes_away_during_its_own_commit_cancels_nobody_elses(
    group: GroupCommit, disk: Disk
) -> None:
    gone, stays = keep(group, "gone", "stays")
    await settled()
    gone.cancel()
    await settled()
    disk.is_free.set()
    await stays
    assert (await group.keep(delivery("later"))).is_new


async def test_each_hears_of_its_own_row_only(group: GroupCommit, disk: Disk) -> None:
    disk.bad = {"b"}
    disk.is_free.set()
    a, b, c = await asyncio.gather(*keep(group, "a", "b", "c"), return_exceptions=True)
    assert isinstance(b, StorageUnavailable)
    assert not isinstance(a, Exception)
    assert not isinstance(c, Exception)


async def test_an_unforeseen_error_reaches_every_caller_and_the_next_group_is_tried(
    group: GroupCommit, disk: Disk
) -> None:
    disk.error = ZeroDivisionError()
    disk.is_free.set()
    failed = await asyncio.gather(*keep(group, "a", "b"), return_exceptions=True)
    assert [type(error) for error in failed] == [StorageUnavailable] * 2
    disk.error = None
    assert (await group.keep(delivery())).is_new


async def test_a_flood_is_committed_in_groups_of_bounded_size(group: GroupCommit, disk: Disk) -> None:
    tasks = keep(group, *(str(number) for number in range(LARGEST_GROUP * 2 + 5)))
    disk.is_free.set()
    await asyncio.gather(*tasks)
    assert max(len(keys) for keys in disk.groups) <= LARGEST_GROUP
    assert [key for keys in disk.groups for key in keys] == [
        str(number) for number in range(LARGEST_GROUP * 2 + 5)
    ]


async def test_large_bodies_make_small_groups(
    group: GroupCommit, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.storage.writer.LARGEST_GROUP_BYTES", 100)
    tasks = [
        asyncio.create_task(group.keep(delivery(str(n), request=WebhookRequest(body=bytes(range(70))))))
        for n in range(3)
    ]
    disk.is_free.set()
    await asyncio.gather(*tasks)
    assert disk.groups == [["0"], ["1"], ["2"]]


async def test_closing_commits_what_waits_and_takes_no_more(group: GroupCommit, disk: Disk) -> None:
    tasks = keep(group, "a", "b")
    await settled()
    closing = asyncio.create_task(group.close())
    await settled()
    assert not closing.done()
    disk.is_free.set()
    await closing
    await asyncio.gather(*tasks)
    with pytest.raises(StorageUnavailable, match="closed"):
        await group.keep(delivery("late"))


@pytest.fixture
def hasty(disk: Disk) -> GroupCommit:
    return GroupCommit(disk.commit, no_turn, patience_seconds=0.05)


async def test_a_database_that_takes_too_long_keeps_no_sender_waiting(hasty: GroupCommit, disk: Disk) -> None:
    under_way = keep(hasty, "a")
    await settled()
    behind = keep(hasty, "b", "c")
    for task in under_way + behind:
        with pytest.raises(StorageUnavailable, match=r"keeping delivery [abc]: no commit within 0\.05 s"):
            await task
    # It was asked for, so it is kept, and known when it is sent again.
    disk.is_free.set()
    await hasty.close()
    assert disk.groups == [["a"], ["b", "c"]]


async def test_each_sender_has_the_whole_patience_of_his_own(hasty: GroupCommit, disk: Disk) -> None:
    early = keep(hasty, "a")
    await asyncio.wait(early)
    late = keep(hasty, "b")
    await settled()
    assert not late[0].done()
    disk.is_free.set()
    assert isinstance(early[0].exception(), StorageUnavailable)
    await asyncio.gather(*late)
    await hasty.close()


async def test_what_was_answered_is_not_held_on_to(group: GroupCommit, disk: Disk) -> None:
    disk.is_free.set()
    for number in range(50):
        await group.keep(delivery(str(number)))
    assert len(group._unanswered) <= 1
    await group.close()


async def test_what_has_arrived_but_was_not_read_yet_joins_the_commit(group: GroupCommit, disk: Disk) -> None:
    disk.is_free.set()
    first = keep(group, "a")
    await asyncio.sleep(0)  # "a" has asked for its commit
    rest = keep(group, "b")
    await asyncio.gather(*first, *rest)
    assert disk.groups == [["a", "b"]]
