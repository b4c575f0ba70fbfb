"""What events say together, and what stays of them."""

from __future__ import annotations

from typing import Any

from bot import facts
from models.base import now
from models.job import Job, JobEvent, JobEventType, JobStatus


def event(type: JobEventType = JobEventType.CHANGE, **told: Any) -> JobEvent:
    return JobEvent(type=type, data="said", facts=told)


def test_the_newest_counts_and_links_and_costs_add_up() -> None:
    first = event(branch="a", links={"PR #1": "x"}, cost_usd=0.5)
    second = event(branch="b", links={"PR #2": "y"}, cost_usd=None)
    third = event(cost_usd=0.25, is_draft=False)
    assert facts.merge([first, second, third]) == {
        "branch": "b",
        "links": {"PR #1": "x", "PR #2": "y"},
        "cost_usd": 0.75,
        "is_draft": False,
    }
    assert first.facts["links"] == {"PR #1": "x"}, "no event is changed"


def test_what_stays_is_the_end_and_no_line_of_the_log() -> None:
    ended = now()
    job = Job(id="1", status=JobStatus.COMPLETED, success=True, end_time=ended, attempt=2, last_seq=9)
    kept = facts.keep(job, [event(JobEventType.AGENT, kind="text"), event(branch="b")])
    assert kept == JobEvent(
        type="complete", success=True, timestamp=ended, seq=9, attempt=2, facts={"branch": "b"}
    )
    assert facts.merge([kept]) == {"branch": "b"}


def test_nothing_stays_of_what_said_nothing() -> None:
    job = Job(id="1", status=JobStatus.COMPLETED)
    assert facts.keep(job, [event(JobEventType.AGENT, kind="text"), event()]) is None
