"""Whose turn it is."""

from __future__ import annotations

from bot import order
from models.base import now
from models.change import Change
from models.job import JobStatus
from tests.bot.bench import Shop
from tests.fakes.platform import place


def a_change(issue: int | None, pull: int | None) -> Change:
    return Change(
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
