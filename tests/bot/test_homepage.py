"""A person's own page: drawn when they look, drawn again when a job of theirs ends, and nobody else's business."""

from __future__ import annotations

from models.delivery import Disposition
from models.job import JobStatus
from models.message import MessageKind, ThreadKind
from models.picker import Page
from tests.bot.test_telling import ended
from tests.fakes.chat import ChatBench, channel


async def look(bench: ChatBench, user: str = "U1", tab: str = "home") -> None:
    direct = channel(name=f"D{user}", kind=ThreadKind.DIRECT)
    looked = {"kind": MessageKind.EVENT, "is_created": False, "comment_id": "", "fields": {"tab": tab}}
    await bench.say("", user=user, thread=direct, **looked)


def page(bench: ChatBench, user: str = "U1") -> dict[str, tuple[str, tuple[str, ...]]]:
    drawn = Page.model_validate_json(bench.chat.pages[user])
    return {part.title: (part.text, part.commands) for part in drawn.sections}


async def known() -> ChatBench:
    bench = ChatBench()
    await bench.link()
    return bench


async def test_who_is_unknown_sees_how_to_become_known() -> None:
    bench = ChatBench()
    await look(bench)
    drawn = page(bench)
    assert drawn["Who you are"][1] == ("/bellhop link",)
    text = drawn["What you may do"][0]
    assert "Once your accounts are linked also: `fix`" in text
    assert "asks the agent" not in text
    assert await bench.dispositions() == [Disposition.ANSWERED]
    assert bench.whispers == []
    assert bench.posts == []


async def test_who_is_known_sees_their_jobs_with_what_they_can_do_about_them() -> None:
    bench = await known()
    await bench.say("@bellhop fix the till repo=acme/shop")
    [job] = await bench.jobs()
    await look(bench)
    drawn = page(bench)
    text, commands = drawn[f"{job.handle} · queued"]
    assert "the till" in text
    assert commands == (f"/bellhop status {job.handle}", f"/bellhop cancel {job.handle}")
    assert "You are @ada on github" in drawn["Who you are"][0]


async def test_nobody_sees_anothers_jobs() -> None:
    bench = await known()
    await bench.link("U2", "bo", "102")
    await bench.say("@bellhop fix the till repo=acme/shop")
    await look(bench, "U2")
    await look(bench, "U3")
    assert "Nothing of yours" in page(bench, "U2")["Your jobs"][0]
    assert "Nothing of yours" in page(bench, "U3")["Your jobs"][0]


async def test_a_jobs_end_shows_on_the_page_by_itself() -> None:
    bench = await known()
    await look(bench)
    await bench.say("@bellhop fix it repo=acme/shop")
    [job] = await bench.jobs()
    bench.chat.pages.clear()
    await ended(bench, job, JobStatus.COMPLETED)
    assert page(bench)["Lately"][0].startswith(f"- completed: {job.handle} fix")


async def test_a_cancelled_job_leaves_the_page_too() -> None:
    bench = await known()
    await bench.say("@bellhop fix the till repo=acme/shop")
    [job] = await bench.jobs()
    await look(bench)
    await bench.say(f"/bellhop cancel {job.handle}", kind=MessageKind.ACTION, thread=channel())
    assert page(bench)["Lately"][0].startswith("- cancelled:")


async def test_who_never_looked_has_no_page() -> None:
    bench = await known()
    await bench.say("@bellhop fix it repo=acme/shop")
    [job] = await bench.jobs()
    await ended(bench, job, JobStatus.COMPLETED)
    assert bench.chat.pages == {}


async def test_each_look_draws_it_again() -> None:
    bench = await known()
    await look(bench)
    bench.chat.pages.clear()
    await look(bench)
    assert "U1" in bench.chat.pages


async def test_another_part_of_the_page_is_no_look_at_it() -> None:
    bench = await known()
    await look(bench, tab="messages")
    assert bench.chat.pages == {}
    assert await bench.dispositions() == [Disposition.IGNORED_EVENT]


async def test_what_their_channels_are_set_to() -> None:
    bench = await known()
    await bench.say("@bellhop repo set acme/till")
    await bench.say("@bellhop subscribe acme/shop jobs")
    await look(bench)
    text = page(bench)["Your channels"][0]
    assert "Requests in C1 are about `acme/till`" in text
    assert "#C1 follows `acme/shop`: jobs." in text
    await look(bench, "U2")
    assert "You set none yet" in page(bench, "U2")["Your channels"][0]
