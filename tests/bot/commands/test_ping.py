"""`ping` tells whether anybody works."""

from __future__ import annotations

from models.base import now
from models.worker import WorkerRecord
from tests.fakes.services import Bench


async def test_without_a_worker() -> None:
    bench = Bench()
    await bench.hear("/bellhop ping")
    assert bench.answers[0].startswith("pong · no worker is running")


async def test_with_one() -> None:
    bench = Bench()
    record = WorkerRecord(id="w", host="h", boot_id="b", pid=1, version="0", started_at=now(), seen_at=now())
    async with bench.storage.begin() as work:
        await work.workers.beat(record)
    await bench.hear("/bellhop ping")
    assert bench.answers[0].startswith("pong · 1 worker host at work")
