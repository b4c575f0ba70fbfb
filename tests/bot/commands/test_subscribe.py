"""`subscribe` makes a channel follow a repository that whoever asks can read; `unsubscribe` ends it."""

from __future__ import annotations

from collections.abc import Sequence

from models.delivery import Disposition
from models.identity import Role
from models.pending import Subscription
from models.picker import Picker
from tests.fakes.chat import ChatBench


async def followed(bench: ChatBench, name: str = "C1") -> Sequence[Subscription]:
    async with bench.storage.read() as work:
        return await work.rooms.followed("slack", "default", name)


async def linked() -> ChatBench:
    bench = ChatBench()
    await bench.link()
    return bench


async def test_a_channel_follows_all_there_is_unless_some_is_named() -> None:
    bench = await linked()
    await bench.say("@bellhop subscribe Acme/Shop")
    [made] = await followed(bench)
    assert (made.repository, made.by, made.thread.root) == ("acme/shop", "U1", "")
    assert made.events == ("issues", "pulls", "reviews", "releases", "jobs")
    assert "follows `Acme/Shop`" in bench.posts[-1], "the channel may know what it will be told"
    await bench.say("@bellhop subscribe acme/shop jobs,prs")
    [made] = await followed(bench)
    assert made.events == ("pulls", "jobs")


async def test_who_cannot_read_it_subscribes_nobody() -> None:
    bench = await linked()
    bench.forge.roles["ada"] = Role.NONE
    await bench.say("@bellhop subscribe acme/shop")
    assert await followed(bench) == []
    assert "needs read on acme/shop" in bench.whispers[-1].text
    assert bench.posts == []


async def test_reading_is_enough() -> None:
    bench = await linked()
    bench.forge.roles["ada"] = Role.READ
    await bench.say("@bellhop subscribe acme/shop")
    assert len(await followed(bench)) == 1


async def test_the_right_on_the_channels_own_repository_says_nothing_of_another() -> None:
    bench = await linked()
    await bench.say("@bellhop repo set acme/till")
    bench.forge.roles["ada"] = Role.NONE
    await bench.say("@bellhop subscribe acme/shop")
    assert "needs read on acme/shop" in bench.whispers[-1].text


async def test_who_is_unknown_is_asked_who_they_are() -> None:
    bench = ChatBench()
    await bench.say("@bellhop subscribe acme/shop")
    assert await followed(bench) == []
    assert await bench.dispositions() == [Disposition.WAITING_LINK]


async def test_a_stranger_subscribes_nobody() -> None:
    bench = await linked()
    await bench.say("@bellhop subscribe acme/shop", is_stranger=True)
    assert await followed(bench) == []


async def test_without_a_name_it_is_the_channels_repository_or_asked_for() -> None:
    bench = await linked()
    await bench.say("@bellhop subscribe issues")
    picker = Picker.model_validate_json(bench.whispers[-1].text)
    await bench.choose(picker.id, "acme/till")
    await bench.dispatch()
    assert [(each.repository, each.events) for each in await followed(bench)] == [("acme/till", ("issues",))]


async def test_what_nobody_tells_of_is_refused() -> None:
    bench = await linked()
    await bench.say("@bellhop subscribe acme/shop weather")
    assert "not of `weather`" in bench.whispers[-1].text
    assert await followed(bench) == []


async def test_a_forge_follows_nothing() -> None:
    bench = await linked()
    await bench.comment("/bellhop subscribe acme/shop")
    assert "A chat's channel follows" in bench.comments[-1]
