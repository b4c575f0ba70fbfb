"""Every way a job can end, from the request to the card: work done in memory, driven as a worker drives it."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import AuthenticationError, JobFailed
from models.agent import AgentEvent, AgentEventKind, AgentState, AgentStop
from models.card import CardState
from models.identity import Role
from models.job import Failure, JobEventType, JobStatus
from tests.bot.bench import CANARY, CHECKED, Shop, card, lines, of_type
from tests.fakes.workshop import FakeRunning


async def test_done_with_a_draft_as_the_handbook_says_it() -> None:
    shop = Shop()
    job = await shop.ask()
    assert job.status is JobStatus.COMPLETED
    assert card(job).headline == f"✅ {job.handle} done in 0s · $1.18 · PR #900 (draft), 1 file · tests 3/3"
    assert card(job).state is CardState.DONE
    assert card(job).links == (("PR #900", "https://git.example/p"),)
    assert card(job).next_commands == (f"/bellhop undo {job.handle}", f"/bellhop logs {job.handle}")
    assert lines(job)[:2] == ["Fetching `acme/shop`", "`scripted` at work"]
    assert card(job).body == "Guarded it."
    assert job.agent_state is AgentState.FINISHED
    [pull] = shop.platform.pulls
    assert (pull.head_ref, pull.base_ref, pull.is_draft) == (f"bellhop/{job.handle}", "main", True)
    tip = shop.world.tip(f"bellhop/{job.handle}")
    assert tip is not None
    assert tip.files["calc.py"] == "fixed"


async def test_what_was_pushed_is_remembered_for_the_next_request() -> None:
    shop = Shop()
    job = await shop.ask()
    change = await shop.change()
    assert change is not None
    assert (change.issue_number, change.pull_number, change.branch) == (42, 900, f"bellhop/{job.handle}")
    assert (change.agent, change.session, change.job_id, change.is_open) == ("scripted", "s-1", job.id, True)
    tip = shop.world.tip(change.branch)
    assert tip is not None
    assert change.head_sha == tip.sha


async def test_a_right_that_was_lost_while_the_job_waited_is_lost() -> None:
    shop = Shop()
    job = await shop.accept()
    shop.platform.roles["ana"] = Role.READ
    ended = await shop.work(job)
    assert (ended.status, ended.failure) == (JobStatus.FAILED, Failure.POLICY)
    assert "needs write on acme/shop" in card(ended).headline
    assert shop.agent.tasks == []


async def test_ready_means_no_draft() -> None:
    shop = Shop()
    job = await shop.ask("@bellhop fix pr=ready")
    assert not shop.platform.pulls[0].is_draft
    assert "PR #900, 1 file" in card(job).headline


async def test_none_means_a_branch_and_no_pull_request() -> None:
    shop = Shop()
    job = await shop.ask("@bellhop fix pr=none")
    assert shop.platform.pulls == []
    assert card(job).headline == (
        f"✅ {job.handle} done in 0s · $1.18 · branch `bellhop/{job.handle}`, 1 file · tests 3/3"
    )


async def test_no_change_is_told_as_such_and_pushes_nothing() -> None:
    shop = Shop()
    shop.agent.writes = {}
    job = await shop.ask()
    assert job.status is JobStatus.COMPLETED
    assert card(job).headline == f"✅ {job.handle} done in 0s · $1.18 · no change was needed"
    assert card(job).body == "Guarded it."
    assert (shop.world.pushes, shop.platform.pulls) == ([], [])


async def test_a_question_is_answered_and_what_the_agent_changed_is_thrown_away() -> None:
    shop = Shop()
    job = await shop.ask("@bellhop ask where is the retry policy?")
    assert card(job).headline == f"✅ {job.handle} answered in 0s · $1.18"
    assert card(job).state is CardState.ANSWERED
    assert job.result is not None
    assert job.result.result == "changes were thrown away"
    assert shop.agent.tasks[0].is_read_only
    assert (shop.world.pushes, shop.platform.pulls, shop.runner.started) == ([], [], [])


async def test_a_question_needs_no_fork_where_we_may_not_push() -> None:
    shop = Shop()
    shop.platform.can_push = False
    await shop.ask("@bellhop ask why?")
    assert shop.world.opened[0].branch_remote is None


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


async def test_without_checks_that_is_said() -> None:
    shop = Shop()
    shop.world.put("main", {"calc.py": "broken"})
    job = await shop.ask()
    assert card(job).headline.endswith("1 file · no checks")
    assert "nothing found to run" in " ".join(lines(job))


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


async def test_a_change_cannot_choose_its_judges() -> None:
    shop = Shop()
    shop.world.put("main", {"calc.py": "broken", "Makefile": "test:\n\tpython -m unittest\n"})
    shop.agent.writes = {"Makefile": "test:\n\ttrue\n", "pytest.ini": ""}
    await shop.ask()
    assert [spec.argv[-1] for spec in shop.runner.started] == ["make test"]


async def test_a_secret_in_the_change_is_never_pushed_and_never_told() -> None:
    shop = Shop()
    shop.agent.writes = {"notes.txt": f"the token is {CANARY}"}
    shop.agent.says = [AgentEvent(kind=AgentEventKind.TEXT, text=f"found {CANARY}")]
    shop.agent.answer = shop.agent.answer.model_copy(update={"summary": f"wrote {CANARY}"})
    job = await shop.ask()
    assert job.failure is Failure.POLICY
    assert "notes.txt holds a secret" in card(job).headline
    assert shop.world.pushes == []
    assert CANARY not in job.model_dump_json()


async def test_secrets_in_agents_words_leave_nowhere() -> None:
    shop = Shop()
    shop.agent.says = [
        AgentEvent(kind=kind, text=f"{kind} {CANARY}")
        for kind in (AgentEventKind.TEXT, AgentEventKind.TOOL, AgentEventKind.TOOL_RESULT, AgentEventKind.RAW)
    ]
    shop.agent.answer = shop.agent.answer.model_copy(update={"summary": f"used {CANARY}"})
    shop.runner.ends["pytest -q"] = FakeRunning([f"env: {CANARY}", "1 passed in 0.01s"])
    job = await shop.ask()
    assert job.status is JobStatus.COMPLETED
    assert CANARY not in job.model_dump_json()
    assert CANARY not in shop.world.commits[0].message


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


async def test_where_we_may_not_push_the_work_goes_to_a_fork() -> None:
    shop = Shop()
    shop.platform.can_push = False
    job = await shop.ask()
    assert job.status is JobStatus.COMPLETED
    [checkout] = shop.world.opened
    assert checkout.branch_remote is not None
    assert checkout.branch_remote.url == "https://git.example/bellhop-bot/shop.git"
    assert shop.world.tip(f"bellhop/{job.handle}", "bellhop-bot/shop") is not None
    assert shop.world.tip(f"bellhop/{job.handle}") is None
    assert shop.platform.pulls[0].head_repository == "bellhop-bot/shop"


async def test_an_archived_repository_is_left_alone() -> None:
    shop = Shop()
    shop.platform.repository_fields["is_archived"] = True
    job = await shop.ask()
    assert card(job).headline == f"❌ {job.handle} failed in set-up: acme/shop is archived."
    assert shop.world.opened == []


async def test_another_base_branch_is_taken() -> None:
    shop = Shop()
    shop.platform.branches.add("release/2")
    shop.world.put("release/2", CHECKED)
    await shop.ask("@bellhop fix branch=release/2")
    assert shop.world.opened[0].start == shop.platform.pulls[0].base_ref == "release/2"


async def test_a_base_branch_that_is_not_there_is_named() -> None:
    shop = Shop()
    job = await shop.ask("@bellhop fix branch=relaese/2")
    assert card(job).headline == (
        f"❌ {job.handle} failed in set-up: finding the branch `relaese/2` of acme/shop: there is none of that name."
    )
    assert shop.world.opened == []


async def test_code_of_a_fork_is_refused_before_it_is_fetched() -> None:
    shop = Shop()
    job = await shop.accept()
    rows = shop.storage._memory.jobs
    context = job.context
    assert context is not None
    foreign = context.model_copy(update={"pull_number": 42, "head_ref": "patch-1", "is_fork": True})
    rows[job.id] = rows[job.id].model_copy(update={"context": foreign})
    job = await shop.work(job)
    assert job.failure is Failure.POLICY
    assert "the pull request comes from a fork" in card(job).headline
    assert shop.world.opened == []


async def test_the_agent_is_seen_at_work_while_it_works() -> None:
    shop = Shop()
    seen: list[list[str]] = []

    async def look() -> None:
        [job] = await shop.jobs()
        seen.append(lines(job))

    shop.agent.says = [
        AgentEvent(kind=AgentEventKind.TEXT, text="Looking at calc.py\nfor a while"),
        AgentEvent(kind=AgentEventKind.TOOL, text='Bash {"command": "pytest"}'),
    ]

    async def flushed() -> None:
        await asyncio.sleep(0.4)  # longer than events wait for their batch
        await look()

    shop.agent.hook = flushed
    job = await shop.ask()
    assert seen == [["Fetching `acme/shop`", "`scripted` at work", "“Looking at calc.py”"]]
    assert "“Looking at calc.py”" not in lines(job)


async def test_output_beyond_all_bounds_is_not_kept() -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = FakeRunning(["x" * 1000] * 1500 + ["41 passed in 1s"])
    shop.agent.says = [AgentEvent(kind=AgentEventKind.TEXT, text=f"line {n}") for n in range(5010)]
    job = await shop.ask()
    assert card(job).headline.endswith("tests 41/41")
    assert sum(len(event.data or "") for event in of_type(job.events, JobEventType.LOG)) < 1_200_000
    assert len(of_type(job.events, JobEventType.AGENT)) == 5000
    assert any("not kept" in (event.data or "") for event in job.events)
