"""Which jobs belong to a place of a chat."""

from __future__ import annotations

from bot.ports import Storage
from models.message import Thread
from models.source import SourceType
from tests.adapters.storage.nouns import job
from tests.adapters.storage.test_jobs import kept


async def test_jobs_of_a_channel_are_those_of_its_threads(storage: Storage) -> None:
    room = Thread(source=SourceType.SLACK, workspace="T1", channel="C1")
    below = room.model_copy(update={"root": "1.5"})
    other = room.model_copy(update={"channel": "C12", "root": "1.5"})
    await kept(storage, job("a", 1, thread=room), job("b", 2, thread=below), job("c", 3, thread=other))
    async with storage.read() as work:
        assert [each.id for each in await work.jobs.in_room(room.place, 9)] == ["b", "a"]
        assert [each.id for each in await work.jobs.in_room(room.place, 1)] == ["b"]
