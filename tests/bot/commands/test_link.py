"""`link` joins two accounts of one person: the code is for them alone, works once, and lets go on what waited."""

from __future__ import annotations

import re

from models.delivery import Disposition
from tests.fakes.chat import ChatBench


def code_in(text: str) -> str:
    found = re.search(r"/bellhop link (\w+)", text)
    assert found is not None, text
    return found[1]


async def test_a_code_is_told_to_its_author_alone() -> None:
    bench = ChatBench()
    await bench.say("@bellhop link")
    assert bench.whispers[-1].audience == "U1"
    assert len(code_in(bench.whispers[-1].text)) == 10
    assert bench.posts == []


async def test_the_forge_takes_the_code_once_and_for_whoever_shows_it() -> None:
    bench = ChatBench()
    await bench.say("@bellhop link")
    code = code_in(bench.whispers[-1].text)
    await bench.comment(f"/bellhop link {code.lower()}")
    assert bench.comments[-1].startswith("Linked: Ada on slack is @ada here.")
    assert await bench.account_of("U1") == "101"
    await bench.comment(f"/bellhop link {code}", login="bo")
    assert "none of mine" in bench.comments[-1]
    assert await bench.account_of("U1") == "101"


async def test_a_code_that_nobody_was_told_links_nobody() -> None:
    bench = ChatBench()
    await bench.comment("/bellhop link AAAAAAAAAA")
    assert "none of mine" in bench.comments[-1]
    await bench.comment("/bellhop link")
    assert "Ask there for a code" in bench.comments[-1]


async def test_what_was_asked_for_before_the_link_goes_on_after_it_once() -> None:
    bench = ChatBench()
    await bench.say("@bellhop fix the till repo=acme/shop")
    assert await bench.dispositions() == [Disposition.WAITING_LINK]
    code = code_in(bench.whispers[-1].text)
    await bench.comment(f"/bellhop link {code}")
    await bench.dispatch()
    [job] = await bench.jobs()
    assert job.request.text == "the till"
    assert job.requester is not None
    assert job.requester.id == "101"
    assert job.place is not None
    assert job.place.repository == "acme/shop"
    assert (await bench.dispositions())[0] is Disposition.ACCEPTED
    await bench.dispatch()
    assert len(await bench.jobs()) == 1


async def test_who_is_linked_is_told_with_whom_and_not_that_nobody_knows() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop link")
    assert bench.whispers[-1].text.startswith("You are @ada on github already;")
    assert "I don't know yet" not in bench.whispers[-1].text
