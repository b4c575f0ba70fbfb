"""One conversation has two sides, a chat's thread and a pull request, and a channel has threads: each tells of all."""

from __future__ import annotations

from typing import Any

from bot.commands import cancel
from models.identity import Role
from models.job import Job, JobStatus
from models.message import MessageKind, Thread
from tests.bot.test_order import with_pull
from tests.bot.test_telling import ended
from tests.fakes.chat import ChatBench, channel
from tests.fakes.platform import place

ROOT = channel("1.1")


async def followed() -> tuple[ChatBench, Job, Job]:
    """Asked in a thread and done; then asked for more on its pull request."""
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix the till repo=acme/shop", thread=ROOT, comment_id="1.1")
    [first] = await bench.jobs()
    await with_pull(bench, first, 900)
    await ended(bench, first, JobStatus.COMPLETED)
    await bench.comment("@bellhop and the door", thread=place(900))
    return bench, first, (await bench.jobs())[0]


async def asked(bench: ChatBench, text: str, thread: Thread = ROOT, **given: Any) -> str:
    """What the bot answers, to everybody or alone."""
    before = len(bench.posts), len(bench.whispers)
    await bench.say(text, thread=thread, **given)
    posts, whispers = bench.posts[before[0] :], bench.whispers[before[1] :]
    [told] = [*posts, *(each.text for each in whispers)]
    return told


async def test_status_in_a_thread_tells_of_what_was_asked_on_its_pull_request() -> None:
    bench, first, second = await followed()
    told = await asked(bench, "@bellhop status")
    assert second.handle in told
    assert first.handle not in told.replace(f"behind {first.handle}", ""), "it has ended"
    await ended(bench, second, JobStatus.COMPLETED)
    assert second.handle in await asked(bench, "@bellhop status"), "the newest, when none is active"


async def test_jobs_in_a_thread_lists_both_sides() -> None:
    bench, first, second = await followed()
    told = await asked(bench, "@bellhop jobs")
    assert told.index(second.handle) < told.index(first.handle)
    assert "Jobs of this thread" in told


async def test_cancel_in_a_thread_stops_what_was_asked_on_its_pull_request() -> None:
    bench, _, _ = await followed()
    assert cancel.CANCELLED.split("{")[0] in await asked(bench, "@bellhop cancel")
    assert (await bench.jobs())[0].status is JobStatus.CANCELLED


async def test_without_an_id_nobody_reaches_a_job_they_have_no_right_to() -> None:
    """The newest job of the thread is in a repository of theirs, the active one is not."""
    bench = ChatBench()
    await bench.link()
    await bench.link("U2", "bo", "102")
    await bench.say("@bellhop fix the till repo=acme/till", thread=ROOT, comment_id="1.1")
    await bench.say("@bellhop fix the shop repo=acme/shop", thread=ROOT, comment_id="1.2")
    shop = (await bench.jobs())[0]
    await bench.say(f"@bellhop cancel {shop.handle}", thread=ROOT)
    roles = {("bo", "acme/till"): Role.READ}

    async def role_of(actor: object, repository: str) -> Role:
        return roles.get((getattr(actor, "login", ""), repository), Role.WRITE)

    bench.forge.role_of = role_of  # type: ignore[method-assign]
    assert "needs write on acme/till" in await asked(bench, "@bellhop cancel", user="U2")
    assert (await bench.jobs())[1].status is JobStatus.QUEUED


async def test_jobs_in_a_channel_are_those_of_its_threads() -> None:
    bench, first, second = await followed()
    await bench.say("@bellhop fix more repo=acme/till", thread=channel("2.2"), comment_id="2.2")
    await bench.say("@bellhop fix it repo=acme/till", thread=channel("3.3", name="C2"), comment_id="3.3")
    elsewhere, more, *_ = await bench.jobs()
    typed = await asked(bench, "/bellhop jobs", channel(), kind=MessageKind.SLASH)
    said = await asked(bench, "@bellhop jobs", channel("4.4"), comment_id="4.4")
    for told in (typed, said):
        assert "asked for in #C1" in told
        assert told.index(more.handle) < told.index(first.handle)
        assert elsewhere.handle not in told
        assert second.handle not in told, "asked on the forge"


async def test_why_in_a_channel_is_about_what_was_said_there_last() -> None:
    bench = ChatBench()
    await bench.link()
    bench.forge.default_role = Role.READ
    await bench.say("@bellhop fix it repo=acme/shop", thread=ROOT, comment_id="1.1")
    await bench.say("@bellhop ping", user="U2", thread=channel("1.2"), comment_id="1.2")
    typed = await asked(bench, "/bellhop why", channel(), kind=MessageKind.SLASH, comment_id="t1")
    assert "**denied:role**" in typed
    await bench.say("@bellhop version", thread=channel("1.3"), comment_id="1.3")
    said = await asked(bench, "@bellhop why", channel("1.4"), comment_id="1.4")
    assert "**answered**" in said
