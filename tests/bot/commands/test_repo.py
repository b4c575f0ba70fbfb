"""`repo` says what a channel is about, to whom may write there."""

from __future__ import annotations

from models.identity import Role
from tests.fakes.chat import ChatBench, channel


async def test_what_is_set_is_what_requests_are_about() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop repo set acme/till")
    assert bench.posts[-1].startswith("Requests here are about `acme/till`")
    await bench.say("@bellhop fix the till")
    [job] = await bench.jobs()
    assert job.place is not None
    assert job.place.repository == "acme/till"
    await bench.say("@bellhop fix elsewhere", thread=channel("77.1", name="C2"))
    assert len(await bench.jobs()) == 1, "another channel is about nothing yet"
    await bench.say("@bellhop repo")
    assert "`acme/till`" in bench.whispers[-1].text
    await bench.say("@bellhop repo unset")
    await bench.say("@bellhop repo")
    assert "about no repository by default" in bench.whispers[-1].text


async def test_nobody_sets_what_they_may_not_write_to() -> None:
    bench = ChatBench()
    await bench.link()
    bench.forge.roles["ada"] = Role.READ
    await bench.say("@bellhop repo set acme/till")
    assert "needs write on acme/till, you have read" in bench.whispers[-1].text
    await bench.say("@bellhop repo set nonsense")
    assert "no repository's name" in bench.whispers[-1].text
    await bench.say("@bellhop repo bogus")
    assert "Type `@bellhop repo`" in bench.whispers[-1].text


async def test_on_a_forge_it_is_the_repository_itself() -> None:
    bench = ChatBench()
    await bench.comment("/bellhop repo")
    assert bench.comments[-1].startswith("This is acme/shop")
