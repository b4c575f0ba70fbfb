"""`unlink` ends it at once: the next request asks for a link again."""

from __future__ import annotations

from models.delivery import Disposition
from tests.fakes.chat import ChatBench


async def test_whoever_unlinks_stands_alone() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop unlink")
    assert bench.whispers[-1].text.startswith("Unlinked from ada on github.")
    assert await bench.account_of("U1") == ""
    await bench.say("@bellhop fix it repo=acme/shop")
    assert (await bench.dispositions())[-1] is Disposition.WAITING_LINK


async def test_from_the_forge_too() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.comment("/bellhop unlink")
    assert "Unlinked from" in bench.comments[-1]
    assert await bench.account_of("U1") == ""
    await bench.comment("/bellhop unlink")
    assert "linked to nobody" in bench.comments[-1]
