"""`ask` keeps a read-only job."""

from __future__ import annotations

from tests.fakes.chat import ChatBench
from tests.fakes.services import Bench


async def test_the_job_may_change_nothing() -> None:
    bench = Bench()
    await bench.hear("@bellhop ask where is the retry policy?")
    [job] = await bench.jobs()
    assert (job.request.verb, job.request.is_read_only, job.request.pr) == ("ask", True, "none")


async def test_without_a_question_it_asks_back() -> None:
    bench = Bench()
    await bench.hear("/bellhop ask")
    assert bench.answers[0].startswith("Ask what?")
    assert await bench.jobs() == []


async def test_in_a_chat_the_question_may_name_its_repository() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop ask where is the retry policy? repo=acme/till")
    [job] = await bench.jobs()
    assert job.place is not None
    assert (job.place.repository, job.request.text) == ("acme/till", "where is the retry policy?")
