"""The database's files taken away under a running app: 503 and nothing promised; put back, all goes on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.e2e.story import one_of_each
from tests.e2e.town import Town

BODY = json.dumps({"action": "started"}).encode()
SUFFIXES = ("", "-wal", "-shm")


def move(source: Path, target: Path) -> None:
    """The file and what SQLite keeps beside it."""
    target.mkdir(exist_ok=True)
    for path in (source / f"bellhop.db{suffix}" for suffix in SUFFIXES):
        path.rename(target / path.name)


@pytest.mark.slow
async def test_a_database_that_is_gone_is_503_and_its_return_is_recovery(town: Town) -> None:
    data, away = town.folder / "data", town.folder / "away"
    assert (await town.deliver(BODY, "star", "before")).status_code == 202
    await asyncio.to_thread(move, data, away)
    answer = await town.deliver(BODY, "star", "gone")
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert not await asyncio.to_thread((data / "bellhop.db").exists), "no other one is begun in its place"
    await asyncio.to_thread(move, away, data)

    async def taken() -> bool | None:
        return True if (await town.deliver(BODY, "star", "gone")).status_code in {200, 202} else None

    await town.until(taken, "the delivery to be kept")
    kept = town.records.column("SELECT key FROM deliveries ORDER BY key")
    assert kept == ["before", "gone"]
    await town.say(1, "@bellhop fix this please")
    await town.settled()
    await one_of_each(town, 1)
