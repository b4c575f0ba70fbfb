"""From a kept delivery to its disposition, also on a bad day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import router
from bot.errors import AuthenticationError, IntegrationError, NetworkError, NotFoundError, RateLimitError
from models.base import now
from models.change import Change
from models.delivery import Delivery, Disposition, WaitsFor
from models.message import MessageKind
from tests.bot.test_recovery import Clock, bench_with_clock
from tests.fakes.platform import said
from tests.fakes.services import Bench

A_LITTLE = timedelta(seconds=1)
REFUSED = "asking for a role: GitHub answered 401: Bad credentials"
FORBIDDEN = "asking for a role: GitHub answered 403: Must have push access"
GONE = "reading acme/shop#43: GitHub answered 404: Not Found"


def refused() -> IntegrationError:
    return AuthenticationError(REFUSED)


async def next_try(bench: Bench, clock: Clock) -> Delivery:
    """When it is due again, and not before; the delivery after it."""
    [before] = await bench.deliveries()
    clock.offset = before.due_at - now() - A_LITTLE
    await bench.dispatch()
    assert (await bench.deliveries())[0].attempts == before.attempts, "it is left alone until then"
    clock.offset += 2 * A_LITTLE
    await bench.dispatch()
    return (await bench.deliveries())[0]


async def let_answer(bench: Bench) -> list[str]:
    await bench.deliver_answers()
    return bench.answers


async def test_a_platform_that_says_when_to_come_back_is_left_alone_until_then() -> None:
    bench = Bench()
    bench.platform.failures["role_of"] = [RateLimitError("asking: too many", retry_after_seconds=900)]
    await bench.receive(said("@bellhop ping"))
    await bench.dispatch()
    [delivery] = await bench.deliveries()
    assert delivery.disposition is None
    assert delivery.due_at > now() + timedelta(seconds=800)


async def test_a_refused_token_puts_the_delivery_off_until_it_is_renewed() -> None:
    bench, clock = bench_with_clock()
    bench.platform.failures["role_of"] = [refused() for _ in range(20)]
    delivery = await bench.hear("@bellhop ping")
    waits = []
    for attempt in range(1, 21):
        assert (delivery.disposition, delivery.attempts) == (None, attempt)
        assert (delivery.waits_for, delivery.detail) == (WaitsFor.CREDENTIAL, REFUSED)
        waits.append(round((delivery.due_at - clock()).total_seconds(), -1))
        delivery = await next_try(bench, clock)
    assert waits[:4] == [60, 120, 240, 300]
    assert set(waits[4:]) == {300}
    assert delivery.disposition is Disposition.ANSWERED
    [answer] = await let_answer(bench)
    assert answer.startswith("pong")


async def test_a_token_refused_for_a_day_ends_the_delivery_with_a_word() -> None:
    bench, clock = bench_with_clock()
    bench.platform.failures["role_of"] = [refused() for _ in range(400)]
    began = clock()
    delivery = await bench.hear("@bellhop ping")
    while delivery.disposition is None:
        delivery = await next_try(bench, clock)
    assert delivery.disposition is Disposition.ERROR_UPSTREAM
    assert timedelta(hours=22) < clock() - began < timedelta(hours=26)
    [answer] = await let_answer(bench)
    assert REFUSED in answer


async def test_an_outage_after_many_refusals_does_not_end_the_delivery() -> None:
    """Whoever renews the token sets a crowd free: the rate limit they meet is no reason to give up."""
    bench, clock = bench_with_clock()
    limit = RateLimitError("asking: too many", retry_after_seconds=60)
    bench.platform.failures["role_of"] = [refused() for _ in range(12)] + [limit, NetworkError("no answer")]
    delivery = await bench.hear("@bellhop ping")
    for _ in range(14):
        assert delivery.disposition is None
        delivery = await next_try(bench, clock)
    assert delivery.disposition is Disposition.ANSWERED


async def test_a_right_that_lacks_is_told_once_and_tried_again() -> None:
    bench, clock = bench_with_clock()
    lacking = [AuthenticationError(FORBIDDEN, is_forbidden=True) for _ in range(3)]
    bench.platform.failures["role_of"] = list(lacking)
    delivery = await bench.hear("@bellhop ping")
    for _ in lacking:
        assert (delivery.disposition, delivery.waits_for) == (None, WaitsFor.RIGHT)
        [told] = await let_answer(bench)
        assert FORBIDDEN in told
        delivery = await next_try(bench, clock)
    assert delivery.disposition is Disposition.ANSWERED
    assert [FORBIDDEN in told for told in await let_answer(bench)] == [True, False]


async def test_an_outage_is_told_after_some_minutes_and_outlived() -> None:
    bench, clock = bench_with_clock()
    bench.platform.failures["role_of"] = [NetworkError("asking: no answer") for _ in range(10)]
    delivery = await bench.hear("@bellhop ping")
    for attempt in range(1, 11):
        assert (delivery.disposition, len(await let_answer(bench))) == (None, int(attempt >= 8))
        delivery = await next_try(bench, clock)
    assert delivery.disposition is Disposition.ANSWERED


async def follow_up(bench: Bench, *errors: IntegrationError) -> Delivery:
    """A remark on our own pull request, whose context cannot be read."""
    bench.platform.failures["context_of"] = list(errors)
    async with bench.storage.begin() as work:
        change = Change(
            place="github:default:acme/shop#",
            repository="acme/shop",
            pull_number=43,
            branch="bellhop/J-1",
            base="main",
            updated_at=now(),
        )
        await work.changes.keep(change)
    return await bench.hear("rename this", kind=MessageKind.INLINE, number=43, comment_id="500")


async def test_what_is_not_found_at_first_is_looked_for_again() -> None:
    bench, clock = bench_with_clock()
    delivery = await follow_up(bench, NotFoundError(GONE), NotFoundError(GONE))
    assert (delivery.disposition, delivery.detail, delivery.waits_for) == (None, GONE, None)
    await next_try(bench, clock)
    delivery = await next_try(bench, clock)
    assert delivery.disposition is Disposition.ACCEPTED
    assert len(await bench.jobs()) == 1


async def test_what_is_not_found_at_all_gets_a_clear_answer() -> None:
    bench, clock = bench_with_clock()
    delivery = await follow_up(bench, *[NotFoundError(GONE)] * 4)
    began = clock()
    for _ in range(3):
        assert delivery.disposition is None
        delivery = await next_try(bench, clock)
    assert delivery.disposition is Disposition.ERROR_UPSTREAM
    assert clock() - began < timedelta(minutes=1), "nobody waits long for that answer"
    [answer] = await let_answer(bench)
    assert GONE in answer


async def test_what_did_not_fit_into_a_claim_is_looked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "CLAIM_BYTES", 3000)
    monkeypatch.setattr(router, "FULL_BYTES", 1000)
    bench = Bench()
    for number in range(3):
        await bench.receive(said("@bellhop ping", comment_id=str(number), title="x" * 2000))
    looks = [await bench.dispatcher.step() for _ in range(4)]
    await bench.dispatcher.close()
    assert looks == [True, True, True, False]
    assert [row.attempts for row in await bench.deliveries()] == [1, 1, 1]


async def test_what_was_moved_here_is_no_new_request() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix this", is_moved=True)
    await bench.hear("nobody is called", is_moved=True, comment_id="78")
    kinds = [delivery.disposition for delivery in await bench.deliveries()]
    assert kinds == [Disposition.IGNORED_NOT_ADDRESSED, Disposition.IGNORED_EVENT]
    assert await bench.jobs() == []
