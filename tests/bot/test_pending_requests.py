"""Who does not answer in time is not waited for, and `why` says so."""

from __future__ import annotations

import pytest

from bot import pending_requests
from models.delivery import Delivery, Disposition, Outcome
from models.pending import PendingKind, PendingState
from tests.adapters.storage.chat_nouns import pending
from tests.fakes.platform import said
from tests.fakes.services import Bench


async def asked_back(bench: Bench, kind: PendingKind, minutes: float) -> Delivery:
    """A delivery that ended with a question."""
    await bench.receive(said("@bellhop fix"))
    disposition = {
        PendingKind.REPOSITORY: Disposition.WAITING_REPOSITORY,
        PendingKind.LINK: Disposition.WAITING_LINK,
    }[kind]
    here = {"platform": "github", "integration": "default"}
    async with bench.storage.begin() as work:
        [row] = await work.deliveries.claim("here", 1, 60.0, **here)
        await work.pending.put(pending(kind=kind, delivery_id=row.id, minutes=minutes))
        outcome = Outcome(delivery_id=row.id, disposition=disposition, detail="asked")
        await work.deliveries.finish([outcome], "here")
    return row


async def state(bench: Bench) -> PendingState:
    async with bench.storage.read() as work:
        row = await work.pending.get("p-1")
    assert row is not None
    return row.state


@pytest.mark.parametrize(
    ("kind", "words"),
    [(PendingKind.REPOSITORY, "which repository"), (PendingKind.LINK, "no account was linked")],
)
async def test_past_its_time_it_waits_no_more_and_its_delivery_says_why(
    kind: PendingKind, words: str
) -> None:
    bench = Bench()
    row = await asked_back(bench, kind, minutes=0)
    assert not await pending_requests.expire(bench.services)
    assert await state(bench) is PendingState.EXPIRED
    [after] = await bench.deliveries()
    assert (after.id, after.disposition) == (row.id, Disposition(f"waiting:{kind}"))
    assert words in after.detail
    await bench.dispatch()
    await bench.deliver_answers()
    assert bench.answers == [], "nothing more is said"
    assert await bench.jobs() == []


async def test_within_its_time_it_goes_on_waiting() -> None:
    bench = Bench()
    await asked_back(bench, PendingKind.REPOSITORY, minutes=60)
    await pending_requests.expire(bench.services)
    assert await state(bench) is PendingState.WAITING
    assert (await bench.deliveries())[0].detail == "asked"


async def test_many_are_ended_in_several_looks() -> None:
    bench = Bench()
    async with bench.storage.begin() as work:
        for number in range(pending_requests.BATCH + 1):
            await work.pending.put(pending(f"p-{number}", minutes=-1))
    assert await pending_requests.expire(bench.services)
    assert not await pending_requests.expire(bench.services)
    rows = bench.storage._memory.pending.values()
    assert {row.state for row in rows} == {PendingState.EXPIRED}
