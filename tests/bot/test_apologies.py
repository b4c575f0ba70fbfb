"""Who hears that something went wrong, or has to wait: whoever asked, and nobody else."""

from __future__ import annotations

import pytest

from bot.errors import AuthenticationError, IntegrationError
from models.base import now
from models.change import Change
from models.delivery import Delivery, Disposition
from models.message import MessageKind
from tests.fakes.services import Bench

AWAY = IntegrationError("asking: 410", retryable=False)
FORBIDDEN = AuthenticationError("asking: 403", is_forbidden=True)


async def remark(bench: Bench) -> Delivery:
    """A comment on the code of our own pull request that calls nobody."""
    change = Change(
        place="github:default:acme/shop#",
        repository="acme/shop",
        pull_number=43,
        branch="bellhop/J-1",
        base="main",
        updated_at=now(),
    )
    async with bench.storage.begin() as work:
        await work.changes.keep(change)
    return await bench.hear("nice", kind=MessageKind.INLINE, number=43, comment_id="500")


async def test_nobody_apologizes_for_a_remark_of_who_may_be_a_stranger() -> None:
    bench = Bench()
    bench.platform.failures["role_of"] = [AWAY] * 9
    assert (await remark(bench)).disposition is Disposition.ERROR_UPSTREAM
    assert bench.answers == []


async def test_nobody_is_asked_for_patience_who_may_be_a_stranger() -> None:
    bench = Bench()
    bench.platform.failures["role_of"] = [FORBIDDEN] * 9
    assert (await remark(bench)).disposition is None
    assert bench.answers == []


async def test_whoever_may_ask_there_hears_that_it_went_wrong() -> None:
    bench = Bench()
    bench.platform.failures["context_of"] = [AWAY]
    assert (await remark(bench)).disposition is Disposition.ERROR_UPSTREAM
    [answer] = bench.answers
    assert answer.startswith("Sorry, that went wrong")


async def test_whoever_may_ask_there_hears_that_it_waits() -> None:
    bench = Bench()
    bench.platform.failures["context_of"] = [FORBIDDEN]
    assert (await remark(bench)).disposition is None
    assert "I try again" in bench.answers[0]


async def test_whoever_calls_us_hears_it_whoever_they_are() -> None:
    bench = Bench()
    bench.platform.failures["role_of"] = [AWAY] * 9
    assert (await bench.hear("@bellhop ping")).disposition is Disposition.ERROR_UPSTREAM
    assert bench.answers[0].startswith("Sorry, that went wrong")


async def test_a_defect_in_the_looking_up_ends_the_remark_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    bench = Bench()
    monkeypatch.setattr(bench.platform, "role_of", broken)
    found = await remark(bench)
    for _ in range(3):
        memory = bench.storage._memory.deliveries
        memory[found.id] = memory[found.id].model_copy(update={"due_at": now()})
        await bench.dispatch()
    assert (await bench.deliveries())[0].disposition is Disposition.ERROR_INTERNAL
    assert bench.answers == []
