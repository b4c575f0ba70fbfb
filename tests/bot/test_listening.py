"""What comes over a connection of ours passes the same door, unsigned; over HTTP it does not."""

from __future__ import annotations

import asyncio

import pytest

from bot import inbox, listening, loop_list
from bot.errors import SignatureError
from bot.flights import Failed
from bot.listening import Take
from models.delivery import Origin, WebhookRequest
from tests.fakes.chat import ChatBench
from tests.fakes.platform import said


class FakeEar:
    """Counts how often it is tended."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.bell = asyncio.Event()
        self.steps = 0
        self.is_closed = False

    async def step(self) -> bool:
        self.steps += 1
        return False

    async def close(self) -> None:
        self.is_closed = True


def listening_bench(*, is_wanted: bool = True) -> tuple[ChatBench, list[FakeEar]]:
    """A chat that may be heard over connections of ours, and the ears that were opened."""
    bench, ears = ChatBench(), list[FakeEar]()

    def listen(take: Take, failed: Failed | None = None) -> FakeEar | None:
        if is_wanted:
            ears.append(FakeEar(take))
        return ears[-1] if is_wanted else None

    vars(bench.chat)["listen"] = listen
    return bench, ears


async def test_what_comes_over_a_connection_of_ours_needs_no_signature_and_is_marked() -> None:
    bench, ears = listening_bench()
    assert listening.open_ear(bench.services, bench.chat) is ears[0]
    request = WebhookRequest(headers={"x-delivery": "d1", "x-event": "message"}, body=said("@bellhop ping"))
    await ears[0].take(request, "envelope-1")
    [kept] = await bench.deliveries()
    assert (kept.origin, kept.request_id, kept.platform) == (Origin.SOCKET, "envelope-1", "slack")


async def test_the_same_over_http_is_refused_and_of_a_known_key_one() -> None:
    bench, ears = listening_bench()
    listening.open_ear(bench.services, bench.chat)
    request = WebhookRequest(headers={"x-delivery": "d1", "x-event": "message"}, body=said("@bellhop ping"))
    with pytest.raises(SignatureError):
        await inbox.receive(bench.services, "slack", request)
    assert await bench.deliveries() == []
    for _ in range(2):
        await ears[0].take(request, "envelope-1")
    [kept] = await bench.deliveries()
    assert kept.receipts == 2


async def test_a_platform_with_an_ear_has_a_loop_that_tends_it_and_a_closer() -> None:
    bench, ears = listening_bench()
    made, closers = loop_list.make(bench.services, lambda *_: None)
    [loop] = [each for each in made if each.name == "listen slack/default"]
    assert loop.bell is ears[0].bell
    await loop.step()
    assert ears[0].steps == 1
    assert ears[0] in closers


async def test_without_one_there_is_no_such_loop() -> None:
    bench, ears = listening_bench(is_wanted=False)
    made, _ = loop_list.make(bench.services, lambda *_: None)
    assert not [each for each in made if each.name.startswith("listen")]
    assert ears == []
