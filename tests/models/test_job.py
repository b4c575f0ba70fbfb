"""Jobs and their events in the CI document's forms; the resolver job in the shared-infrastructure document's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import SecretStr, ValidationError

from models.agent import AgentState
from models.job import (
    GithubResolverJob,
    Job,
    JobContext,
    JobEvent,
    JobResult,
    JobStatus,
)
from models.message import Actor, Thread
from models.source import SourceType
from tests.models.nouns import built

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 1, 12, 6, 12, tzinfo=UTC)
CANARY = "ghs_canary0123456789abcdef"
# The CI document's lifecycle, and `parked` beside it.
LIFECYCLE = {
    "queued": {"running", "parked"},
    "running": {"queued"},
    "parked": {"running"},
    "completed": {"running"},
    "failed": {"queued", "running", "parked"},
    "cancelled": {"queued", "running", "parked"},
}
JOB_FIELDS = ["id", "status", "events", "success", "start_time", "end_time", "container_id", "zip_file_path"]


def job(**changes: Any) -> Job:
    thread = Thread(source=SourceType.GITHUB, workspace="acme", repository="acme/shop", number=42)
    context = JobContext(
        issue_id="12345",
        issue_key=thread.name,
        user_msg="fix it",
        display_name="Ana",
        workspace_name="acme",
        thread=thread,
    )
    given = {
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "handle": "J-7K3Q",
        "context": context,
        "requester": Actor(id="1", login="ana"),
        "created_at": NOON,
    }
    return Job.model_validate(given | changes)


# --- statuses ---


def test_each_status_may_be_entered_from_where_the_lifecycle_says() -> None:
    assert {status.value: set(status.predecessors) for status in JobStatus} == LIFECYCLE


@pytest.mark.parametrize("status", JobStatus)
def test_nothing_follows_an_end(status: JobStatus) -> None:
    assert status.is_terminal == (not any(status in after.predecessors for after in JobStatus))


# --- results and contexts ---


def test_a_result_may_be_made_empty_and_is_made_anew_not_filled() -> None:
    empty = JobResult()
    assert (empty.result, empty.explanation) == ("", "")
    with pytest.raises(ValidationError, match="frozen"):
        empty.result = "Issue resolved successfully"  # type: ignore[misc]
    filled = empty.model_copy(update={"result": "Issue resolved successfully"})
    assert filled == JobResult(result="Issue resolved successfully")


def test_an_address_that_no_platform_told_is_none() -> None:
    assert job().context.user_email is None  # type: ignore[union-attr]


# --- events ---


def test_a_log_event_is_told_without_what_it_has_not() -> None:
    event = JobEvent(type="log", data="Running tests...\n", timestamp=NOON)
    assert event.to_dict() == {
        "type": "log",
        "data": "Running tests...\n",
        "timestamp": "2026-01-01T12:00:00Z",
    }


def test_a_complete_event_tells_its_success_also_when_there_was_none() -> None:
    assert JobEvent(type="complete", success=False).to_dict() == {"type": "complete", "success": False}


def test_an_empty_log_line_stays_a_log_line() -> None:
    assert JobEvent(type="log", data="").to_dict() == {"type": "log", "data": ""}


def test_an_event_keeps_what_its_facts_hold_nothing_included() -> None:
    event = JobEvent(type="check", facts={"exit_code": None, "seconds": 0})
    assert event.to_dict()["facts"] == {"exit_code": None, "seconds": 0}


@settings(max_examples=40, deadline=None, database=None)
@given(event=built(JobEvent))
def test_an_event_comes_back_from_its_dictionary(event: JobEvent) -> None:
    told = json.loads(json.dumps(event.to_dict()))
    assert JobEvent.from_dict(told) == event


def test_a_dictionary_without_a_moment_takes_the_one_given() -> None:
    assert JobEvent.from_dict({"type": "log", "data": "x"}, NOON).timestamp == NOON
    assert JobEvent.from_dict({"type": "log", "data": "x"}, timestamp=None).timestamp is None
    assert JobEvent.from_dict({"type": "log", "timestamp": None}, NOON).timestamp == NOON


def test_a_moment_in_the_dictionary_wins_over_the_one_given() -> None:
    told = {"type": "log", "timestamp": "2026-01-01T14:06:12+02:00"}
    assert JobEvent.from_dict(told, NOON).timestamp == LATER


def test_reading_an_event_changes_nothing_of_what_was_read() -> None:
    told = {"type": "log"}
    JobEvent.from_dict(told, NOON)
    assert told == {"type": "log"}


# --- jobs ---


def test_a_job_begins_as_the_document_says() -> None:
    new = Job(id="550e8400-e29b-41d4-a716-446655440000")
    told = new.to_dict()
    expected = [new.id, "queued", [], None, None, None, None, None]
    assert [told[name] for name in JOB_FIELDS] == expected


def test_a_job_is_told_whole_with_events_in_their_own_form() -> None:
    events = (
        JobEvent(type="log", data="a", timestamp=NOON, seq=1),
        JobEvent(type="complete", success=True, seq=2),
    )
    told = job(status="completed", success=True, start_time=NOON, end_time=LATER, events=events).to_dict()
    assert told["events"] == [event.to_dict() for event in events]
    assert (told["start_time"], told["end_time"]) == ("2026-01-01T12:00:00Z", "2026-01-01T12:06:12Z")
    assert told["context"]["issue_key"] == "acme/shop#42"
    assert (told["thread"], told["requester"]) == ("acme/shop#42", "ana")


@settings(max_examples=25, deadline=None, database=None)
@given(value=built(Job))
def test_a_job_is_told_in_json_whatever_it_holds(value: Job) -> None:
    assert json.loads(json.dumps(value.to_dict()))["id"] == value.id
    assert json.loads(json.dumps(value.to_summary_dict()))["id"] == value.id


def test_a_summary_is_a_row_of_a_listing() -> None:
    events = (JobEvent(type="log", data="x" * 1000),)
    row = job(events=events).to_summary_dict()
    assert {"events", "context"} & set(row) == set()
    wanted = {"id", "kind", "status", "attempt", "requester", "thread"}
    assert wanted <= set(row)
    assert (row["thread"], row["requester"]) == ("acme/shop#42", "ana")


def test_a_job_of_nobody_and_nowhere_has_a_summary_too() -> None:
    row = Job(id="a").to_summary_dict()
    assert (row["thread"], row["requester"]) == ("", None)


# --- the resolver job ---


def test_a_job_is_seen_as_the_shared_infrastructure_document_describes_it() -> None:
    result = JobResult(result="PR #43", explanation="Fixed it")
    seen = GithubResolverJob.of(
        job(agent_state="finished", result=result, end_time=LATER, attempt=2), SecretStr(CANARY)
    )
    assert (seen.type, seen.status, seen.result) == (SourceType.GITHUB, AgentState.FINISHED, result)
    assert (seen.owner, seen.repo, seen.issue_number) == ("acme", "shop", 42)
    assert (seen.created_at, seen.completed_at) == (int(NOON.timestamp()), int(LATER.timestamp()))
    assert seen.runtime_id == 2
    assert seen.installation_token.get_secret_value() == CANARY


def test_a_job_that_did_not_begin_is_loading_and_has_an_empty_result() -> None:
    seen = GithubResolverJob.of(job())
    assert (seen.status, seen.result, seen.completed_at) == (AgentState.LOADING, JobResult(), None)


def test_the_token_is_in_no_dump_and_no_repr() -> None:
    seen = GithubResolverJob.of(job(), SecretStr(CANARY))
    dumps = [
        repr(seen),
        str(seen),
        f"{seen}",
        seen.model_dump_json(),
        str(seen.model_dump()),
        str(seen.model_dump(include={"installation_token"})),
        str(seen.model_dump(mode="json")),
        str(dict(seen)),
        str(vars(seen)),
    ]
    assert [dump for dump in dumps if CANARY in dump] == []
    assert "installation_token" not in seen.model_dump()


def test_a_wrong_field_beside_the_token_does_not_quote_it() -> None:
    with pytest.raises(ValidationError) as caught:
        GithubResolverJob.model_validate(
            {
                "owner": "a",
                "repo": "b",
                "issue_number": "x",
                "created_at": 1,
                "installation_token": SecretStr(CANARY),
            }
        )
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("without", [{"context": None}, {"created_at": None}], ids=["nowhere", "no moment"])
def test_a_job_without_an_issue_is_no_resolver_job(without: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="viewing J-7K3Q as a GitHub job: it has no issue"):
        GithubResolverJob.of(job(**without))
