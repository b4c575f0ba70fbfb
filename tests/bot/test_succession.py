"""What a dead process held is due at once for its successor."""

from __future__ import annotations

from bot import succession
from models.outbox import OutboxKind
from tests.fakes.platform import said
from tests.fakes.services import Bench


async def claimed_by(bench: Bench, owner: str, times: int = 1) -> None:
    for _ in range(times):
        async with bench.storage.begin() as work:
            rows = await work.deliveries.claim(owner, 1, 0.0, platform="github", integration="default")
            await work.deliveries.renew([row.id for row in rows], owner, 600)
            if times > 1:
                await work.deliveries.take_back([owner], 99, platform="github", integration="default")
    if times > 1:
        async with bench.storage.begin() as work:
            await work.deliveries.claim(owner, 1, 600, platform="github", integration="default")


async def take_over(bench: Bench) -> int:
    return await succession.take_over(bench.services, lambda owner: owner == "dead")


async def test_what_the_dead_held_is_worked_on_at_once_and_what_the_living_hold_is_left() -> None:
    bench = Bench()
    for owner in ("dead", "living"):
        await bench.receive(said("@bellhop ping", comment_id=owner))
        await claimed_by(bench, owner)
    await bench.dispatch()
    assert [row.disposition for row in await bench.deliveries()] == [None, None]
    assert await take_over(bench) == 1
    await bench.dispatch()
    living, freed = await bench.deliveries()
    assert (living.disposition, living.claimed_by) == (None, "living")
    assert freed.disposition is not None


async def sent_and_died(bench: Bench) -> None:
    """A card and a reaction that arrived, and whose sender was killed before it could note it."""
    await bench.receive(said("@bellhop fix"))
    await bench.dispatch()
    for _ in range(2):
        async with bench.storage.begin() as work:
            rows = await work.outbox.claim("dead", 9, 600, platform="github", integration="default")
        for row in rows:
            if row.kind is OutboxKind.REACTION:
                await bench.platform.react(row.thread, row.target_kind, row.target_id, row.reaction)
            else:
                await bench.platform.post(row.thread, bench.platform.render_reply("by the dead", row.marker))


async def test_what_the_dead_sent_is_looked_for_and_not_posted_twice() -> None:
    bench = Bench()
    await sent_and_died(bench)
    bench.platform.call_timeout_seconds = 600.0
    assert await take_over(bench) == 2
    await bench.deliver_answers()
    assert len(bench.answers) == 1
    assert "queued" in bench.answers[0]
    async with bench.storage.read() as work:
        assert await work.outbox.waiting(9) == []


async def test_what_the_dead_sent_is_given_its_time_to_arrive() -> None:
    bench = Bench()
    await sent_and_died(bench)
    assert await take_over(bench) == 2
    await bench.deliver_answers()
    assert bench.platform.calls.count("find") == 0
    assert bench.platform.calls.count("react") == 2, "a reaction may be repeated at once"
    async with bench.storage.read() as work:
        assert [row.kind for row in await work.outbox.waiting(9)] == [OutboxKind.CARD]


async def test_what_the_living_send_is_left_to_them() -> None:
    bench = Bench()
    await sent_and_died(bench)
    bench.platform.call_timeout_seconds = 600.0
    assert await succession.take_over(bench.services, lambda owner: False) == 0
    await bench.deliver_answers()
    assert bench.platform.calls.count("react") == 1


async def test_what_may_be_what_kills_us_waits_for_its_lease() -> None:
    bench = Bench()
    await bench.receive(said("@bellhop ping"))
    await claimed_by(bench, "dead", times=succession.MOST_ATTEMPTS)
    assert await take_over(bench) == 0
    assert (await bench.deliveries())[0].attempts == succession.MOST_ATTEMPTS + 1


async def test_a_database_that_is_away_does_not_stop_the_start() -> None:
    bench = Bench()
    bench.storage.is_away = True
    assert await take_over(bench) == 0
