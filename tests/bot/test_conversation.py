"""From a kept delivery to its one disposition, and to what people see."""

from __future__ import annotations

import pytest

from bot.errors import NetworkError
from models.base import now
from models.change import Change
from models.delivery import Delivery, Disposition
from models.identity import Role
from models.job import JobStatus
from models.message import Actor, MessageKind
from tests.fakes.platform import ME, person, said
from tests.fakes.services import Bench


async def test_free_text_keeps_a_job_reacts_and_shows_a_card() -> None:
    bench = Bench()
    delivery = await bench.hear("@bellhop fix the flaky login test")
    assert delivery.disposition is Disposition.ACCEPTED
    [job] = await bench.jobs()
    assert (job.request.verb, job.request.text, job.status) == (
        "fix",
        "the flaky login test",
        JobStatus.QUEUED,
    )
    assert bench.queue.told == [job.handle]
    assert [(kind, target, name) for _, kind, target, name in bench.platform.reactions] == [
        (MessageKind.COMMENT, "77", "eyes")
    ]
    [card] = bench.answers
    assert card.startswith(
        f'👀 {job.handle} fix "the flaky login test" on acme/shop#42 · queued; no worker is running'
    )
    assert f"/bellhop cancel {job.handle}" in card


async def test_the_requester_and_the_context_are_kept_with_the_job() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix it")
    [job] = await bench.jobs()
    assert job.requester is not None
    assert job.requester.login == "ana"
    assert job.context is not None
    assert job.context.issue_key == "acme/shop#42"
    assert job.context.user_email is None


@pytest.mark.parametrize(
    ("text", "fields", "disposition"),
    [
        ("just talking", {}, Disposition.IGNORED_NOT_ADDRESSED),
        ("> @bellhop fix", {}, Disposition.IGNORED_NOT_ADDRESSED),
        ("@bellhop fix", {"is_created": False, "previous_text": "@bellhop fx"}, Disposition.IGNORED_EDITED),
        ("@bellhop fix", {"actor": None}, Disposition.IGNORED_NO_ACTOR),
        ("@bellhop fix", {"actor": ME}, Disposition.IGNORED_SELF),
        ("@bellhop fix", {"actor": Actor(id="9", login="other[bot]", is_bot=True)}, Disposition.IGNORED_BOT),
        ("@bellhop fix\n<!-- bellhop:J-7K3Q -->", {}, Disposition.IGNORED_SELF),
    ],
)
async def test_what_concerns_nobody_asks_nobody(
    text: str, fields: dict[str, object], disposition: Disposition
) -> None:
    bench = Bench()
    delivery = await bench.hear(text, **fields)
    assert delivery.disposition is disposition
    assert delivery.detail
    assert (bench.platform.calls, await bench.jobs()) == ([], [])


async def test_an_edit_that_adds_the_first_mention_counts_once() -> None:
    bench = Bench()
    await bench.hear("we should look at this")
    delivery = await bench.hear("@bellhop fix", is_created=False, previous_text="we should look at this")
    assert delivery.disposition is Disposition.ACCEPTED
    again = await bench.hear("@bellhop fix", is_created=False, previous_text="we should look at this")
    assert again.disposition is Disposition.DUPLICATE
    assert len(await bench.jobs()) == 1


async def test_two_events_about_one_comment_make_one_job() -> None:
    bench = Bench()
    first = await bench.hear("@bellhop fix")
    twin = await bench.hear("@bellhop fix")
    assert (first.disposition, twin.disposition) == (Disposition.ACCEPTED, Disposition.DUPLICATE)
    assert twin.detail == f"delivery {first.id} about the same text was first"
    assert (len(await bench.jobs()), len(bench.answers)) == (1, 1)


async def test_a_reader_is_refused_with_the_reason() -> None:
    bench = Bench()
    bench.platform.default_role = Role.READ
    delivery = await bench.hear("@bellhop fix this")
    assert delivery.disposition is Disposition.DENIED_ROLE
    [answer] = bench.answers
    assert answer.startswith("Can't run `fix` here: needs write on acme/shop, you have read. `/bellhop why`")
    assert await bench.jobs() == []


async def test_several_commands_run_in_order_and_the_weightiest_names_the_delivery() -> None:
    bench = Bench()
    delivery = await bench.hear("/bellhop ping\n/bellhop fix the login\n/bellhop version")
    assert delivery.disposition is Disposition.ACCEPTED
    assert bench.answers[0].startswith("pong")
    assert any("queued" in answer for answer in bench.answers)
    assert any("Bellhop 0." in answer for answer in bench.answers)


async def test_an_unknown_verb_gets_the_nearest_and_no_job() -> None:
    bench = Bench()
    delivery = await bench.hear("@bellhop cancle J-7K3Q")
    assert delivery.disposition is Disposition.ANSWERED
    assert bench.answers[0].startswith("Don't know `cancle`. Did you mean `/bellhop cancel J-7K3Q`?")
    assert await bench.jobs() == []


async def test_a_platform_that_does_not_answer_puts_the_delivery_off() -> None:
    bench = Bench()
    bench.platform.failures["role_of"] = [NetworkError("asking for a role: no answer")]
    delivery = await bench.hear("@bellhop fix")
    assert (delivery.disposition, delivery.attempts) == (None, 1)
    assert delivery.due_at > now()
    assert "no answer" in delivery.detail


async def test_a_parser_defect_loses_nothing() -> None:
    bench = Bench()
    await bench.receive(b"{}", event="broken")
    await bench.dispatch()
    [delivery] = await bench.deliveries()
    assert delivery.disposition is Disposition.ERROR_NORMALIZE
    async with bench.storage.read() as work:
        whole = await work.deliveries.get(delivery.id)
    assert whole is not None
    assert whole.request.body == b"{}"


async def test_a_defect_in_a_command_is_tried_again_and_then_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()

    async def broken(message: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(bench.platform, "context_of", broken)
    await bench.receive(said("@bellhop fix"))
    for _ in range(3):
        await bench.dispatch()
        await _make_due(bench)
    await bench.deliver_answers()
    [delivery] = await bench.deliveries()
    assert delivery.disposition is Disposition.ERROR_INTERNAL
    assert "RuntimeError" in bench.answers[0]
    assert "secret detail" not in bench.answers[0]


async def _make_due(bench: Bench) -> None:
    """As if its back-off were over."""
    [delivery] = await bench.deliveries()
    if delivery.disposition is None:
        bench.storage._memory.deliveries[delivery.id] = bench.storage._memory.deliveries[
            delivery.id
        ].model_copy(update={"due_at": now()})


async def test_closing_the_issue_cancels_what_is_queued() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    delivery = await bench.hear("", kind=MessageKind.EVENT, event="issues.closed", comment_id="closed-1")
    [job] = await bench.jobs()
    assert (delivery.disposition, job.status) == (Disposition.ACCEPTED, JobStatus.CANCELLED)
    assert "stopped by @ana" in bench.answers[0]


async def test_deleting_the_request_cancels_it_while_it_is_queued() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix")
    await bench.hear("@bellhop fix", is_created=False, is_deleted=True)
    [job] = await bench.jobs()
    assert job.status is JobStatus.CANCELLED


async def test_closing_an_issue_without_jobs_is_ignored() -> None:
    bench = Bench()
    delivery = await bench.hear("", kind=MessageKind.EVENT, event="issues.closed", comment_id="closed-1")
    assert delivery.disposition is Disposition.IGNORED_EVENT


async def test_an_inline_comment_on_our_own_pull_request_is_a_follow_up() -> None:
    bench = Bench()
    async with bench.storage.begin() as work:
        change = Change(
            place="github:default:acme/shop#",
            repository="acme/shop",
            issue_number=42,
            pull_number=43,
            branch="bellhop/J-1",
            base="main",
            updated_at=now(),
        )
        await work.changes.keep(change)
    ours = await bench.hear("rename this, please", kind=MessageKind.INLINE, number=43, comment_id="500")
    other = await bench.hear("rename this, please", kind=MessageKind.INLINE, number=44, comment_id="501")
    assert ours.disposition is Disposition.ACCEPTED
    assert other.disposition is Disposition.IGNORED_NOT_ADDRESSED
    [job] = await bench.jobs()
    assert job.lock_key.endswith("#42"), "an issue and the pull request opened for it are one place"


async def test_limits_are_told_and_keep_no_job() -> None:
    bench = Bench(max_jobs_per_person=1)
    await bench.hear("@bellhop fix", comment_id="1")
    delivery = await bench.hear("@bellhop fix", comment_id="2")
    assert delivery.disposition is Disposition.DENIED_LIMIT
    assert "1 is the limit" in bench.answers[-1]
    assert len(await bench.jobs()) == 1


async def test_a_fork_is_refused_before_a_job_is_kept() -> None:
    bench = Bench()
    bench.platform.context_fields = {"is_fork": True}
    await bench.hear("@bellhop fix")
    assert "comes from a fork" in bench.answers[0]
    assert await bench.jobs() == []


async def test_redis_away_changes_nothing_for_the_person() -> None:
    bench = Bench()
    bench.queue.is_there = False
    delivery = await bench.hear("@bellhop fix")
    assert delivery.disposition is Disposition.ACCEPTED
    assert len(bench.answers) == 1


async def test_whatever_the_bot_says_delivered_back_makes_no_job() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("@bellhop help", comment_id="2")
    await bench.hear("/bellhop nonsense", comment_id="3")
    jobs = len(await bench.jobs())
    for number, answer in enumerate(list(bench.answers)):
        await bench.hear(answer, actor=ME, comment_id=f"own-{number}")
        await bench.hear(answer, actor=person("mallory"), comment_id=f"copy-{number}")
        quoted = "\n".join(f"> {line}" for line in answer.splitlines())
        await bench.hear(f"{quoted}\n\nwhat does that mean?", comment_id=f"quote-{number}")
    assert len(await bench.jobs()) == jobs


async def test_a_claim_that_was_lost_writes_nothing() -> None:
    bench = Bench()
    await bench.receive(said("@bellhop fix"))

    async def taken_over(message: object) -> object:
        [delivery] = await bench.deliveries()
        memory = bench.storage._memory.deliveries
        memory[delivery.id] = memory[delivery.id].model_copy(update={"claimed_by": "somebody else"})
        return await type(bench.platform).context_of(bench.platform, message)  # type: ignore[arg-type]

    bench.platform.context_of = taken_over  # type: ignore[assignment, method-assign]
    await bench.dispatch()
    assert await bench.jobs() == []


async def test_deliveries_of_one_thread_are_answered_in_order() -> None:
    bench = Bench()
    bodies = [said(f"/bellhop why nothing{n}", comment_id=str(n)) for n in range(5)]
    for body in bodies:
        await bench.receive(body)
    await bench.dispatch()
    rows: list[Delivery] = await bench.deliveries()
    assert [row.disposition for row in rows] == [Disposition.ANSWERED] * 5


async def test_a_strangers_remark_on_our_pull_request_is_left_alone() -> None:
    bench = Bench()
    bench.platform.default_role = Role.READ
    async with bench.storage.begin() as work:
        await work.changes.keep(
            Change(
                place="github:default:acme/shop#",
                repository="acme/shop",
                pull_number=43,
                branch="bellhop/J-1",
                base="main",
                updated_at=now(),
            )
        )
    delivery = await bench.hear("nice", kind=MessageKind.INLINE, number=43, comment_id="500")
    assert delivery.disposition is Disposition.IGNORED_NOT_ADDRESSED
    assert bench.answers == []
