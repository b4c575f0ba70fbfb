"""The card from the job and its events alone: each fixed phrase, word for word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import cards
from bot.cards import Situation
from models.card import CardState
from models.job import Failure, Job, JobContext, JobEvent, JobEventType, JobRequest, JobResult, JobStatus
from models.message import Actor

BEGAN = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def a_job(status: JobStatus = JobStatus.QUEUED, *events: JobEvent, **fields: Any) -> Job:
    context = JobContext(
        issue_id="1",
        issue_key=fields.pop("key", "acme/api#42"),
        user_msg="",
        display_name="Ana",
        workspace_name="acme",
    )
    given: dict[str, Any] = {
        "id": "1", "handle": "J-7K3Q", "status": status, "events": events, "context": context,
        "requester": Actor(id="1", login="ana"), "request": JobRequest(text="failing test"), "start_time": BEGAN,
    }  # fmt: skip
    return Job(**given | fields)


def an_event(type: JobEventType, data: str = "", success: bool | None = None, **facts: Any) -> JobEvent:
    return JobEvent(type=type, data=data, success=success, timestamp=BEGAN, facts=facts)


def headline(job: Job, **situation: Any) -> str:
    return cards.draw(job, Situation(**situation)).headline


# --- the fixed phrases ---


def test_ack_in_line() -> None:
    ahead = a_job(JobStatus.RUNNING, handle="J-7JX1")
    assert headline(a_job(), ahead=[ahead], at=BEGAN + timedelta(minutes=4, seconds=59)) == (
        '👀 J-7K3Q fix "failing test" on acme/api#42 · queued, 2nd behind J-7JX1 (acme/api#42, @ana, 4 min). '
        "Stop: `/bellhop cancel J-7K3Q`"
    )


def test_who_waits_oneself_is_said_to_wait() -> None:
    # Started before: its worker was lost, and it is queued again.
    ahead = a_job(handle="J-7JX1", created_at=BEGAN - timedelta(minutes=3))
    said = headline(a_job(), ahead=[a_job(JobStatus.RUNNING), ahead], at=BEGAN + timedelta(minutes=1))
    assert "queued, 3rd behind J-7JX1 (acme/api#42, @ana, waiting 4 min)." in said


@pytest.mark.parametrize(("count", "place"), [(1, "2nd"), (2, "3rd"), (3, "4th"), (10, "11th"), (21, "22nd")])
def test_the_place_in_line_names_the_nearest_before(count: int, place: str) -> None:
    ahead = [a_job(handle=f"J-A{number:02}", key=f"acme/api#{number}") for number in range(count)]
    last = count - 1
    assert f"queued, {place} behind J-A{last:02} (acme/api#{last}, @ana)." in headline(a_job(), ahead=ahead)


def test_first_in_line_is_simply_queued() -> None:
    assert (
        headline(a_job())
        == '👀 J-7K3Q fix "failing test" on acme/api#42 · queued. Stop: `/bellhop cancel J-7K3Q`'
    )


def test_without_a_worker_that_is_said() -> None:
    assert "· queued; no worker is running. Stop:" in headline(a_job(), is_worked=False)


def test_without_words_the_verb_is_enough() -> None:
    assert headline(a_job(request=JobRequest())).startswith("👀 J-7K3Q fix on acme/api#42 · queued.")


def test_working() -> None:
    assert headline(a_job(JobStatus.RUNNING)) == (
        '⚙️ J-7K3Q fix "failing test" on acme/api#42 · working. Stop: `/bellhop cancel J-7K3Q`'
    )
    assert "working, attempt 2 of 3. Stop:" in headline(a_job(JobStatus.RUNNING, attempt=2))


def test_the_address_is_the_one_that_works_here() -> None:
    assert "Stop: `/porter cancel J-7K3Q`" in headline(a_job(), slash="/porter")


def test_being_stopped() -> None:
    job = a_job(JobStatus.RUNNING, cancel_requested_at=BEGAN, cancel_requested_by="bo")
    assert headline(job) == "⏹ J-7K3Q is being stopped by @bo"


def done(*events: JobEvent, **fields: Any) -> Job:
    end = BEGAN + timedelta(minutes=6, seconds=12)
    return a_job(
        JobStatus.COMPLETED, *events, end_time=end, result=JobResult(explanation="Mended."), **fields
    )


PUSHED = an_event(JobEventType.CHANGE, "Pushed", True, branch="bellhop/J-7K3Q", files=3)
OPENED = an_event(
    JobEventType.CHANGE,
    "Opened PR #43",
    True,
    pull_number=43,
    is_draft=True,
    links={"PR #43": "https://git.example/43"},
)
CHECKED = an_event(JobEventType.CHECK, "tests 41/41", True, checks="tests 41/41")
PAID = an_event(JobEventType.USAGE, cost_usd=1.18)


def test_done() -> None:
    card = cards.draw(done(PAID, CHECKED, PUSHED, OPENED), Situation())
    assert card.headline == "✅ J-7K3Q done in 6m12s · $1.18 · PR #43 (draft), 3 files · tests 41/41"
    assert card.state is CardState.DONE
    assert card.links == (("PR #43", "https://git.example/43"),)
    assert card.next_commands == ("/bellhop undo J-7K3Q", "/bellhop logs J-7K3Q")
    assert card.body == "Mended."
    assert card.marker == "bellhop:J-7K3Q"


def test_done_without_a_draft_or_with_an_update_or_without_a_pull_request() -> None:
    ready = an_event(JobEventType.CHANGE, pull_number=43, is_draft=False, is_update=True)
    assert headline(done(PUSHED, ready)) == "✅ J-7K3Q done in 6m12s · PR #43 updated, 3 files"
    assert headline(done(PUSHED)) == "✅ J-7K3Q done in 6m12s · branch `bellhop/J-7K3Q`, 3 files"


def test_costs_of_all_attempts_add_up() -> None:
    assert "· $2.36 ·" in headline(done(PAID, PAID, PUSHED))
    assert "· under $0.01 ·" in headline(done(an_event(JobEventType.USAGE, cost_usd=0.004), PUSHED))


def test_answered_and_unchanged() -> None:
    answered = cards.draw(done(), Situation())
    assert answered.headline == "✅ J-7K3Q answered in 6m12s"
    assert answered.state is CardState.ANSWERED
    unchanged = done(an_event(JobEventType.NOTICE, "Nothing was changed.", is_unchanged=True))
    assert headline(unchanged) == "✅ J-7K3Q done in 6m12s · no change was needed"


def test_failed_in_checks() -> None:
    kept = an_event(JobEventType.NOTICE, "Pushed", kept_branch="bellhop/J-7K3Q")
    job = a_job(
        JobStatus.FAILED, kept, failure=Failure.CHECKS, failure_detail="2 of 41 tests fail\nFAILED test_a\n"
    )
    card = cards.draw(job, Situation())
    assert card.headline == "❌ J-7K3Q failed in checks: 2 of 41 tests fail. Branch kept: `bellhop/J-7K3Q`."
    assert card.details == "FAILED test_a"
    assert card.next_commands == ("/bellhop retry J-7K3Q", "/bellhop logs J-7K3Q")


@pytest.mark.parametrize("failure", list(Failure))
def test_every_failure_says_where(failure: Failure) -> None:
    said = headline(a_job(JobStatus.FAILED, failure=failure, failure_detail="it broke"))
    assert said == f"❌ J-7K3Q failed {cards.WHERE[failure]}: it broke."


def test_cancelled() -> None:
    end = BEGAN + timedelta(minutes=2)
    removed = an_event(JobEventType.NOTICE, "Removed", removed_branch="bellhop/J-7K3Q")
    job = a_job(JobStatus.CANCELLED, removed, cancel_requested_by="ana", end_time=end)
    assert headline(job) == "⏹ J-7K3Q stopped by @ana after 2m00s. Branch removed."


def test_cancelled_in_the_queue() -> None:
    job = a_job(JobStatus.CANCELLED, cancel_requested_by="ana", start_time=None, end_time=BEGAN)
    assert headline(job) == "⏹ J-7K3Q stopped by @ana before it began."


def test_lost_and_tried_again() -> None:
    text = "lost its worker after 4m00s; retried as attempt 2 of 3"
    card = cards.draw(a_job(JobStatus.QUEUED, an_event(JobEventType.NOTICE, text, lost=1)), Situation())
    assert [(step.text, step.is_ok, step.is_warning) for step in card.steps] == [
        (f"J-7K3Q {text}", False, True)
    ]


# --- steps ---


def test_steps_end_when_the_next_begins() -> None:
    job = a_job(
        JobStatus.RUNNING,
        an_event(JobEventType.STEP, "Fetching"),
        an_event(JobEventType.STEP, "At work"),
        an_event(JobEventType.LOG, "noise"),
        an_event(JobEventType.CHECK, "2 tests fail", False),
    )
    assert [(step.text, step.is_done, step.is_ok) for step in cards.draw(job, Situation()).steps] == [
        ("Fetching", True, True),
        ("At work", False, True),
        ("2 tests fail", True, False),
    ]


def said(text: str, kind: str = "text") -> JobEvent:
    return an_event(JobEventType.AGENT, text, kind=kind)


@pytest.mark.parametrize(
    ("status", "is_ok"),
    [(JobStatus.FAILED, False), (JobStatus.CANCELLED, False), (JobStatus.COMPLETED, True)],
)
def test_the_step_that_was_under_way_when_the_job_ended_has_its_end(status: JobStatus, is_ok: bool) -> None:
    steps = [an_event(JobEventType.STEP, "Cloning"), an_event(JobEventType.STEP, "Checking")]
    job = a_job(status, *steps, failure=Failure.CHECKS, failure_detail="2 fail")
    assert [(step.text, step.is_done, step.is_ok) for step in cards.draw(job, Situation()).steps] == [
        ("Cloning", True, True),
        ("Checking", True, is_ok),
    ]


def test_the_step_that_lost_its_worker_was_not_done() -> None:
    lost = an_event(JobEventType.NOTICE, "lost its worker after 4m00s", lost=1)
    again = an_event(JobEventType.STEP, "Cloning again")
    job = a_job(JobStatus.RUNNING, an_event(JobEventType.STEP, "Cloning"), lost, again)
    assert [(step.is_done, step.is_ok) for step in cards.draw(job, Situation()).steps] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def steps_of(job: Job) -> list[str]:
    return [step.text for step in cards.draw(job, Situation()).steps]


def test_what_the_agent_said_last_is_seen_while_it_works() -> None:
    at_work = an_event(JobEventType.STEP, "At work")
    events = (
        at_work,
        said("first"),
        said("Looking at\nmany things"),
        said("Bash {}", "tool"),
        said("", "text"),
    )
    assert steps_of(a_job(JobStatus.RUNNING, *events)) == ["At work", "“Looking at”"]
    checking = an_event(JobEventType.STEP, "Checking")
    assert steps_of(a_job(JobStatus.RUNNING, *events, checking)) == ["At work", "Checking"]
    assert steps_of(done(*events)) == ["At work"]


def test_what_the_agent_says_is_one_short_harmless_line() -> None:
    hostile = "@acme/team `x` <!-- bellhop:J-1111 --> Fixes #1 " + "long " * 100
    [line] = steps_of(a_job(JobStatus.RUNNING, said(hostile)))
    assert len(line) <= cards.SAID_CHARACTERS + 2
    assert "@acme" not in line
    assert "Fixes #1" not in line
    assert "<!--" not in line
    assert "`" not in line


def test_a_long_story_keeps_its_end() -> None:
    events = [an_event(JobEventType.STEP, f"step {number}") for number in range(40)]
    steps = steps_of(a_job(JobStatus.RUNNING, *events))
    assert len(steps) == cards.SHOWN_STEPS
    assert steps[-1] == "step 39"


# --- hostile requests ---


@pytest.mark.parametrize(
    "text",
    [
        "@acme/everyone look", "Fixes #1", "<!-- bellhop:J-ZZZZ -->", "![x](https://evil.example/t.png)", "`rm` ``x``",
        "/merge", "<img src=x>", "a\u202eb", 'say "hi"', "\n\n  @all\nsecond line",
    ],
)  # fmt: skip
def test_a_request_in_the_headline_acts_on_nothing(text: str) -> None:
    line = headline(a_job(request=JobRequest(text=text)))
    quoted = line.partition(" fix ")[2].rpartition(" on acme/api#42")[0]
    assert line.count("\n") == 0
    assert quoted.startswith('"')
    assert quoted.endswith('"')
    inner = quoted[1:-1]
    assert not any(
        bad in inner for bad in ("@acme", "@all", "Fixes #", "<!--", "![", "`", "<img", "\u202e", '"')
    )


def test_a_long_request_is_clipped() -> None:
    line = headline(a_job(request=JobRequest(text="word " * 200)))
    assert len(line) < 200
    assert "…" in line


def test_what_has_not_ended_can_be_stopped_once() -> None:
    for status in (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PARKED):
        assert cards.draw(a_job(status), Situation()).stop == "/bellhop cancel J-7K3Q"
        asked = a_job(status, cancel_requested_at=BEGAN, cancel_requested_by="ana")
        assert cards.draw(asked, Situation()).stop == ""
    for status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED):
        assert cards.draw(a_job(status, end_time=BEGAN), Situation()).stop == ""
