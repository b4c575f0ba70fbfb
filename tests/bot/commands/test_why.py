"""`why` explains what became of a message."""

from __future__ import annotations

import pytest

from bot.errors import NetworkError
from models.delivery import Disposition
from models.identity import Role
from models.message import Thread
from models.source import SourceType
from tests.fakes.services import Bench


async def test_the_persons_last_message_here() -> None:
    bench = Bench()
    bench.platform.default_role = Role.READ
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("@bellhop fix", comment_id="2", login="bo", actor=None)
    await bench.hear("/bellhop why", comment_id="3")
    assert "**denied:role**, needs write on acme/shop, you have read" in bench.answers[-1]


async def test_an_ignored_message_by_its_link() -> None:
    bench = Bench()
    first = await bench.hear("just talking", comment_id="1")
    async with bench.storage.read() as work:
        row = await work.deliveries.get(first.id)
    assert row is not None
    await bench.hear(f"/bellhop why {row.url}", comment_id="2")
    assert "**ignored:not_addressed**" in bench.answers[-1]


async def test_a_message_that_waits_for_the_platform() -> None:
    bench = Bench()
    bench.platform.failures["context_of"] = [NetworkError("reading acme/shop#42: no answer")]
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop why", comment_id="2")
    assert "**put off until" in bench.answers[-1]
    assert "reading acme/shop#42: no answer" in bench.answers[-1]


async def test_a_link_into_another_repository_is_unknown_here() -> None:
    bench = Bench()
    private = Thread(source=SourceType.GITHUB, repository="acme/secret", number=1)
    await bench.hear("just talking", comment_id="1", thread=private, url="https://git.example/secret/1")
    await bench.hear("/bellhop why https://git.example/secret/1", comment_id="2")
    assert bench.answers[-1].startswith("I have no record of that link here.")


async def test_without_an_earlier_message() -> None:
    bench = Bench()
    await bench.hear("/bellhop why")
    assert bench.answers[0].startswith("I have no record of an earlier message")


async def test_a_reason_that_is_a_sentence_ends_once() -> None:
    bench = Bench()
    await bench.hear("/bellhop status J-7K3Q", comment_id="1")
    await bench.hear("/bellhop why", comment_id="2")
    assert "lists them. `/bellhop help`" in bench.answers[-1]


@pytest.mark.parametrize("twin", ["@bellhop fix", "@bellhop nothing of that"])
async def test_what_became_of_a_message_that_was_told_twice(twin: str) -> None:
    bench = Bench()
    bench.platform.default_role = Role.READ
    url = "https://git.example/1"
    await bench.hear("@bellhop fix", comment_id="1", url=url)
    changed = {"is_created": False, "previous_text": "@bellhop fix"} if twin != "@bellhop fix" else {}
    again = await bench.hear(twin, comment_id="1", url=url, **changed)
    assert again.disposition in {Disposition.DUPLICATE, Disposition.IGNORED_EDITED}
    await bench.hear("/bellhop why", comment_id="2")
    assert "**denied:role**" in bench.answers[-1]
    await bench.hear(f"/bellhop why {url}", comment_id="3")
    assert "**denied:role**" in bench.answers[-1]


async def test_not_of_the_question_itself() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("just talking", comment_id="2")
    await bench.hear("/bellhop why", comment_id="2")
    assert "**accepted**" in bench.answers[-1]
