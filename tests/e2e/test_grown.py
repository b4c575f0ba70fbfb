"""Grown: PostgreSQL, a Redis of one's own, app and workers as separate processes. The same job, the same card."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.town import APP, Town

pytestmark = pytest.mark.slow


@pytest.fixture
async def grown(tmp_path: Path, postgres_url: str, redis_url: str) -> AsyncIterator[Town]:
    """The app alone, on PostgreSQL and a named Redis."""
    town = Town(tmp_path / "town", BELLHOP_DATABASE_URL=postgres_url, BELLHOP_REDIS_URL=redis_url)
    try:
        town.folder.mkdir(parents=True)
        await town._start_playground()
        await town.start("web")
        yield town
    finally:
        await town.__aexit__()


async def worker(town: Town) -> asyncio.subprocess.Process:
    log = (town.folder / "worker.log").open("ab")
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, "worker", "--concurrency", "1",
        env=town.environment(), cwd=town.folder, stdout=log, stderr=log,
    )  # fmt: skip
    log.close()
    return process


async def test_a_job_waits_for_the_first_worker_and_survives_its_death(grown: Town) -> None:
    await grown.say(1, "@bellhop fix this")
    await grown.answer(1, r"queued; no worker is running")
    first = await worker(grown)
    await grown.answer(1, r"✅ J-\w+ done in .* PR #\d+ \(draft\), 1 file · tests \d+/\d+")
    first.send_signal(signal.SIGKILL)
    await first.wait()
    # The dead worker's children see its end and leave; a new worker host takes the next job.
    second = await worker(grown)
    await grown.say(1, "@bellhop fix the comment, too")
    await grown.until(lambda: _second_card(grown), "the follow-up's card")
    second.terminate()
    assert await second.wait() == 0
    jobs = await grown.jobs()
    assert [job["status"] for job in jobs] == ["completed", "completed"]
    dispositions = {row["disposition"] for row in await grown.deliveries() if row["event"] == "issue_comment"}
    assert "accepted" in dispositions
    assert None not in dispositions


async def _second_card(town: Town) -> bool | None:
    done = [body for body in await town.answers(1) if body.startswith("✅")]
    return True if len(done) == 2 else None


async def test_a_database_that_dies_is_503_and_comes_back(grown: Town, postgres_server: object) -> None:
    server = postgres_server
    await grown.say(1, "/bellhop ping")
    await grown.answer(1, "pong")
    server.crash()  # type: ignore[attr-defined]
    try:
        answer = await grown.http.get(f"{grown.url}/readyz")
        assert answer.status_code == 503
    finally:
        server.restart_after_crash()  # type: ignore[attr-defined]

    async def ready() -> bool | None:
        return True if (await grown.http.get(f"{grown.url}/readyz")).status_code == 200 else None

    await grown.until(ready, "the app to find its database again")
    await grown.say(1, "/bellhop version")
    await grown.answer(1, "Bellhop 0")
