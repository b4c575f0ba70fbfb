"""Whose turn it is."""

from __future__ import annotations

from bot import order
from models.base import now
from models.change import Change
from models.job import Job, JobStatus
from tests.bot.bench import Shop
from tests.bot.test_telling import ended
from tests.fakes.chat import ChatBench, channel
from tests.fakes.platform import place


def a_change(issue: int | None, pull: int | None) -> Change:
    return Change(
        place="github:default:acme/shop#",
        repository="acme/shop",
        issue_number=issue,
        pull_number=pull,
        branch="b",
        base="main",
        updated_at=now(),
    )


def test_an_issue_and_its_pull_request_are_one_place() -> None:
    change = a_change(42, 900)
    keys = {
        order.lock_key(place(42), place(42), None),
        order.lock_key(place(42), place(42), change),
        order.lock_key(place(900), place(900), change),
    }
    assert keys == {place(42).key}


def test_a_change_of_no_issue_is_at_its_pull_request() -> None:
    assert order.lock_key(place(900), place(900), a_change(None, 900)) == place(900).key


def test_an_inline_thread_is_at_its_pull_request() -> None:
    inline = place(900).model_copy(update={"inline_root": "5"})
    assert order.lock_key(inline, inline, None) == order.lock_key(place(900), place(900), None)


async def test_the_next_in_line_is_told_and_all_see_their_new_place() -> None:
    shop = Shop()
    jobs = [await shop.accept(comment_id=str(number)) for number in range(70, 73)]
    assert [f"2nd behind {jobs[0].handle}" in answer for answer in shop.answers] == [False, True, False]
    assert f"3rd behind {jobs[1].handle}" in shop.answers[2]
    first = await shop.work(jobs[0])
    assert first.status is JobStatus.COMPLETED
    shop.queue.told.clear()
    await order.moved(shop.services, first)
    await shop.deliver_answers()
    assert shop.queue.told == [jobs[1].handle]
    assert "behind" not in shop.answers[1]
    assert f"2nd behind {jobs[1].handle}" in shop.answers[2]


async def test_nothing_follows_where_nobody_waits() -> None:
    shop = Shop()
    job = await shop.ask()
    shop.queue.told.clear()
    await order.moved(shop.services, job)
    assert shop.queue.told == []


async def test_cards_in_a_chats_thread_move_with_the_line_of_their_pull_request() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix the till repo=acme/shop", thread=channel("1.1"), comment_id="1.1")
    [first] = await bench.jobs()
    await with_pull(bench, first, 900)
    await ended(bench, first, JobStatus.COMPLETED)
    await bench.comment("@bellhop and the door", thread=place(900))
    for number, text in enumerate(("and the drawer", "and the shelf"), 2):
        await bench.say(f"@bellhop {text}", thread=channel("1.1"), comment_id=f"1.{number}")
    shelf, drawer, door, _ = await bench.jobs()
    assert {shelf.lock_key, drawer.lock_key, door.lock_key} == {place(900).key}
    assert f"3rd behind {drawer.handle}" in bench.posts[-1]
    await ended(bench, door, JobStatus.COMPLETED)
    await order.moved(bench.services, door)
    await bench.deliver_answers()
    assert bench.queue.told[-1] == drawer.handle
    assert "behind" not in bench.posts[-2]
    assert f"2nd behind {drawer.handle}" in bench.posts[-1]


async def with_pull(bench: ChatBench, job: Job, number: int) -> None:
    """As after its pull request was opened."""
    change = a_change(None, number).model_copy(update={"job_id": job.id})
    async with bench.storage.begin() as work:
        await work.changes.keep(change)
