"""Where what is asked for in a chat is to be worked on, as whom, and with which right."""

from __future__ import annotations

import pytest

from models.delivery import Disposition
from models.identity import Role
from models.job import Job, JobStatus
from models.message import MessageKind, Thread, ThreadKind
from tests.fakes.chat import ChatBench, channel


async def linked(*users: tuple[str, str, str]) -> ChatBench:
    """A bot whose people are known on the forge."""
    bench = ChatBench()
    for user, login, number in users or (("U1", "ada", "101"),):
        await bench.link(user, login, number)
    return bench


async def card_of(bench: ChatBench, job: Job) -> Thread:
    """The thread whose first message is the job's card."""
    async with bench.storage.read() as work:
        row = await work.outbox.card_of(job.id)
    assert row is not None
    assert row.remote_id
    return channel(row.remote_id)


async def typed(bench: ChatBench, text: str) -> Job:
    """A job asked for by a slash command, which leaves no message."""
    await bench.say(text, kind=MessageKind.SLASH, thread=channel(), answer_url="https://hooks.test/1")
    return (await bench.jobs())[0]


@pytest.mark.parametrize(
    "name", ["acme", "acme/shop/x", "/shop", "acme/", "acme/sh op", "`acme`/x", "a" * 300]
)
async def test_what_cannot_be_a_name_is_refused_and_asks_no_forge(name: str) -> None:
    bench = await linked()
    await bench.say(f'@bellhop fix it repo="{name}"')
    assert "is no repository's name" in bench.whispers[-1].text
    assert len(bench.whispers[-1].text) < 250
    assert bench.whispers[-1].text.count("`") % 2 == 0, "nothing typed ends its quotation"
    assert await bench.jobs() == []
    assert "role_of" not in bench.forge.calls
    assert bench.posts == []


async def test_a_name_nobody_has_is_refused_by_the_rights_there() -> None:
    bench = await linked()
    bench.forge.roles["ada"] = Role.NONE
    await bench.say("@bellhop fix it repo=acme/nothing")
    assert await bench.dispositions() == [Disposition.DENIED_ROLE]
    assert "needs write on acme/nothing" in bench.whispers[-1].text
    assert await bench.jobs() == []


async def test_a_named_job_is_found_from_another_channel_and_goes_by_the_rights_where_it_works() -> None:
    bench = await linked(("U1", "ada", "101"), ("U2", "bo", "102"))
    await bench.say("@bellhop fix it repo=acme/shop", thread=channel("1.1"))
    [job] = await bench.jobs()
    elsewhere = channel("9.9", name="C2")
    bench.forge.roles["bo"] = Role.NONE
    await bench.say(f"@bellhop status {job.handle}", user="U2", thread=elsewhere)
    assert bench.whispers[-1].text.startswith(f"No job `{job.handle}` here. `@bellhop jobs`")
    bench.forge.roles["bo"] = Role.READ
    await bench.say(f"@bellhop cancel {job.handle}", user="U2", thread=elsewhere)
    assert (await bench.jobs())[0].status is JobStatus.QUEUED
    await bench.say(f"@bellhop status {job.handle}", user="U2", thread=elsewhere)
    assert (await bench.dispositions())[-1] is Disposition.ANSWERED
    await bench.say(f"@bellhop cancel {job.handle}", thread=elsewhere)
    assert (await bench.jobs())[0].status is JobStatus.CANCELLED


@pytest.mark.parametrize("verb", ["status", "logs", "cancel", "retry", "undo"])
async def test_a_job_that_the_person_may_not_see_is_told_like_one_that_never_was(verb: str) -> None:
    bench = await linked(("U1", "ada", "101"), ("U2", "bo", "102"))
    await bench.say("@bellhop fix it repo=acme/secret", thread=channel("1.1"))
    [job] = await bench.jobs()
    bench.forge.roles["bo"] = Role.NONE
    told = []
    for handle in (job.handle, "J-0000"):
        await bench.say(f"@bellhop {verb} {handle}", user="U2", thread=channel("9.9", name="C2"))
        told.append(bench.whispers[-1].text.replace(handle, "ID").partition("\n")[0])
    assert told[0] == told[1]
    assert "secret" not in told[0]


async def test_in_its_own_conversation_who_lacks_the_right_is_told_so() -> None:
    bench = await linked(("U1", "ada", "101"), ("U2", "bo", "102"))
    await bench.say("@bellhop fix it repo=acme/secret", thread=channel("1.1"))
    [job] = await bench.jobs()
    bench.forge.roles["bo"] = Role.NONE
    await bench.say(f"@bellhop cancel {job.handle}", user="U2", thread=channel("1.1"))
    assert "Can't run `cancel` here: needs write on acme/secret" in bench.whispers[-1].text


async def test_a_job_of_the_forge_is_cancelled_from_the_chat() -> None:
    bench = await linked()
    await bench.comment("@bellhop fix it")
    [job] = await bench.jobs()
    await bench.say(f"@bellhop cancel {job.handle}")
    assert (await bench.jobs())[0].status is JobStatus.CANCELLED


async def test_an_id_nobody_has_is_answered_and_asks_nothing_back() -> None:
    bench = await linked()
    await bench.say("@bellhop status J-ZZZZ")
    assert await bench.dispositions() == [Disposition.ANSWERED]
    assert "No job" in bench.whispers[-1].text


async def test_a_job_is_meant_only_in_its_conversation() -> None:
    bench = await linked()
    await bench.say("@bellhop fix it repo=acme/shop", thread=channel("1.1"))
    for other in (channel("2.2"), channel("1.1", name="C2"), channel()):
        await bench.say("@bellhop cancel", thread=other)
        assert "No job here" in bench.whispers[-1].text
    assert (await bench.jobs())[0].status is JobStatus.QUEUED
    await bench.say("@bellhop cancel", thread=channel("1.1"))
    assert (await bench.jobs())[0].status is JobStatus.CANCELLED


async def test_rights_are_those_of_the_account_that_is_linked_now() -> None:
    bench = await linked()
    bench.forge.roles |= {"ada": Role.READ, "bo": Role.WRITE}
    await bench.say("@bellhop fix it repo=acme/shop", user="U1")
    assert await bench.dispositions() == [Disposition.DENIED_ROLE]
    await bench.say("@bellhop fix it repo=acme/shop", user="U2")
    assert (await bench.dispositions())[-1] is Disposition.WAITING_LINK, "a login of the chat is no account"
    await bench.link("U2", "bo", "102")
    await bench.say("@bellhop fix it repo=acme/shop", user="U2")
    [job] = await bench.jobs()
    assert job.requester is not None
    assert job.requester.id == "102"


async def test_what_is_named_comes_before_what_the_conversation_is_about() -> None:
    bench = await linked()
    await bench.say("@bellhop fix it repo=acme/shop", thread=channel("1.1"))
    await bench.say("@bellhop fix that too repo=acme/till", thread=channel("1.1"))
    await bench.say("@bellhop fix another", thread=channel("1.1"))
    places = [job.place.repository for job in await bench.jobs() if job.place]
    assert places == ["acme/till", "acme/till", "acme/shop"], "the newest first"


async def test_below_the_card_of_a_typed_command_a_remark_goes_on() -> None:
    bench = await linked()
    job = await typed(bench, "/bellhop fix the till repo=acme/till")
    await bench.say("and the drawer too", thread=await card_of(bench, job))
    newest = (await bench.jobs())[0]
    assert newest.id != job.id
    assert newest.request.text == "and the drawer too"
    assert newest.place is not None
    assert newest.place.repository == "acme/till"


async def test_below_the_card_of_a_typed_command_its_status_is_told_and_it_is_cancelled() -> None:
    bench = await linked()
    job = await typed(bench, "/bellhop fix the till repo=acme/till")
    await typed(bench, "/bellhop fix the shop repo=acme/shop")
    head = await card_of(bench, job)
    before = len(bench.posts)
    await bench.say("@bellhop status", thread=head)
    [told] = bench.posts[before:]
    assert told.startswith("- ")
    assert job.handle in told
    await bench.say("@bellhop cancel", thread=head)
    stopped = [each for each in await bench.jobs() if each.status is JobStatus.CANCELLED]
    assert [each.id for each in stopped] == [job.id], "and no other of the channel"


async def test_after_a_follow_up_the_card_at_the_head_is_still_meant() -> None:
    bench = await linked()
    job = await typed(bench, "/bellhop fix the till repo=acme/till")
    head = await card_of(bench, job)
    await bench.say("and the drawer too", thread=head)
    follow_up = (await bench.jobs())[0]
    await bench.say("@bellhop cancel", thread=head)
    refusal = bench.whispers[-1].text
    assert "Two jobs are active here" in refusal
    assert job.handle in refusal
    assert follow_up.handle in refusal
    assert {each.status for each in await bench.jobs()} == {JobStatus.QUEUED}


async def test_below_a_card_others_talk_among_themselves() -> None:
    bench = await linked(("U1", "ada", "101"), ("U2", "bo", "102"))
    job = await typed(bench, "/bellhop fix the till repo=acme/till")
    bench.forge.roles["bo"] = Role.READ
    await bench.say("nice", user="U2", thread=await card_of(bench, job))
    await bench.say("nice", user="U3", thread=await card_of(bench, job))
    assert (await bench.dispositions())[-2:] == [Disposition.IGNORED_NOT_ADDRESSED] * 2
    assert len(await bench.jobs()) == 1


async def test_a_card_of_another_channel_is_no_head_here() -> None:
    bench = await linked()
    job = await typed(bench, "/bellhop fix the till repo=acme/till")
    root = (await card_of(bench, job)).root
    await bench.say("and the drawer too", thread=channel(root, name="C2"))
    assert (await bench.dispositions())[-1] is Disposition.IGNORED_NOT_ADDRESSED


async def test_help_is_given_to_whom_nobody_knows_and_nothing_is_looked_up() -> None:
    bench = ChatBench()
    await bench.say("@bellhop help", thread=channel("9.9", name="D1", kind=ThreadKind.DIRECT), is_direct=True)
    assert (await bench.dispositions())[-1] is Disposition.ANSWERED
    assert "role_of" not in bench.forge.calls


async def test_a_stranger_may_ask_for_help_and_cancels_nothing() -> None:
    bench = await linked()
    await bench.say("@bellhop fix it repo=acme/shop")
    [job] = await bench.jobs()
    await bench.say(f"@bellhop cancel {job.handle}", is_stranger=True)
    assert "another organization" in bench.whispers[-1].text
    await bench.say("@bellhop help", is_stranger=True)
    assert "another organization" not in bench.whispers[-1].text
    assert (await bench.jobs())[0].status is JobStatus.QUEUED
