"""What somebody on the host did is on record like what people asked for."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

from bot.errors import NotFoundError
from bot.services import Services
from handlers.cli import deliveries, jobs, parser
from tests.fakes.services import Bench

Action = Callable[[Services, argparse.Namespace], Awaitable[int]]
GROUPS: dict[str, Action] = {"deliveries": deliveries.run, "jobs": jobs.run}


async def run(bench: Bench, line: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What the operator's audit rows say after the command line, newest first."""
    group = line.split()[0]
    await GROUPS[group](bench.services, parser.build().parse_args(line.split()))
    async with bench.storage.read() as work:
        rows = await work.audit.page(before=None, limit=100)
    return [(row.action, row.subject, dict(row.detail)) for row in rows if row.actor == "operator"]


async def test_a_replay(bench: Bench) -> None:
    delivery = await bench.hear("just talking")
    assert await run(bench, f"deliveries replay {delivery.id} --dry-run") == []
    assert await run(bench, f"deliveries replay {delivery.id}") == [("replay", f"delivery {delivery.id}", {})]
    done = await bench.hear("@bellhop ping", comment_id="78")
    assert len(await run(bench, f"deliveries replay {done.id}")) == 1, "what was done is not done again"


async def test_another_try_to_send(bench: Bench) -> None:
    bench.platform.failures["post"] = [NotFoundError("posting: the thread is gone")]
    await bench.hear("/bellhop ping")
    async with bench.storage.read() as work:
        [row] = await work.outbox.dead(10)
    assert await run(bench, f"deliveries resend {row.id}") == [("resend", "outbox", {"ids": [row.id]})]
    assert len(await run(bench, f"deliveries resend {row.id + 99}")) == 1


async def test_a_cancel(bench: Bench) -> None:
    await bench.hear("@bellhop fix it")
    [job] = await bench.jobs()
    assert await run(bench, f"jobs cancel {job.handle}") == [("cancel", "acme/shop#42", {"job": job.handle})]
    assert len(await run(bench, f"jobs cancel {job.handle}")) == 1, "it has ended already"
