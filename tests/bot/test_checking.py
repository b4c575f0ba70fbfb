"""Running a repository's own checks."""

from __future__ import annotations

import pytest

from bot import checking
from models.job import JobEventType
from tests.bot.bench import CANARY, Shop, of_type
from tests.fakes.workshop import FakeRunning


async def test_set_up_comes_first_and_after_a_failure_nothing_more() -> None:
    shop = Shop()
    shop.world.put(
        "main", {"calc.py": "broken", ".bellhop.yml": "setup: make deps\nrun: [make lint, make test]\n"}
    )
    shop.runner.ends["make lint"] = FakeRunning(["no"], code=1)
    await shop.ask()
    assert [spec.argv[-1] for spec in shop.runner.started] == ["make deps", "make lint"]


async def test_a_check_gets_what_is_left_of_the_jobs_time() -> None:
    shop = Shop(job_timeout_seconds=100, idle_timeout_seconds=7)
    shop.world.put("main", {"calc.py": "broken", ".bellhop.yml": "run: make test\ntimeout: 20m\n"})
    await shop.ask()
    [spec] = shop.runner.started
    assert 90 < spec.timeout_seconds <= 100
    assert spec.idle_seconds == 7
    assert spec.role == "check"


async def test_output_is_kept_in_batches_masked_and_clipped() -> None:
    shop = Shop()
    output = [f"line {number} {CANARY}" for number in range(120)] + ["x" * 9000]
    shop.runner.ends["pytest -q"] = FakeRunning(output)
    job = await shop.ask()
    logs = [event.data or "" for event in of_type(job.events, JobEventType.LOG)]
    told = [line for log in logs for line in log.splitlines() if line.startswith(("line", "x"))]
    assert len(told) == 121
    assert len(told[-1]) == checking.LINE_CHARACTERS
    assert CANARY not in "".join(logs)
    assert len(logs) <= 5


@pytest.mark.parametrize("lines", [["3 passed in 0.01s"], ["noise"] * 3000 + ["3 passed in 0.01s"]])
async def test_tests_are_counted_once(lines: list[str]) -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = FakeRunning(lines)
    job = await shop.ask()
    [check] = of_type(job.events, JobEventType.CHECK)
    assert (check.data, check.success) == ("tests 3/3", True)
