"""Learning who we are."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.errors import AuthenticationError, NetworkError
from bot.introduction import introduce, introduce_within
from models.delivery import Disposition
from models.message import Actor
from tests.fakes.platform import ME, FakePlatform
from tests.fakes.services import Bench


class Shy(FakePlatform):
    """Tells its name when asked, after `failures` and `seconds`."""

    def __init__(self, *failures: Exception, seconds: float = 0.0) -> None:
        super().__init__()
        self.forget_itself()
        self.troubles = list(failures)
        self.seconds = seconds
        self.asked = 0

    async def me(self) -> Actor:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        if self.troubles:
            raise self.troubles.pop(0)
        return await super().me()


def bench_of(**platforms: FakePlatform) -> Bench:
    bench = Bench()
    known = {(name, "default"): platform for name, platform in platforms.items()}
    bench.services = replace(bench.services, platforms=known)
    return bench


async def test_each_platform_is_asked_until_it_told() -> None:
    one = Shy(NetworkError("no answer"), AuthenticationError("refused"))
    bench = bench_of(one=one)
    for _ in range(5):
        assert not await introduce(bench.services)
    assert one.own_login == ME.login
    assert one.asked == 3


async def test_at_the_start_nobody_waits_for_ever() -> None:
    slow, quick = Shy(seconds=30), Shy()
    assert await introduce_within(bench_of(slow=slow, quick=quick).services, 0.1) == [slow]
    assert quick.own_login == ME.login


async def test_what_waited_for_a_new_token_is_answered_as_soon_as_the_platform_takes_it() -> None:
    bench = Bench()
    bench.platform.failures["role_of"] = [AuthenticationError("asking: refused")] * 2 + [NetworkError("away")]
    for number in range(3):
        await bench.hear("@bellhop ping", comment_id=str(number), number=number + 1)
    bench.services = replace(bench.services, platforms={("github", "default"): Shy()})
    await introduce(bench.services)
    await bench.dispatch()
    assert [row.disposition for row in await bench.deliveries()] == [
        None,  # the platform was away then: that it tells our name is no sign for this
        Disposition.ANSWERED,
        Disposition.ANSWERED,
    ]


async def test_it_need_not_be_the_loop_that_learns_first() -> None:
    bench = Bench()
    bench.platform.forget_itself()
    bench.platform.failures["me"] = [AuthenticationError("asking who we are: refused")]
    await bench.hear("@bellhop ping", comment_id="1", number=1)
    await bench.hear("@bellhop ping", comment_id="2", number=2)
    await bench.dispatch()
    assert [row.disposition for row in await bench.deliveries()] == [Disposition.ANSWERED] * 2
