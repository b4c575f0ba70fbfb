"""A bounded number of things under way."""

from __future__ import annotations

import asyncio

from bot.flights import Flights


async def test_no_more_than_the_most_at_once() -> None:
    flights, gate = Flights(2), asyncio.Event()

    async def fly() -> None:
        await gate.wait()

    flights.start(fly())
    assert flights.free == 1
    flights.start(fly())
    assert flights.free == 0
    waiting = asyncio.create_task(flights.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.set()
    await waiting
    assert flights.free == 2


async def test_a_failure_is_handed_over_and_frees_its_place() -> None:
    failures: list[BaseException] = []
    flights = Flights(1, failures.append)

    async def crash() -> None:
        raise ValueError("engine")

    flights.start(crash())
    await flights.room()
    assert [str(error) for error in failures] == ["engine"]


async def test_landing_waits_and_cancels_who_is_late() -> None:
    flights, ended = Flights(5), []

    async def fly(seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            ended.append("late")
            raise
        ended.append("landed")

    flights.start(fly(0.01))
    flights.start(fly(30))
    await flights.land(0.2)
    assert sorted(ended) == ["landed", "late"]
    assert flights.free == 5
    await flights.land(0.2)  # nothing under way: at once
