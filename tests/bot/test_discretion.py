"""What was asked in private is not told elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from bot import cards
from bot.discretion import told_at
from models.identity import Role
from models.message import MessageKind, Thread, ThreadKind
from tests.fakes.chat import ChatBench, channel
from tests.fakes.logging_job import log

SECRET = "the layoffs page"
LINE = "cat severance.csv"
PRIVATE = channel("1.1", "C9").model_copy(update={"is_private": True, "channel_name": "layoffs"})
PUBLIC = channel("2.2", "C1").model_copy(update={"channel_name": "general"})
ALONE = channel("3.3", "D1", ThreadKind.DIRECT).model_copy(update={"is_private": True})


async def asked(thread: Thread) -> ChatBench:
    """A job that was asked for there, and nothing else said since."""
    bench = ChatBench()
    await bench.link()
    bench.chat.context_fields = {"thread": thread, "issue_key": thread.name}
    words = f"@bellhop fix {SECRET} repo=acme/shop"
    await bench.say(words, thread=thread, comment_id="1.5", is_direct=thread.kind is ThreadKind.DIRECT)
    assert len(await bench.jobs()) == 1
    bench.chat.comments.clear()
    bench.whispers.clear()
    return bench


def told(bench: ChatBench) -> str:
    """All that was said since, to everybody or to one."""
    return "\n".join([*bench.posts, *bench.comments, *(each.text for each in bench.whispers)])


@pytest.mark.parametrize("thread", [PRIVATE, ALONE])
@pytest.mark.parametrize("form", ["status {handle}", "jobs --all"])
async def test_other_places_are_told_how_it_stands_and_not_what_was_said(thread: Thread, form: str) -> None:
    bench = await asked(thread)
    [job] = await bench.jobs()
    await bench.say("@bellhop repo set acme/shop", thread=PUBLIC)
    await bench.say(f"@bellhop {form.format(handle=job.handle)}", thread=PUBLIC)
    await bench.comment(f"/bellhop {form.format(handle=job.handle)}")
    said = told(bench)
    assert said.count(job.handle) >= 2
    assert SECRET not in said
    assert "layoffs" not in said
    assert "direct message" not in said


@pytest.mark.parametrize("form", ["status {handle}", "status", "jobs"])
async def test_where_it_was_asked_for_it_is_told_as_it_is(form: str) -> None:
    bench = await asked(PRIVATE)
    [job] = await bench.jobs()
    await bench.say(f"@bellhop {form.format(handle=job.handle)}", thread=PRIVATE)
    assert SECRET in told(bench)


async def test_what_was_asked_in_public_is_told_everywhere() -> None:
    bench = await asked(PUBLIC)
    [job] = await bench.jobs()
    await bench.comment(f"/bellhop status {job.handle}")
    assert SECRET in told(bench)


async def test_a_list_of_ones_own_jobs_is_for_them_alone() -> None:
    """It is of all places when the room is about none."""
    bench = await asked(PRIVATE)
    await bench.say("@bellhop jobs --mine", thread=PUBLIC)
    assert bench.posts == []
    assert SECRET in bench.whispers[-1].text


async def test_a_card_names_nobodys_private_room() -> None:
    bench = await asked(PRIVATE)
    [job] = await bench.jobs()
    hidden = told_at(job, PUBLIC)
    assert (hidden.handle, hidden.request.text, hidden.thread) == (job.handle, "", "acme/shop")
    assert told_at(job, PRIVATE) is job
    assert told_at(job, None).request.text == ""
    assert job.context is not None
    public: dict[str, Any] = {"context": job.context.model_copy(update={"thread": PUBLIC})}
    assert told_at(job.model_copy(update=public), None).request.text == job.request.text


async def test_a_card_names_no_private_room_of_whoever_is_ahead() -> None:
    bench = await asked(PRIVATE)
    [first] = await bench.jobs()
    assert first.context is not None
    room = {"context": first.context.model_copy(update={"issue_key": "#layoffs"})}
    ahead = first.model_copy(update=room)
    other = {"context": first.context.model_copy(update={"thread": PUBLIC})}
    behind = cards.draw(first.model_copy(update=other), cards.Situation(ahead=[ahead])).headline
    assert f"2nd behind {first.handle} (acme/shop, @ada" in behind
    there = cards.draw(first, cards.Situation(ahead=[ahead])).headline
    assert f"2nd behind {first.handle} (#layoffs, @ada" in there


async def test_why_tells_nobody_what_another_was_told_alone() -> None:
    """A guest, or a stranger, may ask it too."""
    bench = ChatBench()
    await bench.link("U2", "bo", "102")
    bench.forge.roles = {"bo": Role.READ}
    url = "https://acme.slack.com/archives/C1/p1"
    await bench.say("@bellhop fix it repo=acme/secret", user="U2", url=url)
    assert "acme/secret" in bench.whispers[-1].text
    await bench.say(f"@bellhop why {url}", user="U3")
    assert "**denied:role**" in bench.whispers[-1].text
    assert "acme/secret" not in bench.whispers[-1].text
    await bench.say(f"@bellhop why {url}", user="U2")
    assert "acme/secret" in bench.whispers[-1].text


async def test_alone_with_the_bot_its_requester_is_told_their_own_words() -> None:
    bench = await asked(PRIVATE)
    [job] = await bench.jobs()
    await bench.say(f"status {job.handle}", thread=ALONE, is_direct=True)
    assert SECRET in told(bench)


@pytest.mark.parametrize("form", ["status {handle}", "jobs --all"])
async def test_where_other_organizations_read_nothing_said_elsewhere_is_repeated(form: str) -> None:
    """Not even what everybody at home may read."""
    bench = await asked(PUBLIC)
    [job] = await bench.jobs()
    bench.chat.externals = {"C4"}
    shared = channel("4.4", "C4").model_copy(update={"is_external": True})
    await bench.say("@bellhop repo set acme/shop", thread=shared)
    await bench.say(f"@bellhop {form.format(handle=job.handle)}", thread=shared)
    assert job.handle in bench.posts[-1]
    assert SECRET not in told(bench)
    assert "general" not in told(bench)


@pytest.mark.parametrize("form", ["status {handle}", "jobs --all"])
@pytest.mark.parametrize("is_external", [True, False])
@pytest.mark.parametrize("kind", [MessageKind.SLASH, MessageKind.ACTION])
async def test_where_it_is_not_known_who_reads_it_is_looked_up_first(
    form: str, is_external: bool, kind: MessageKind
) -> None:
    """A typed command and a click do not tell it."""
    bench = await asked(PUBLIC)
    [job] = await bench.jobs()
    unknown = channel("", "C4").model_copy(update={"is_external": True})
    bench.chat.externals = {"C4"} if is_external else set()
    await bench.say("/bellhop repo set acme/shop", thread=unknown, kind=kind)
    await bench.say(f"/bellhop {form.format(handle=job.handle)}", thread=unknown, kind=kind)
    assert job.handle in told(bench)
    assert (SECRET in told(bench)) is not is_external


async def test_a_card_that_cannot_be_told_is_not_linked() -> None:
    bench = await asked(PRIVATE)
    [job] = await bench.jobs()
    async with bench.storage.read() as work:
        card = await work.outbox.card_of(job.id)
    assert card is not None
    assert card.remote_url
    await bench.comment(f"/bellhop status {job.handle}")
    assert job.handle in told(bench)
    assert card.remote_url not in told(bench)
    await bench.say(f"@bellhop status {job.handle}", thread=PRIVATE)
    assert card.remote_url in told(bench)


async def logged(bench: ChatBench, *lines: str) -> str:
    """The job writes that."""
    [job] = await bench.jobs()
    await log(bench, job, *lines)
    return job.handle


@pytest.mark.parametrize("lines", [1, 500])
@pytest.mark.parametrize("thread", [PRIVATE, ALONE])
async def test_a_log_of_what_was_asked_in_private_is_shown_to_whoever_asks_alone(
    thread: Thread, lines: int
) -> None:
    bench = await asked(thread)
    handle = await logged(bench, *[LINE] * lines)
    await bench.say(f"@bellhop logs {handle} -n 500", thread=PUBLIC)
    assert LINE not in "\n".join(bench.posts)
    files = [(place.kind, file.content) for place, file in bench.chat.uploads]
    shown = [each.text for each in bench.whispers] if lines == 1 else [content for _, content in files]
    assert LINE in shown[-1]
    assert all(kind is ThreadKind.DIRECT for kind, _ in files)


async def test_a_log_is_shown_to_everybody_where_it_was_asked_for() -> None:
    bench = await asked(PRIVATE)
    handle = await logged(bench, LINE)
    await bench.say(f"@bellhop logs {handle}", thread=PRIVATE)
    assert LINE in bench.posts[-1]


async def test_a_log_is_shown_to_one_alone_where_other_organizations_read() -> None:
    bench = await asked(PUBLIC)
    handle = await logged(bench, LINE)
    bench.chat.externals = {"C4"}
    shared = channel("4.4", "C4").model_copy(update={"is_external": True})
    await bench.say(f"@bellhop logs {handle}", thread=shared)
    assert LINE not in "\n".join(bench.posts)
    assert LINE in bench.whispers[-1].text


async def test_where_nothing_is_private_a_log_is_not_shown_at_all() -> None:
    """Its requester can read it where they asked."""
    bench = await asked(PRIVATE)
    handle = await logged(bench, LINE)
    await bench.comment(f"/bellhop logs {handle}")
    assert f"{handle} (running)" in bench.comments[-1]
    assert LINE not in told(bench)
    assert SECRET not in bench.comments[-1]
