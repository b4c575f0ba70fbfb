"""Names are for people to read: they are asked for where they are shown, kept as they are now, and worth no failure."""

from __future__ import annotations

from bot.errors import NetworkError
from models.identity import Account
from models.message import Actor
from tests.fakes.chat import ChatBench, channel

ADA = Account(platform="slack", workspace="T1", id="U7")


async def code_for(bench: ChatBench, user: str) -> str:
    """Somebody unlinked asks for something."""
    await bench.say("@bellhop fix it repo=acme/shop", user=user, thread=channel("5.5"), comment_id="5.5")
    return bench.whispers[-1].text.split("/bellhop link ")[1].split()[0]


async def test_who_is_linked_is_named_as_people_see_them_called() -> None:
    """A chat's events tell an id and nothing else."""
    bench = ChatBench()
    bench.chat.names["U7"] = "Ada L."
    await bench.comment(f"/bellhop link {await code_for(bench, 'U7')}")
    assert bench.comments[-1].startswith("Linked: Ada L. on slack is @ada here.")
    await bench.comment("/bellhop unlink")
    assert "Unlinked from Ada L. on slack" in bench.comments[-1]


async def test_a_name_that_nobody_tells_stops_nothing() -> None:
    bench = ChatBench()
    bench.chat.failures["profile"] = [NetworkError("asking who somebody is: no answer")]
    assert len(await code_for(bench, "U7")) == 10


async def test_whoami_tells_the_name_of_now_and_keeps_it() -> None:
    bench = ChatBench()
    await bench.link("U7")
    bench.chat.names["U7"] = "Ada King"
    await bench.say("@bellhop whoami", user="U7")
    assert bench.whispers[-1].text.startswith(
        "Here you are Ada King (slack id U7), linked to @ada on github."
    )
    async with bench.storage.read() as work:
        [known] = await work.people.partners(Account(platform="github", id="101"))
    assert (known.id, known.login) == ("U7", "Ada King")


async def test_a_name_that_changed_on_the_forge_is_used_from_the_chat() -> None:
    bench = ChatBench()
    await bench.link("U7")
    await bench.comment("@bellhop ping", actor=Actor(id="101", login="ada-king"))
    await bench.say("@bellhop fix it repo=acme/shop", user="U7")
    [job] = await bench.jobs()
    assert job.requester is not None
    assert (job.requester.id, job.requester.login) == ("101", "ada-king")


async def test_a_name_is_a_strangers_words() -> None:
    bench = ChatBench()
    bench.chat.names["U7"] = "[Sign in](https://evil.example)\n/bellhop `undo` " + "x" * 500
    await bench.say("@bellhop whoami", user="U7")
    await bench.comment(f"/bellhop link {await code_for(bench, 'U7')}")
    for told in (bench.whispers[0].text, bench.comments[-1]):
        line = told.splitlines()[0]
        assert "](" not in line
        assert "(Sign in)(" in line
        assert "`undo`" not in line
        assert len(line) < 300
