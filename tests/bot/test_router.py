"""From a kept delivery to its disposition, also on a bad day."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import RateLimitError
from models.base import now
from tests.fakes.platform import said
from tests.fakes.services import Bench


async def test_a_platform_that_says_when_to_come_back_is_left_alone_until_then() -> None:
    bench = Bench()
    bench.platform.failures["role_of"] = [RateLimitError("asking: too many", retry_after_seconds=900)]
    await bench.receive(said("@bellhop ping"))
    await bench.dispatch()
    [delivery] = await bench.deliveries()
    assert delivery.disposition is None
    assert delivery.due_at > now() + timedelta(seconds=800)
