"""Do listing, looking up and sweeping cost the same with a million deliveries as with ten thousand?

Both databases are opened by the storage itself; one delivery is kept, claimed and finished the regular way, and then
cloned by SQLite, so that every index holds what it would hold.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.storage import open_storage
from benchmarks.context import Context
from benchmarks.measure import Spread, ratios
from benchmarks.payload import PLAIN_TEXT
from benchmarks.results import Result, judge
from benchmarks.targets import SCALE_RATIO
from bot.ports import Storage
from models.base import now
from models.delivery import Delivery, Disposition, Outcome, WebhookRequest

SMALL, LARGE, QUICK_LARGE = 10_000, 1_000_000, 100_000
NAME = "{what} among {rows} deliveries"
GOAL = f"≤ {SCALE_RATIO} × that among {SMALL}"
SHOWN = "{ratio} × ({large:.0f} against {small:.0f} µs)"
OWNER = "bench"
ROUNDS, TIMES = 15, 20
LEASE_SECONDS = 60.0
Question = Callable[[Storage, int], Awaitable[object]]


async def _newest(storage: Storage, rows: int) -> object:
    async with storage.read() as work:
        return await work.deliveries.page(before=None, limit=50)


async def _by_id(storage: Storage, rows: int) -> object:
    async with storage.read() as work:
        return await work.deliveries.get(rows // 2)


async def _sweep(storage: Storage, rows: int) -> object:
    async with storage.begin() as work:
        return await work.deliveries.claim(
            OWNER, 100, LEASE_SECONDS, platform="github", integration="default"
        )


async def _retention(storage: Storage, rows: int) -> object:
    async with storage.begin() as work:
        return await work.deliveries.prune(now() - timedelta(days=30), 100)


QUESTIONS: dict[str, Question] = {
    "the newest 50": _newest,
    "one by id": _by_id,
    "the sweep for due deliveries": _sweep,
    "the sweep for old deliveries": _retention,
}


@dataclass(frozen=True)
class Pair:
    """Both databases, and how many rows the large one has."""

    small: Storage
    large: Storage
    rows: int


def measure(context: Context) -> list[Result]:
    """Ask both databases in turns."""
    return asyncio.run(_measure(context))


async def _measure(context: Context) -> list[Result]:
    folder, rows = context.room("scale"), QUICK_LARGE if context.is_quick else LARGE
    small = await _filled(folder / "small.db", SMALL)
    large = await _filled(folder / "large.db", rows)
    try:
        return [await _compare(what, ask, Pair(small, large, rows)) for what, ask in QUESTIONS.items()]
    finally:
        await small.close()
        await large.close()


async def _compare(what: str, ask: Question, pair: Pair) -> Result:
    small: list[float] = []
    large: list[float] = []
    for _ in range(ROUNDS + 1):
        small.append(await _microseconds(ask, pair.small, SMALL))
        large.append(await _microseconds(ask, pair.large, pair.rows))
    ratio = ratios(large[1:], small[1:])  # the first round fills the caches
    return _judge(what, pair.rows, ratio, (large[1:], small[1:]))


def _judge(what: str, rows: int, ratio: Spread, times: tuple[Sequence[float], Sequence[float]]) -> Result:
    large, small = (sorted(values)[len(values) // 2] for values in times)
    shown = SHOWN.format(ratio=ratio, large=large, small=small)
    verdict = judge(ratio.median <= SCALE_RATIO)
    return Result(NAME.format(what=what, rows=rows), GOAL, shown, verdict, {"ratio": ratio.median})


async def _microseconds(ask: Question, storage: Storage, rows: int) -> float:
    began = time.perf_counter()
    for _ in range(TIMES):
        await ask(storage, rows)
    return (time.perf_counter() - began) * 1e6 / TIMES


async def _filled(path: Path, rows: int) -> Storage:
    storage = open_storage(f"sqlite:///{path}")
    await storage.initialize()
    await _finish_one(storage)
    await storage.close()
    await asyncio.to_thread(clone, path, rows)
    storage = open_storage(f"sqlite:///{path}")
    await storage.initialize()
    return storage


async def _finish_one(storage: Storage) -> None:
    request = WebhookRequest(headers={"x-github-event": "issue_comment"}, body=PLAIN_TEXT.encode())
    moment = now()
    delivery = Delivery(
        platform="github",
        key="bench-",
        event="issue_comment",
        request=request,
        received_at=moment,
        due_at=moment,
    )
    await storage.keep(delivery)
    async with storage.begin() as work:
        (claimed,) = await work.deliveries.claim(
            OWNER, 1, LEASE_SECONDS, platform="github", integration="default"
        )
        outcome = Outcome(
            delivery_id=claimed.id, disposition=Disposition.IGNORED_NOT_ADDRESSED, actor_id="u-1"
        )
        await work.deliveries.finish([outcome], OWNER)


def clone(path: Path, rows: int) -> None:
    """Copy delivery 1 with its body until there are `rows`, each with an id and a key of its own."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for table, own in (("deliveries", {"id": "n", "key": "key || n"}), ("bodies", {"delivery_id": "n"})):
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(own.get(name, f'"{name}"') for name in names)
            connection.execute(
                "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
                f"INSERT INTO {table} SELECT {values} FROM {table}, numbers WHERE {table}.{names[0]} = 1",
                (rows,),
            )
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
