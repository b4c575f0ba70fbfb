"""Jobs that go on with earlier work, and jobs that are stopped in the middle of it."""

from __future__ import annotations

import pytest

from bot import patience
from bot.errors import LeaseLost, NetworkError
from models.agent import AgentEvent, AgentEventKind
from models.job import Failure, JobStatus
from tests.bot.bench import Shop, card
from tests.fakes.workshop import FakeRunning


async def test_a_follow_up_continues_branch_pull_request_and_session() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.agent.writes = {"NOTES.md": "why"}
    second = await shop.ask("@bellhop please write down why", comment_id="78")
    assert second.status is JobStatus.COMPLETED
    assert (
        card(second).headline
        == f"✅ {second.handle} done in 0s · $1.18 · PR #900 (draft) updated, 1 file · tests 3/3"
    )
    assert shop.world.pushes == [f"bellhop/{first.handle}"] * 2
    assert len(shop.platform.pulls) == 1
    assert [task.session for task in shop.agent.tasks] == [None, "s-1"]
    assert "The branch already holds earlier work of yours" in shop.agent.tasks[1].prompt
    tip = shop.world.tip(f"bellhop/{first.handle}")
    assert tip is not None
    assert (tip.files["calc.py"], tip.files["NOTES.md"]) == ("fixed", "why")


async def test_a_follow_up_on_the_pull_request_continues_it_too() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.agent.writes = {"NOTES.md": "why"}
    await shop.ask("@bellhop please write down why", comment_id="78", number=900)
    assert shop.world.pushes == [f"bellhop/{first.handle}"] * 2
    assert len(shop.platform.pulls) == 1


async def test_another_agent_does_not_get_the_first_ones_session() -> None:
    shop = Shop()
    await shop.ask("@bellhop fix")
    change = await shop.change()
    assert change is not None
    async with shop.storage.begin() as unit:
        await unit.changes.keep(change.model_copy(update={"agent": "claude", "session": "c-9"}))
    shop.agent.writes = {"NOTES.md": "why"}
    await shop.ask("@bellhop please write down why", comment_id="78")
    assert shop.agent.tasks[1].session is None


async def test_an_agent_that_keeps_no_sessions_gets_none_back() -> None:
    shop = Shop()
    await shop.ask("@bellhop fix")
    shop.agent.features = frozenset()
    shop.agent.writes = {"NOTES.md": "why"}
    await shop.ask("@bellhop please write down why", comment_id="78")
    assert shop.agent.tasks[1].session is None


async def test_new_begins_afresh_on_a_branch_of_its_own() -> None:
    shop = Shop()
    await shop.ask("@bellhop fix")
    second = await shop.ask("@bellhop new try it the other way", comment_id="78")
    assert shop.world.pushes[1] == f"bellhop/{second.handle}"
    assert [pull.number for pull in shop.platform.pulls] == [900, 901]
    assert shop.agent.tasks[1].session is None
    change = await shop.change()
    assert change is not None
    assert change.pull_number == 901


async def test_a_pull_request_that_was_closed_is_not_continued() -> None:
    shop = Shop()
    await shop.ask("@bellhop fix")
    await shop.platform.close_pull("acme/shop", 900)
    second = await shop.ask("@bellhop please try again", comment_id="78")
    assert shop.world.pushes[1] == f"bellhop/{second.handle}"
    assert [pull.number for pull in shop.platform.pulls] == [900, 901]


async def test_the_work_of_failing_checks_is_continued_and_then_offered() -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = FakeRunning(["1 failed in 0.1s"], code=1)
    first = await shop.ask("@bellhop fix")
    shop.runner.ends.clear()
    shop.agent.writes = {"calc.py": "fixed better"}
    second = await shop.ask("@bellhop please also mend the test", comment_id="78")
    assert shop.world.pushes == [f"bellhop/{first.handle}"] * 2
    assert "PR #900 (draft), 1 file" in card(second).headline


async def test_undo_outlives_a_bad_moment_of_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (0.0,))
    shop = Shop()
    first = await shop.ask()
    for method in ("close_pull", "delete_branch"):
        shop.platform.failures[method] = [NetworkError(f"{method}: 502")]
    undone = await shop.ask(f"/bellhop undo {first.handle}", comment_id="78")
    assert undone.status is JobStatus.COMPLETED
    assert not shop.platform.pulls[0].is_open


async def test_undo_closes_the_pull_request_and_deletes_the_branch() -> None:
    shop = Shop()
    first = await shop.ask("@bellhop fix")
    shop.platform.branches.add(f"bellhop/{first.handle}")
    undone = await shop.ask(f"/bellhop undo {first.handle}", comment_id="78")
    assert card(undone).headline == (
        f"✅ {undone.handle} done in 0s · Closed PR #900 and deleted `bellhop/{first.handle}`"
    )
    assert card(undone).next_commands == (f"/bellhop retry {first.handle}", f"/bellhop logs {undone.handle}")
    assert not shop.platform.pulls[0].is_open
    assert shop.platform.branches == set()
    change = await shop.change()
    assert change is not None
    assert not change.is_open


async def test_an_attempt_after_a_push_goes_straight_to_the_pull_request() -> None:
    shop = Shop()
    job = await shop.accept()

    async def die() -> None:
        raise LeaseLost("the worker is gone")

    shop.world.after_push = die
    job = await shop.work(job)
    assert job.status is JobStatus.RUNNING
    shop.world.after_push = None
    job = await shop.work(await shop.lose(job))
    assert job.status is JobStatus.COMPLETED
    assert len(shop.agent.tasks) == 1
    assert shop.world.pushes == [f"bellhop/{job.handle}"]
    assert "PR #900 (draft)" in card(job).headline
    assert card(job).headline.endswith("tests 3/3")
    assert "Checks: tests 3/3." in shop.platform.drafts[0].body


async def test_an_attempt_after_the_push_of_failing_checks_does_not_offer_them() -> None:
    shop = Shop()
    shop.runner.ends["pytest -q"] = FakeRunning(["2 failed, 1 passed in 0.1s"], code=1)
    job = await shop.accept()

    async def die() -> None:
        raise LeaseLost("the worker is gone")

    shop.world.after_push = die
    job = await shop.work(job)
    job = await shop.work(await shop.lose(job))
    assert (job.status, job.failure) == (JobStatus.FAILED, Failure.CHECKS)
    assert card(job).headline == (
        f"❌ {job.handle} failed in checks: 2 of 3 tests fail. Branch kept: `bellhop/{job.handle}`."
    )
    assert shop.platform.pulls == []


async def test_a_retried_job_says_which_attempt_it_is() -> None:
    shop = Shop()
    job = await shop.accept()

    async def die() -> None:
        raise LeaseLost("the worker is gone")

    shop.agent.hook = die
    job = await shop.work(job)
    again = await shop.lose(job)
    async with shop.storage.begin() as unit:
        claimed = await unit.jobs.claim(again.id, "w", 60)
    assert claimed is not None
    assert f"{job.handle} fix on acme/shop#42 · working, attempt 2 of 3." in card(claimed).headline


async def test_a_session_is_kept_when_a_follow_up_changes_nothing() -> None:
    shop = Shop()
    await shop.ask("@bellhop fix")
    shop.agent.writes = {}
    shop.agent.says = [AgentEvent(kind=AgentEventKind.TEXT, text="It is fine as it is")]
    shop.agent.answer = shop.agent.answer.model_copy(update={"session": "s-2"})
    await shop.ask("@bellhop is it fast enough now", comment_id="78")
    change = await shop.change()
    assert change is not None
    assert change.session == "s-2"


async def test_a_follow_up_is_judged_by_the_base_not_by_what_earlier_work_wrote() -> None:
    shop = Shop()
    shop.world.put("main", {"calc.py": "broken", "Makefile": "test:\n\tpytest\n"})
    shop.agent.writes = {"package.json": '{"scripts": {"test": "true"}}'}
    await shop.ask("@bellhop fix")
    shop.agent.writes = {"calc.py": "fixed"}
    await shop.ask("@bellhop please go on", comment_id="78")
    assert [spec.argv[-1] for spec in shop.runner.started] == ["make test", "make test"]
