"""Each option is met, or refused with the reason and the way out, wherever it is typed."""

from __future__ import annotations

import pytest

from models.change import Change
from models.job import Failure, Job, JobEventType, JobStatus
from tests.bot.bench import CHECKED, Shop, card, of_type

ON_A_PULL_REQUEST = {"pull_number": 43, "head_ref": "feature", "head_sha": "0" * 39 + "2"}


async def worked() -> tuple[Shop, Job]:
    """A conversation that has its branch and pull request."""
    shop = Shop()
    shop.platform.branches.add("release")
    shop.world.put("release", CHECKED)
    return shop, await shop.ask("@bellhop fix")


async def changed(shop: Shop, **fields: object) -> Change:
    change = await shop.change()
    assert change is not None
    async with shop.storage.begin() as unit:
        return await unit.changes.keep(change.model_copy(update=fields))


@pytest.mark.parametrize("number", [42, 900])
async def test_a_conversation_with_a_branch_begins_on_no_other(number: int) -> None:
    shop, first = await worked()
    if number == 900:  # on our own pull request
        shop.platform.context_fields = {"pull_number": 900, "head_ref": f"bellhop/{first.handle}"}
    await shop.hear("@bellhop fix it there branch=release", comment_id="78", number=number)
    answer = shop.answers[-1]
    assert "`branch=" in answer
    assert ("offered to `main`" in answer) == (number == 42)
    assert [job.handle for job in await shop.jobs()] == [first.handle]


async def test_the_way_out_of_it_is_taken() -> None:
    shop, first = await worked()
    await shop.hear("@bellhop fix it there branch=release", comment_id="78")
    assert shop.answers[-1].startswith(
        f"This conversation goes on at `bellhop/{first.handle}`, which is offered to `main`; `branch=` is for a "
        "beginning. To begin afresh: `/bellhop new branch=release`"
    )
    second = await shop.ask("/bellhop new branch=release", comment_id="79")
    assert second.status is JobStatus.COMPLETED
    assert shop.platform.drafts[-1].base == "release"


@pytest.mark.parametrize("number", [42, 900])
async def test_the_branch_it_is_offered_to_anyway_may_be_named(number: int) -> None:
    shop, first = await worked()
    if number == 900:
        shop.platform.context_fields = {"pull_number": 900, "head_ref": f"bellhop/{first.handle}"}
    shop.agent.writes = {"NOTES.md": "why"}
    await shop.ask("@bellhop write down why branch=main", comment_id="78", number=number)
    assert shop.world.pushes == [f"bellhop/{first.handle}"] * 2


@pytest.mark.parametrize("verb", ["fix", "new"])
async def test_somebodys_pull_request_is_worked_on_as_it_is(verb: str) -> None:
    shop = Shop()
    shop.platform.context_fields = ON_A_PULL_REQUEST
    await shop.hear(f"/bellhop {verb} branch=main", number=43)
    assert shop.answers[-1].startswith(
        "What is asked for on pull request #43 starts from its branch `feature` and is offered to it, so "
        "`branch=main` cannot be met. Without it: `/bellhop fix`"
    )
    assert await shop.jobs() == []
    await shop.accept(f"/bellhop {verb} branch=feature", number=43, comment_id="78")


async def test_a_conversation_that_got_a_branch_while_the_job_waited() -> None:
    shop, first = await worked()
    await changed(shop, is_open=False)
    late = await shop.accept("@bellhop fix branch=release", comment_id="78")
    await changed(shop, is_open=True)
    ended = await shop.work(late)
    assert ended.failure is Failure.SETUP
    assert f"goes on at `bellhop/{first.handle}`" in card(ended).headline
    assert shop.world.pushes == [f"bellhop/{first.handle}"]


@pytest.mark.parametrize("mode", ["ready", "draft", "none"])
async def test_a_pull_request_that_is_there_stays_as_it_is(mode: str) -> None:
    shop, _ = await worked()
    await shop.hear(f"@bellhop go on pr={mode}", comment_id="78")
    assert shop.answers[-1].startswith(
        "PR #900 is there already and stays as it is; `pr=` is for a beginning. "
        f"To begin afresh: `/bellhop new pr={mode}`"
    )
    assert len(await shop.jobs()) == 1


async def test_a_branch_without_a_pull_request_gets_the_one_that_is_asked_for() -> None:
    shop = Shop()
    await shop.ask("@bellhop fix pr=none")
    assert shop.platform.pulls == []
    shop.agent.writes = {"NOTES.md": "why"}
    await shop.ask("@bellhop write down why pr=ready", comment_id="78")
    assert [pull.is_draft for pull in shop.platform.pulls] == [False]


async def test_a_pull_request_that_came_to_be_while_the_job_waited_is_told_of() -> None:
    shop, _ = await worked()
    await changed(shop, is_open=False)
    late = await shop.accept("@bellhop go on pr=ready", comment_id="78")
    await changed(shop, is_open=True)
    shop.agent.writes = {"NOTES.md": "why"}
    ended = await shop.work(late)
    notices = [event.data for event in of_type(ended.events, JobEventType.NOTICE)]
    assert "PR #900 was there already and stays as it is: `pr=ready` was not met" in notices


async def test_agent_and_model_count_on_a_follow_up_too() -> None:
    shop, _ = await worked()
    await shop.ask("@bellhop go on agent=scripted model=large", comment_id="78")
    assert shop.agent.tasks[-1].model == "large"


async def test_a_retry_takes_the_options_of_the_first_request_along() -> None:
    shop = Shop()
    shop.platform.branches.add("release")
    shop.world.put("release", CHECKED)
    first = await shop.ask("@bellhop fix branch=release pr=ready model=large")
    again = await shop.ask(f"/bellhop retry {first.handle}", comment_id="78")
    assert again.request == first.request
    assert shop.platform.drafts[0].base == "release"
    assert shop.agent.tasks[-1].model == "large"
