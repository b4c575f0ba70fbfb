"""Every way a job can fail, and the card that says so."""

from __future__ import annotations

import pytest

from bot.errors import AuthenticationError, JobFailed
from models.agent import AgentEvent, AgentEventKind, AgentState, AgentStop
from models.job import Failure, JobStatus
from tests.bot.bench import CANARY, Shop, card
from tests.fakes.workshop import FakeRunning


async def test_failing_checks_keep_the_branch_and_open_nothing() -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = FakeRunning(["FAILED test_a", "2 failed, 39 passed in 0.1s"], code=1)
    job = await shop.ask()
    assert (job.status, job.failure) == (JobStatus.FAILED, Failure.CHECKS)
    assert card(job).headline == (
        f"❌ {job.handle} failed in checks: 2 of 41 tests fail. Branch kept: `bellhop/{job.handle}`."
    )
    assert card(job).next_commands == (f"/bellhop retry {job.handle}", f"/bellhop logs {job.handle}")
    assert "FAILED test_a" in card(job).details
    assert shop.world.pushes == [f"bellhop/{job.handle}"]
    assert shop.platform.pulls == []


@pytest.mark.parametrize(
    ("running", "why"),
    [
        (FakeRunning(["boom"], code=1), "pytest -q fails"),
        (FakeRunning([], code=-9, reason="timeout"), "pytest -q takes too long"),
        (FakeRunning([], code=-9, reason="idle"), "pytest -q falls silent"),
        (FakeRunning([], code=127), "pytest -q fails"),
    ],
)
async def test_checks_fail_in_their_own_words(running: FakeRunning, why: str) -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = running
    job = await shop.ask()
    assert card(job).headline.startswith(f"❌ {job.handle} failed in checks: {why}. Branch kept:")


@pytest.mark.parametrize(
    ("stop", "failure", "where"),
    [
        (AgentStop.ERROR, Failure.AGENT, "in the agent"),
        (AgentStop.TURNS, Failure.AGENT, "in the agent"),
        (AgentStop.DENIED, Failure.AGENT, "in the agent"),
        (AgentStop.CRASHED, Failure.AGENT, "in the agent"),
        (AgentStop.TIMEOUT, Failure.TIMEOUT, "by its time limit"),
        (AgentStop.IDLE, Failure.IDLE, "by silence"),
        (AgentStop.BUDGET, Failure.BUDGET, "by its budget"),
    ],
)
async def test_an_agent_that_gives_up(stop: AgentStop, failure: Failure, where: str) -> None:
    shop = Shop()
    shop.agent.gives_up(stop, "it is too warm\nTraceback: line 1")
    job = await shop.ask()
    assert (job.status, job.failure, job.agent_state) == (JobStatus.FAILED, failure, AgentState.ERROR)
    assert card(job).headline == f"❌ {job.handle} failed {where}: scripted gave up: it is too warm."
    assert card(job).details == "Traceback: line 1"
    assert shop.world.pushes == []


async def test_an_agent_that_says_nothing_at_all() -> None:
    shop = Shop()
    shop.agent.says, shop.agent.writes = [], {}
    shop.agent.gives_up(AgentStop.CRASHED, "")
    job = await shop.ask()
    assert card(job).headline == f"❌ {job.handle} failed in the agent: scripted ended without a result."


async def test_an_agent_that_is_not_installed() -> None:
    shop = Shop()
    shop.agent.missing = "`claude` is not installed"
    job = await shop.ask()
    assert (
        card(job).headline
        == f"❌ {job.handle} failed in set-up: starting scripted: `claude` is not installed."
    )


async def test_a_wrong_repository_file_is_told_with_its_line() -> None:
    shop = Shop()
    shop.world.put("main", {"calc.py": "broken", ".bellhop.yml": "setup: make\nrnu: pytest\n"})
    job = await shop.ask()
    assert job.failure is Failure.SETUP
    assert card(job).headline == (
        f"❌ {job.handle} failed in set-up: reading `.bellhop.yml`, line 2: unknown key `rnu`; did you mean `run`?."
    )
    assert shop.world.pushes == []


async def test_what_a_change_may_not_touch_is_never_pushed() -> None:
    shop = Shop()
    shop.agent.writes = {".github/workflows/x.yml": "on: push", "calc.py": "fixed"}
    job = await shop.ask()
    assert job.failure is Failure.POLICY
    assert card(job).headline == (
        f"❌ {job.handle} failed before the push: the change may not be pushed: "
        "`.github/workflows/x.yml` may not be changed by a job."
    )
    assert (shop.world.pushes, shop.runner.started) == ([], [])


async def test_a_secret_in_the_change_is_never_pushed_and_never_told() -> None:
    shop = Shop()
    shop.agent.writes = {"notes.txt": f"the token is {CANARY}"}
    shop.agent.says = [AgentEvent(kind=AgentEventKind.TEXT, text=f"found {CANARY}")]
    shop.agent.answer = shop.agent.answer.model_copy(update={"summary": f"wrote {CANARY}"})
    job = await shop.ask()
    assert job.failure is Failure.POLICY
    assert "`notes.txt` adds a secret" in card(job).headline
    assert shop.world.pushes == []
    assert CANARY not in job.model_dump_json()


async def test_a_conflict_is_a_conflict() -> None:
    shop = Shop()
    shop.world.refusal = JobFailed(
        Failure.CONFLICT, "pushing x: somebody else changed the same lines (calc.py)"
    )
    job = await shop.ask()
    assert job.failure is Failure.CONFLICT
    assert card(job).headline.startswith(
        f"❌ {job.handle} failed on a conflict: pushing x: somebody else changed"
    )
    assert shop.platform.pulls == []


async def test_a_refused_push_says_what_the_server_said() -> None:
    shop = Shop()
    shop.world.refusal = JobFailed(Failure.PUBLISH, "pushing x: protected branch hook declined", "remote: no")
    job = await shop.ask()
    assert card(job).headline == (
        f"❌ {job.handle} failed in publishing: pushing x: protected branch hook declined."
    )
    assert card(job).details == "remote: no"


async def test_a_platform_that_refuses_us_is_named() -> None:
    shop = Shop()
    shop.platform.failures["repository"] = [AuthenticationError("looking at acme/shop: GitHub answered 401")]
    job = await shop.ask()
    assert job.failure is Failure.UPSTREAM
    assert card(job).headline.startswith(
        f"❌ {job.handle} failed on the platform: looking at acme/shop: GitHub"
    )


async def test_a_defect_of_ours_ends_its_job_without_telling_internals(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop = Shop()

    async def stumble() -> None:
        raise ZeroDivisionError(f"at {CANARY}")

    shop.agent.hook = stumble
    job = await shop.ask()
    assert job.failure is Failure.INTERNAL
    assert "a defect in Bellhop (ZeroDivisionError)" in card(job).headline
    assert CANARY not in job.model_dump_json()
