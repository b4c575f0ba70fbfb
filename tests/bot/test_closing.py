"""What is no longer wanted is not done: closing the issue, or deleting the request, cancels what is still queued."""

from __future__ import annotations

from models.delivery import Disposition
from models.job import JobStatus
from models.message import MessageKind, ThreadKind
from tests.bot.bench import Shop, card, lines
from tests.fakes.platform import place


async def test_closing_the_issue_cancels_what_is_queued_and_tells_the_next_in_line() -> None:
    shop = Shop()
    waiting = await shop.accept()
    delivery = await shop.hear("", kind=MessageKind.EVENT, event="issues.closed", comment_id="")
    assert delivery.disposition is Disposition.ACCEPTED
    job = await shop.job(waiting.id)
    assert job.status is JobStatus.CANCELLED
    assert card(job).headline == f"⏹ {job.handle} stopped by @ana before it began."
    assert lines(job)[-1] == "acme/shop#42 was closed"


async def test_closing_does_not_stop_what_runs() -> None:
    shop = Shop()
    job = await shop.accept()
    async with shop.storage.begin() as unit:
        await unit.jobs.claim(job.id, "w", 60)
    delivery = await shop.hear("", kind=MessageKind.EVENT, event="issues.closed", comment_id="")
    assert delivery.disposition is Disposition.IGNORED_EVENT
    running = await shop.job(job.id)
    assert (running.status, running.cancel_requested_at) == (JobStatus.RUNNING, None)


async def test_closing_another_issue_changes_nothing() -> None:
    shop = Shop()
    job = await shop.accept()
    await shop.hear("", kind=MessageKind.EVENT, event="issues.closed", comment_id="", number=43)
    assert (await shop.job(job.id)).status is JobStatus.QUEUED


async def test_deleting_the_request_cancels_its_own_job_only() -> None:
    shop = Shop()
    one, other = await shop.accept(comment_id="70"), await shop.accept(comment_id="71")
    await shop.hear(
        "@bellhop fix", comment_id="70", is_deleted=True, is_created=False, event="issue_comment.deleted"
    )
    assert (await shop.job(one.id)).status is JobStatus.CANCELLED
    assert lines(await shop.job(one.id))[-1] == "the request was deleted"
    assert (await shop.job(other.id)).status is JobStatus.QUEUED


async def test_a_pull_request_that_is_closed_is_remembered_as_closed() -> None:
    shop = Shop()
    await shop.ask()
    pull = place(900).model_copy(update={"kind": ThreadKind.PULL_REQUEST})
    await shop.hear("", kind=MessageKind.EVENT, event="pull_request.closed", comment_id="", thread=pull)
    change = await shop.change()
    assert change is not None
    assert not change.is_open


async def test_closing_the_issue_does_not_close_the_change() -> None:
    shop = Shop()
    await shop.ask()
    await shop.hear("", kind=MessageKind.EVENT, event="issues.closed", comment_id="")
    change = await shop.change()
    assert change is not None
    assert change.is_open
