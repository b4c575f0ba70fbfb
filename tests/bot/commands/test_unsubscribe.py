"""`unsubscribe` ends what a channel follows, all of it or some."""

from __future__ import annotations

from tests.bot.commands.test_subscribe import followed, linked
from tests.fakes.chat import ChatBench


async def following(*repositories: str) -> ChatBench:
    bench = await linked()
    for repository in repositories:
        await bench.say(f"@bellhop subscribe {repository}")
    return bench


async def test_anybody_there_ends_it() -> None:
    bench = await following("acme/shop", "acme/till")
    await bench.say("@bellhop unsubscribe ACME/shop", user="U2")
    assert [each.repository for each in await followed(bench)] == ["acme/till"]
    assert "follows `acme/shop` no more" in bench.posts[-1]


async def test_no_stranger_ends_it() -> None:
    bench = await following("acme/shop")
    await bench.say("@bellhop unsubscribe acme/shop", user="U9", is_stranger=True)
    assert len(await followed(bench)) == 1


async def test_some_of_it_may_stay_and_whose_right_counts_stays() -> None:
    bench = await following("acme/shop")
    await bench.say("@bellhop unsubscribe acme/shop issues releases", user="U2")
    [left] = await followed(bench)
    assert (left.events, left.by) == (("pulls", "reviews", "jobs"), "U1")
    await bench.say("@bellhop unsubscribe acme/shop pulls reviews jobs")
    assert await followed(bench) == []


async def test_the_only_one_needs_no_name_and_one_of_several_does() -> None:
    bench = await following("acme/shop", "acme/till")
    await bench.say("@bellhop unsubscribe")
    assert "Say which" in bench.whispers[-1].text
    await bench.say("@bellhop unsubscribe acme/shop")
    await bench.say("@bellhop unsubscribe")
    assert await followed(bench) == []


async def test_what_it_does_not_follow_is_said() -> None:
    bench = await following("acme/shop")
    await bench.say("@bellhop unsubscribe acme/api")
    assert "does not follow `acme/api`. It follows `acme/shop`" in bench.whispers[-1].text
    await bench.say("@bellhop unsubscribe acme/shop")
    await bench.say("@bellhop unsubscribe acme/shop")
    assert "follows no repository" in bench.whispers[-1].text


async def test_a_forge_follows_nothing() -> None:
    bench = await linked()
    await bench.comment("/bellhop unsubscribe acme/shop")
    assert "this is acme/shop#42" in bench.comments[-1]
