"""Which branch, on what, for whose pull request."""

from __future__ import annotations

import pytest

from bot import planning
from bot.errors import JobFailed
from bot.planning import Plan
from bot.run import Run
from models.job import Failure, Job
from tests.bot.bench import CHECKED, Shop


async def plan_of(shop: Shop, job: Job) -> Plan:
    run = Run(shop.services, job, "w")
    return await planning.make(run, shop.platform)


async def test_a_new_branch_of_our_own_on_the_default_branch() -> None:
    shop = Shop()
    job = await shop.accept()
    plan = await plan_of(shop, job)
    assert (plan.base, plan.branch, plan.head_repository) == ("main", f"bellhop/{job.handle}", "acme/shop")
    assert (plan.checkout.start, plan.checkout.start_sha, plan.checkout.branch_remote) == ("main", "", None)
    assert plan.change is None


async def test_the_prefix_is_a_setting() -> None:
    shop = Shop(branch_prefix="porter")
    job = await shop.accept()
    assert (await plan_of(shop, job)).branch == f"porter/{job.handle}"


async def test_a_change_has_one_home_wherever_it_is_gone_on_with_and_shares_it_with_no_other() -> None:
    shop = Shop()
    first = await shop.ask()
    async with shop.storage.read() as unit:
        change = await unit.changes.of_job(first.id)
    assert change is not None
    again = await shop.accept(comment_id="79")
    elsewhere = await shop.accept(number=change.pull_number, comment_id="80")
    elsewhere = elsewhere.model_copy(update={"lock_key": "a line of its own"})
    other = await shop.accept(number=43, comment_id="78")
    afresh = await shop.accept("@bellhop new", comment_id="81")
    homes = [(await plan_of(shop, job)).checkout.home_key for job in (again, elsewhere, other, afresh)]
    assert homes[0] == homes[1] == shop.world.opened[0].home_key
    assert len(set(homes)) == 3
    assert all(home.isalnum() for home in homes)


async def test_on_somebodys_pull_request_the_commit_that_was_seen() -> None:
    shop = Shop()
    shop.platform.context_fields = {"pull_number": 42, "head_ref": "feature", "head_sha": "a" * 40}
    plan = await plan_of(shop, await shop.accept())
    assert (plan.base, plan.checkout.start, plan.checkout.start_sha) == ("feature", "feature", "a" * 40)


async def test_a_request_without_a_repository_has_no_place() -> None:
    job = await Shop().accept()
    with pytest.raises(JobFailed, match="the request names none") as failed:
        planning.place(job.model_copy(update={"context": None}))
    assert failed.value.failure is Failure.SETUP


async def test_a_follow_up_is_planned_where_the_change_lives() -> None:
    shop = Shop()
    shop.platform.can_push = False
    first = await shop.ask()
    shop.platform.can_push = True
    plan = await plan_of(shop, await shop.accept("@bellhop please go on", comment_id="78"))
    assert (plan.branch, plan.head_repository) == (f"bellhop/{first.handle}", "bellhop-bot/shop")


@pytest.mark.parametrize("name", ["no/such", "../../../user", "`x`", "-x", "main "])
async def test_a_base_that_is_none(name: str) -> None:
    shop = Shop()
    job = await shop.accept()
    job = job.model_copy(update={"request": job.request.model_copy(update={"branch": name})})
    with pytest.raises(JobFailed, match="there is none of that name"):
        await plan_of(shop, job)


async def test_a_base_that_is_there() -> None:
    shop = Shop()
    shop.platform.branches.add("release")
    shop.world.put("release", CHECKED)
    plan = await plan_of(shop, await shop.accept("@bellhop fix branch=release"))
    assert (plan.base, plan.checkout.start) == ("release", "release")
