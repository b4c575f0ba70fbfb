"""Which change a conversation goes on with: that of its issue, else that of what was asked for in it before."""

from __future__ import annotations

from bot import changing
from models.base import now
from models.change import Change
from models.job import Job
from models.message import MessageKind, Thread
from tests.fakes.chat import ChatBench, channel
from tests.fakes.platform import place

SHOP = place().model_copy(update={"number": None})


async def job_of(bench: ChatBench, text: str, thread: Thread) -> Job:
    """What was asked for in a thread of the chat."""
    await bench.say(text, thread=thread)
    return (await bench.jobs())[0]


async def worked(bench: ChatBench, job: Job, **fields: object) -> Change:
    """As after its pull request was opened."""
    told = {"repository": "acme/shop", "branch": f"b/{job.handle}", "base": "main", "updated_at": now()}
    told["place"] = SHOP.place
    async with bench.storage.begin() as work:
        return await work.changes.keep(Change.model_validate({**told, "job_id": job.id, **fields}))


async def found(bench: ChatBench, thread: Thread, where: Thread = SHOP) -> Change | None:
    async with bench.storage.read() as work:
        return await changing.found(work, where, thread)


async def linked() -> ChatBench:
    bench = ChatBench()
    await bench.link()
    return bench


async def test_an_issue_has_its_own_wherever_it_was_asked_for() -> None:
    bench = await linked()
    job = await job_of(bench, "@bellhop fix it repo=acme/shop", channel("1.1"))
    await worked(bench, job, pull_number=900)
    of_issue = await worked(bench, job, issue_number=42, pull_number=901)
    assert await found(bench, channel("1.1"), place(42)) == of_issue
    assert await found(bench, channel("1.1"), place(43)) is None


async def test_a_conversation_goes_on_with_its_own_and_no_other_does() -> None:
    bench = await linked()
    job = await job_of(bench, "@bellhop fix it repo=acme/shop", channel("1.1"))
    change = await worked(bench, job, pull_number=900)
    assert await found(bench, channel("1.1")) == change
    assert await found(bench, channel("2.2")) is None
    assert await found(bench, channel("1.1", name="C2")) is None
    assert await found(bench, channel("1.1"), SHOP.model_copy(update={"repository": "acme/till"})) is None


async def test_a_whole_channel_is_no_conversation() -> None:
    bench = await linked()
    await bench.say("/bellhop fix it repo=acme/shop", kind=MessageKind.SLASH, thread=channel())
    [job] = await bench.jobs()
    await worked(bench, job, pull_number=900)
    assert await found(bench, channel()) is None


async def test_the_open_one_comes_before_a_newer_one_that_is_closed() -> None:
    bench = await linked()
    first = await job_of(bench, "@bellhop fix it repo=acme/shop", channel("1.1"))
    second = await job_of(bench, "@bellhop new again repo=acme/shop", channel("1.1"))
    is_open = await worked(bench, first, pull_number=900)
    closed = await worked(bench, second, pull_number=901, is_open=False)
    assert await found(bench, channel("1.1")) == is_open
    await worked(bench, first, id=is_open.id, pull_number=900, is_open=False)
    assert await found(bench, channel("1.1")) == closed, "the newest, when none is open"


async def test_below_the_card_of_a_typed_command_its_change_goes_on() -> None:
    """A slash command leaves no message: the conversation begins at the card."""
    bench, job, head = await typed()
    change = await worked(bench, job, pull_number=900)
    assert await found(bench, head) == change


async def test_a_question_in_between_hides_no_change() -> None:
    bench, job, head = await typed()
    change = await worked(bench, job, pull_number=900)
    await bench.say("@bellhop ask why is that?", thread=head)
    assert (await bench.jobs())[0].request.verb == "ask"
    assert await found(bench, head) == change


async def typed() -> tuple[ChatBench, Job, Thread]:
    """A job asked for by a slash command, and the thread that its card is the head of."""
    bench = await linked()
    await bench.say("/bellhop fix it repo=acme/shop", kind=MessageKind.SLASH, thread=channel())
    [job] = await bench.jobs()
    async with bench.storage.read() as work:
        row = await work.outbox.card_of(job.id)
    assert row is not None
    assert row.remote_id
    return bench, job, channel(row.remote_id)
