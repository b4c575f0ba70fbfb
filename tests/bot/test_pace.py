"""Nobody makes the bot talk without end; a cancel works however much was asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot import pace
from models.delivery import Disposition
from models.job import JobStatus
from models.message import Thread
from models.source import SourceType
from tests.bot.bench import Shop

NOON = datetime.fromisoformat("2026-11-21T12:34:00+00:00")
MOST = 3


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What time it is: its last."""
    moments = [NOON]
    monkeypatch.setattr(pace, "now", lambda: moments[-1])
    monkeypatch.setattr("bot.trail.now", lambda: moments[-1])
    return moments


async def talked(shop: Shop, count: int = MOST, **fields: object) -> None:
    for number in range(count):
        await shop.hear("/bellhop ping", comment_id=f"ping-{number}-{fields}", **fields)


@pytest.mark.usefixtures("clock")
async def test_it_is_said_once_and_then_there_is_silence() -> None:
    shop = Shop(max_answers_per_hour=MOST)
    await talked(shop)
    assert len(shop.answers) == MOST
    told = await shop.hear("/bellhop ping", comment_id="too many")
    assert told.disposition is Disposition.DENIED_PACE
    assert shop.answers[MOST].startswith(
        "You had 3 answers on acme/shop within this hour, as many as one person gets. From here on I am silent until "
        "13:00 UTC; stopping a job works all the same: `/bellhop cancel ID`"
    )
    reactions, calls = len(shop.platform.reactions), len(shop.platform.calls)
    for number in range(20):
        silent = await shop.hear("@bellhop fix it", comment_id=f"flood {number}")
        assert (silent.disposition, silent.detail) == (
            Disposition.DENIED_PACE,
            "@ana had 3 answers on acme/shop within the hour already",
        )
    assert (len(shop.answers), len(shop.platform.reactions)) == (MOST + 1, reactions)
    assert len(shop.platform.calls) == calls, "silence asks the platform for nothing"
    assert await shop.jobs() == []
    async with shop.storage.read() as work:
        assert len(await work.audit.page(before=None, limit=100)) == MOST + 1


async def test_the_next_hour_answers_again(clock: list[datetime]) -> None:
    shop = Shop(max_answers_per_hour=MOST)
    await talked(shop, MOST + 5)
    clock.append(NOON + timedelta(minutes=26))
    heard = await shop.hear("/bellhop ping", comment_id="one o'clock")
    assert heard.disposition is Disposition.ANSWERED
    await shop.hear("/bellhop why", comment_id="why")
    assert "ping answered" in shop.answers[-1]


@pytest.mark.usefixtures("clock")
async def test_it_is_each_persons_and_each_repositorys_own() -> None:
    shop = Shop(max_answers_per_hour=MOST)
    await talked(shop, MOST + 5)
    other = await shop.hear("/bellhop ping", comment_id="bo", login="bo")
    assert other.disposition is Disposition.ANSWERED
    elsewhere = Thread(source=SourceType.GITHUB, repository="acme/shop2", number=1)
    there = await shop.hear("/bellhop ping", comment_id="there", thread=elsewhere)
    assert there.disposition is Disposition.ANSWERED


@pytest.mark.usefixtures("clock")
async def test_somebody_else_learns_the_reason() -> None:
    shop = Shop(max_answers_per_hour=MOST)
    await talked(shop, MOST + 2)
    url = (await shop.deliveries())[0].url
    await shop.hear(f"/bellhop why {url}", comment_id="bo", login="bo")
    assert "**denied:pace**, @ana had 3 answers on acme/shop within the hour already" in shop.answers[-1]


@pytest.mark.usefixtures("clock")
async def test_a_cancel_is_carried_out_and_told_however_much_was_asked() -> None:
    shop = Shop(max_answers_per_hour=MOST)
    await shop.accept("@bellhop fix")
    await talked(shop, MOST + 5)
    [job] = await shop.jobs()
    heard = await shop.hear(f"/bellhop cancel {job.handle}", comment_id="stop")
    assert heard.disposition is Disposition.ACCEPTED
    assert (await shop.job(job.id)).status is JobStatus.CANCELLED
    assert shop.answers[-1].startswith(f"⏹ {job.handle} cancelled before it began")
    count = len(shop.answers)
    again = await shop.hear(f"/bellhop cancel {job.handle}", comment_id="stop again")
    assert again.disposition is Disposition.DENIED_PACE
    assert len(shop.answers) == count, "a cancel of nothing is no way to make the bot talk"


@pytest.mark.usefixtures("clock")
async def test_each_command_of_a_message_counts() -> None:
    shop = Shop(max_answers_per_hour=MOST)
    heard = await shop.hear("\n".join(["/bellhop ping", "/bellhop frobnicate"] * 2 + ["/bellhop cancel"]))
    assert heard.disposition is Disposition.ANSWERED
    assert len(shop.answers) == MOST + 1
    assert shop.answers[-1].startswith("You had 3 answers")
