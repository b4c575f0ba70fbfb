"""What leaves: one create, then edits; nothing twice, nothing lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.courier import Courier
from bot.errors import (
    AuthenticationError,
    ConflictError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)
from bot.run import Run
from models.base import now
from models.card import Card
from models.job import JobEventType
from models.outbox import OutboxRow, OutboxState
from tests.fakes.platform import said
from tests.fakes.services import Bench

DAY_SECONDS = 86400.0


async def card_row(bench: Bench) -> OutboxRow:
    [job] = await bench.jobs()
    async with bench.storage.read() as work:
        row = await work.outbox.card_of(job.id)
    assert row is not None
    return row


async def make_all_due(bench: Bench) -> None:
    """As if every pace, back-off and lease were over."""
    rows = bench.storage._memory.outbox
    earlier = now() - timedelta(minutes=10)
    for key, row in list(rows.items()):
        rows[key] = row.model_copy(update={"due_at": earlier, "lease_until": None})


async def asked(bench: Bench) -> None:
    await bench.receive(said("@bellhop fix"))
    await bench.dispatch()


async def test_a_look_that_finds_nothing_waits_for_no_writer() -> None:
    bench = Bench()
    courier = Courier(bench.services, bench.platform)
    async with bench.storage.begin():  # somebody writes meanwhile
        async with asyncio.timeout(5):
            assert await courier.step() is False
    await asked(bench)
    assert await courier.step() is True
    await courier.close()
    assert bench.platform.comments


async def test_two_hundred_events_are_one_create_and_few_edits() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "w", 60)
    assert claimed is not None
    run = Run(bench.services, claimed, "w")
    bench.platform.pace_seconds = 3600.0
    for number in range(200):
        run.event(JobEventType.LOG, f"line {number}")
        await run.flush()
        await bench.deliver_answers()
    [comment] = bench.platform.comments
    assert len(comment.edits) <= 1


async def test_an_urgent_wish_does_not_wait_for_the_pace() -> None:
    bench = Bench()
    bench.platform.pace_seconds = 3600.0
    await bench.hear("@bellhop fix")
    [job] = await bench.jobs()
    await bench.hear(f"/bellhop cancel {job.handle}", comment_id="78")
    assert "stopped by @ana" in bench.answers[0]


async def test_an_edit_that_would_change_nothing_is_not_sent() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        await work.outbox.want(job.id)
    await bench.deliver_answers()
    assert bench.platform.comments[0].edits == []


async def test_after_a_lost_answer_the_message_is_found_and_not_posted_twice() -> None:
    bench = Bench()
    bench.platform.lost_answers["post"] = [NetworkError("posting: the connection broke")]
    await asked(bench)
    await bench.deliver_answers()
    row = await card_row(bench)
    assert row.is_ambiguous
    assert row.state is OutboxState.WAITING
    await make_all_due(bench)
    await bench.deliver_answers()
    assert len(bench.platform.comments) == 1
    assert (await card_row(bench)).remote_id == bench.platform.comments[0].id


async def test_a_crash_between_claim_and_answer_counts_as_a_lost_answer() -> None:
    bench = Bench()
    await asked(bench)
    async with bench.storage.begin() as work:
        await work.outbox.claim("the dead", 10, 60, platform="github", integration="default")
    body = bench.platform.render_reply("an earlier self posted this", (await card_row(bench)).marker)
    await bench.platform.post((await card_row(bench)).thread, body)
    await make_all_due(bench)
    await bench.deliver_answers()
    assert len(bench.platform.comments) == 1
    assert "queued" in bench.platform.comments[0].body


async def test_younger_twins_are_deleted() -> None:
    bench = Bench()
    bench.platform.lost_answers["post"] = [NetworkError("posting: the connection broke")]
    await asked(bench)
    await bench.deliver_answers()
    first = bench.platform.comments[0]
    await bench.platform.post(first.thread, first.body)
    await make_all_due(bench)
    await bench.deliver_answers()
    assert [comment.id for comment in bench.platform.comments] == [first.id]


async def test_somebody_elses_copy_of_the_marker_is_not_taken_for_ours() -> None:
    bench = Bench()
    bench.platform.lost_answers["post"] = [NetworkError("posting: the connection broke")]
    await asked(bench)
    await bench.deliver_answers()
    bench.platform.comments[0].author = bench.platform.comments[0].author.model_copy(update={"id": "666"})
    await make_all_due(bench)
    await bench.deliver_answers()
    assert len(bench.platform.comments) == 2


async def test_a_deleted_card_is_told_again() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    bench.platform.comments.clear()
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        await work.jobs.request_cancel(job.id, "ana")
        await work.outbox.want(job.id, is_urgent=True)
    await bench.deliver_answers()
    assert "stopped by @ana" in bench.answers[0]


async def test_a_deleted_card_whose_retelling_lost_its_answer_is_not_told_twice() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    bench.platform.comments.clear()
    bench.platform.lost_answers["post"] = [NetworkError("posting: the connection broke")]
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        await work.jobs.request_cancel(job.id, "ana")
        await work.outbox.want(job.id, is_urgent=True)
    await bench.deliver_answers()
    await make_all_due(bench)
    await bench.deliver_answers()
    assert len(bench.answers) == 1
    assert (await card_row(bench)).remote_id == bench.platform.comments[0].id


async def test_a_defect_in_drawing_a_card_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(card: Card) -> str:
        raise KeyError("a defect of a renderer")

    bench, told = Bench(), list[BaseException]()
    bench.courier = Courier(bench.services, bench.platform, told.append)
    monkeypatch.setattr(bench.platform, "render_card", broken)
    await asked(bench)
    await bench.deliver_answers()
    assert [type(error) for error in told] == [KeyError]


async def test_a_rate_limit_is_waited_out() -> None:
    bench = Bench()
    bench.platform.failures["post"] = [RateLimitError("posting: too many", retry_after_seconds=120)]
    await asked(bench)
    await bench.deliver_answers()
    row = await card_row(bench)
    assert not row.is_ambiguous
    assert row.due_at > now() + timedelta(seconds=100)


async def test_a_rate_limit_is_for_all_messages_of_the_platform() -> None:
    bench = Bench()
    bench.platform.failures["react"] = [RateLimitError("reacting: too many", retry_after_seconds=120)]
    await bench.hear("/bellhop ping")
    posted = bench.platform.calls.count("post")
    await bench.hear("/bellhop ping", comment_id="78", number=43)
    assert bench.platform.calls.count("post") == posted


async def test_a_rate_limit_of_one_kind_of_call_holds_nothing_else_back() -> None:
    bench = Bench()
    limit = RateLimitError("reacting: too many", retry_after_seconds=120, is_for_all=False)
    bench.platform.failures["react"] = [limit]
    await bench.hear("/bellhop ping")
    posted = bench.platform.calls.count("post")
    await bench.hear("/bellhop ping", comment_id="78", number=43)
    assert bench.platform.calls.count("post") == posted + 1


async def test_a_doubt_outlives_later_clear_failures() -> None:
    bench = Bench()
    bench.platform.lost_answers["post"] = [NetworkError("posting: the connection broke")]
    bench.platform.failures["find"] = [RateLimitError("looking: too many")]
    await asked(bench)
    await bench.deliver_answers()
    await make_all_due(bench)
    await bench.deliver_answers()
    assert (await card_row(bench)).is_ambiguous


async def test_a_refused_token_is_waited_for_like_an_outage() -> None:
    bench = Bench()
    refused = AuthenticationError("posting: the token is refused")
    bench.platform.failures["post"] = [refused] * 100
    await asked(bench)
    waits = []
    for _ in range(100):
        await make_all_due(bench)
        await bench.deliver_answers()
        row = await card_row(bench)
        waits.append(round((row.due_at - now()).total_seconds()))
    assert (row.state, row.last_error) == (OutboxState.WAITING, str(refused))
    assert waits[:5] == [60, 120, 240, 300, 300]
    assert set(waits[5:]) == {300}
    await make_all_due(bench)
    await bench.deliver_answers()
    assert len(bench.answers) == 1


async def test_a_token_refused_for_a_day_gives_the_message_up() -> None:
    bench = Bench()
    bench.platform.failures["post"] = [AuthenticationError("posting: the token is refused")] * 1000
    await asked(bench)
    waited_seconds = 0.0
    while (row := await card_row(bench)).state is OutboxState.WAITING:
        await make_all_due(bench)
        await bench.deliver_answers()
        waited_seconds += max(((await card_row(bench)).due_at - now()).total_seconds(), 0.0)
    assert 0.9 * DAY_SECONDS < waited_seconds < 1.1 * DAY_SECONDS
    assert "token is refused" in row.last_error


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("posting: the thread is gone"),
        ConflictError("posting: the text is refused"),
        IntegrationError("posting: the request is refused"),
    ],
)
async def test_what_can_never_be_said_is_buried_with_its_reason(error: IntegrationError) -> None:
    bench = Bench()
    bench.platform.failures["post"] = [error]
    await asked(bench)
    await bench.deliver_answers()
    row = await card_row(bench)
    assert row.state is OutboxState.DEAD
    assert str(error) in row.last_error
