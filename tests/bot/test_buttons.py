"""A button is the command it stands for, with the rights of whoever clicks it now, and answered to them alone."""

from __future__ import annotations

from models.identity import Role
from models.job import Job, JobStatus
from models.message import MessageKind
from tests.bot.test_telling import ended
from tests.fakes.chat import ChatBench, Whisper, channel

URL = "https://hooks.test/1"


async def carded() -> tuple[ChatBench, Job]:
    """A job with its card in a channel, asked for by Ada."""
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix the till repo=acme/shop", thread=channel("2.2"), comment_id="2.2")
    [job] = await bench.jobs()
    bench.chat.calls.clear()
    return bench, job


async def click(bench: ChatBench, command: str, user: str = "U1", **given: object) -> Whisper:
    """What whoever clicked is told."""
    plain = {"subject_id": "1000", "answer_url": URL, "trigger_id": "t"}
    before, posts = len(bench.whispers), len(bench.posts)
    await bench.say(command, user=user, kind=MessageKind.ACTION, thread=channel("2.2"), **plain | given)
    assert len(bench.posts) == posts, "nobody else reads the answer"
    [told] = bench.whispers[before:]
    assert (told.audience, told.answer_url) == (user, URL)
    return told


async def the(bench: ChatBench) -> Job:
    [job] = await bench.jobs()
    return job


async def test_a_click_is_the_command() -> None:
    bench, job = await carded()
    told = await click(bench, f"/bellhop cancel {job.handle}")
    assert f"{job.handle} cancelled before it began" in told.text
    job = await the(bench)
    assert (job.status, job.cancel_requested_by) == (JobStatus.CANCELLED, "ada")
    assert "stopped by @ada" in bench.posts[0], "the card says so to everybody"


async def test_a_second_click_says_so() -> None:
    bench, job = await carded()
    async with bench.storage.begin() as work:
        await work.jobs.claim(job.id, "w", 60)
    first = await click(bench, f"/bellhop cancel {job.handle}")
    second = await click(bench, f"/bellhop cancel {job.handle}")
    assert "Stopping" in first.text
    assert "is being stopped already, by @ada" in second.text


async def test_a_click_delivered_twice_is_one_click() -> None:
    bench, job = await carded()
    await click(bench, f"/bellhop cancel {job.handle}", comment_id="trigger-7")
    before = len(bench.whispers)
    await bench.say(
        f"/bellhop cancel {job.handle}",
        kind=MessageKind.ACTION,
        thread=channel("2.2"),
        comment_id="trigger-7",
    )
    assert len(bench.whispers) == before


async def test_a_click_after_the_end_says_so() -> None:
    bench, job = await carded()
    await ended(bench, job, JobStatus.COMPLETED)
    told = await click(bench, f"/bellhop cancel {job.handle}")
    assert f"{job.handle} has ended already (completed)" in told.text
    assert (await the(bench)).status is JobStatus.COMPLETED


async def test_a_click_by_who_has_no_right_is_refused_alone() -> None:
    bench, job = await carded()
    await bench.link("U2", "bo", "102")
    bench.forge.roles["bo"] = Role.READ
    told = await click(bench, f"/bellhop cancel {job.handle}", "U2")
    assert "needs write on acme/shop, you have read" in told.text
    assert (await the(bench)).status is JobStatus.QUEUED


async def test_a_right_that_was_lost_since_the_card_was_drawn_is_lost() -> None:
    bench, job = await carded()
    bench.forge.roles["ada"] = Role.NONE
    told = await click(bench, f"/bellhop cancel {job.handle}")
    assert "needs write" in told.text
    assert (await the(bench)).status is JobStatus.QUEUED


async def test_a_click_by_who_is_unknown_asks_who_they_are_and_goes_on_then() -> None:
    bench, job = await carded()
    told = await click(bench, f"/bellhop cancel {job.handle}", "U2")
    assert (await the(bench)).status is JobStatus.QUEUED
    code = told.text.split("/bellhop link ")[1].split()[0]
    await bench.comment(f"/bellhop link {code}", login="bo")
    await bench.dispatch()
    assert (await the(bench)).cancel_requested_by == "bo"


async def test_a_click_by_a_stranger_is_refused_alone() -> None:
    bench, job = await carded()
    told = await click(bench, f"/bellhop cancel {job.handle}", "U9", is_stranger=True)
    assert "another organization" in told.text
    assert (await the(bench)).status is JobStatus.QUEUED


async def test_a_click_on_a_message_that_was_deleted_works_still() -> None:
    bench, job = await carded()
    bench.chat.comments.clear()
    plain = {"subject_id": "", "answer_url": URL}
    await bench.say(f"/bellhop cancel {job.handle}", kind=MessageKind.ACTION, thread=channel("2.2"), **plain)
    assert (await the(bench)).status is JobStatus.CANCELLED
    assert "cancelled before it began" in bench.whispers[-1].text


async def test_a_click_on_a_page_of_ones_own_works_without_any_channel() -> None:
    bench, job = await carded()
    await bench.say(f"/bellhop status {job.handle}", kind=MessageKind.ACTION, thread=channel(name="U1"))
    assert job.handle in bench.whispers[-1].text
