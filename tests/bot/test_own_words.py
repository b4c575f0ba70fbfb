"""Whose words are our own is known by our account's id, remembered over restarts, and waited for until it is known."""

from __future__ import annotations

import pytest

from bot.errors import NetworkError
from bot.introduction import introduce
from models.delivery import Disposition
from models.message import Actor
from tests.fakes.platform import ME
from tests.fakes.services import Bench

OURS = "@bellhop fix it, as I said"
AWAY = "no answer"


def started_anew(bench: Bench) -> None:
    """The process knows nothing any more; what is on disk stays. The platform is away."""
    bench.platform.forget_itself()
    bench.platform.failures["me"] = [NetworkError(AWAY)] * 50


async def again(bench: Bench) -> None:
    """What was put off is due, and worked on."""
    rows = bench.storage._memory.deliveries
    for key, row in list(rows.items()):
        rows[key] = row.model_copy(update={"due_at": row.received_at})
    await bench.dispatch()
    await bench.deliver_answers()


async def test_our_own_words_make_no_job_whatever_our_login_is_by_now() -> None:
    bench = Bench()
    delivery = await bench.hear(OURS, actor=ME.model_copy(update={"login": "renamed-bot"}))
    assert delivery.disposition is Disposition.IGNORED_SELF
    assert await bench.jobs() == []


async def test_who_took_our_old_login_is_a_person() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", actor=Actor(id="4711", login=ME.login))
    assert len(await bench.jobs()) == 1


@pytest.mark.parametrize("text", [OURS, f"@{ME.login} fix"])
async def test_until_it_is_known_what_may_be_our_own_waits_and_makes_no_job_later(text: str) -> None:
    bench = Bench()
    started_anew(bench)
    delivery = await bench.hear(text, actor=ME)
    assert (delivery.disposition, delivery.detail) == (None, AWAY)
    bench.platform.failures.clear()
    await again(bench)
    assert [row.disposition for row in await bench.deliveries()] == [Disposition.IGNORED_SELF]
    assert await bench.jobs() == []


@pytest.mark.parametrize("text", ["@bellhop fix", f"@{ME.login} fix"])
async def test_a_person_is_answered_once_it_is_known(text: str) -> None:
    bench = Bench()
    started_anew(bench)
    await bench.hear(text)
    assert await bench.jobs() == []
    bench.platform.failures.clear()
    await again(bench)
    await again(bench)
    assert len(await bench.jobs()) == 1
    assert len(bench.answers) == 1


async def test_who_talks_among_themselves_waits_for_nothing() -> None:
    bench = Bench()
    started_anew(bench)
    delivery = await bench.hear("just talking")
    assert delivery.disposition is Disposition.IGNORED_NOT_ADDRESSED


async def test_a_restart_while_the_platform_is_away_knows_it_from_before() -> None:
    bench = Bench()
    bench.platform.forget_itself()
    await introduce(bench.services)
    started_anew(bench)
    await introduce(bench.services)
    assert bench.platform.own_id == ME.id
    assert not bench.platform.is_introduced, "it is asked all the same"
    delivery = await bench.hear(OURS, actor=ME)
    assert delivery.disposition is Disposition.IGNORED_SELF


async def test_a_login_renamed_meanwhile_is_remembered() -> None:
    bench = Bench()
    async with bench.storage.begin() as work:
        await work.accounts.keep("github", "default", ME.model_copy(update={"login": "before"}))
    bench.platform.forget_itself()
    await introduce(bench.services)
    async with bench.storage.read() as work:
        assert await work.accounts.find("github", "default") == ME
