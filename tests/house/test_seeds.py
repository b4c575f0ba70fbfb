"""Users of the two documents feel at home: every name of theirs is here, and does what their examples do."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.platforms import PLATFORMS
from adapters.platforms.github.platform import GitHub
from adapters.platforms.github.settings import GitHubSettings
from adapters.storage.repositories import SQLiteJobRepository, SQLJobRepository
from bot.platform import Platform
from bot.ports import JobRepository
from models.agent import AgentState
from models.delivery import Disposition
from models.job import GithubResolverJob, Job, JobContext, JobEvent, JobResult
from models.message import IncomingMessage, Message, Reply, Thread
from models.source import SourceType
from tests.fakes.services import Bench
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "seeds.md"
ROW = re.compile(r"^\| (`[\w.]+`(?:: [\w ]+)?) \| `([\w.]+)` \| (.*) \|$")

SHARED_INFRASTRUCTURE = {
    "SourceType",
    "Message",
    "JobContext",
    "JobResult",
    "GithubResolverJob",
    "AgentState",
    "GithubManager",
}
REPOSITORY = {
    "create_job": ["job"],
    "get_job": ["job_id"],
    "list_jobs": [],
    "update_job_status": ["job_id", "status", "start_time", "container_id"],
    "complete_job": ["job_id", "success", "end_time"],
    "add_event": ["job_id", "event"],
    "get_events_since": ["job_id", "last_event_id"],
    "initialize": [],
    "close": [],
}
CI = {
    "JobEvent",
    "JobEvent.to_dict",
    "JobEvent.from_dict",
    "Job",
    "Job.to_dict",
    "Job.to_summary_dict",
    "JobRepository",
    "SQLiteJobRepository",
    "ci_persistence",
    *(f"JobRepository.{name}" for name in REPOSITORY),
}
FIELDS: dict[type[Any], set[str]] = {
    Message: {"source", "message", "ephemeral"},
    JobContext: {
        "issue_id", "issue_key", "user_msg", "user_email", "display_name", "platform_user_id", "workspace_name",
        "base_api_url", "issue_title", "issue_description",
    },
    JobResult: {"result", "explanation"},
    GithubResolverJob: {
        "type", "status", "result", "owner", "repo", "installation_token", "issue_number", "runtime_id", "created_at",
        "completed_at",
    },
    JobEvent: {"type", "data", "success", "timestamp"},
    Job: {"id", "status", "events", "success", "start_time", "end_time", "container_id", "zip_file_path"},
}  # fmt: skip


def rows() -> dict[str, str]:
    """The names of the page, and the dotted paths where they live."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = [ROW.match(line) for line in lines if line.startswith("| `")]
    assert None not in found, "a row of the page cannot be read"
    return {match[1].replace("`", ""): match[2] for match in found if match}


def resolve(path: str) -> object:
    """The object of a dotted path. Raises ImportError or AttributeError; a field of a noun is found by its name."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            fields = getattr(found, "model_fields", {})
            found = fields[name] if name in fields else getattr(found, name)
        return found
    raise ImportError(path)


@pytest.mark.parametrize(("name", "path"), rows().items())
def test_every_name_leads_to_something(name: str, path: str) -> None:
    assert resolve(path) is not None


@pytest.mark.parametrize("path", ["models.job.Nothing", "models.nothing.Job", "models.job.Job.nothing"])
def test_a_name_that_leads_nowhere_is_seen(path: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        resolve(path)


def test_no_name_of_the_documents_is_left_out() -> None:
    assert (SHARED_INFRASTRUCTURE | CI) - set(rows()) == set()


@pytest.mark.parametrize(("noun", "names"), FIELDS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_noun_has_every_field_of_its_document(noun: Any, names: set[str]) -> None:
    assert names - set(noun.model_fields) == set()


# --- the shared-infrastructure document ---


def test_the_sources_and_states_are_the_documents() -> None:
    assert {source.name: source.value for source in SourceType} == {
        name: name.lower() for name in ("GITHUB", "GITLAB", "OPENHANDS", "SLACK", "JIRA", "JIRA_DC", "LINEAR")
    }
    assert {state.value for state in AgentState} == {
        "loading", "running", "awaiting_user_input", "paused", "stopped", "finished", "rejected", "error",
        "awaiting_user_confirmation", "user_confirmed", "user_rejected", "rate_limited",
    }  # fmt: skip


def test_the_example_of_a_job_context() -> None:
    context = JobContext(
        issue_id="12345",
        issue_key="PROJ-123",
        user_msg="Please fix the bug in authentication",
        user_email="developer@company.com",
        display_name="John Developer",
        workspace_name="engineering-team",
        issue_title="Authentication Bug",
        issue_description="Users cannot log in with SSO",
    )
    assert (context.platform_user_id, context.base_api_url) == ("", "")


def test_the_example_of_a_result_and_its_message() -> None:
    result = JobResult().model_copy(
        update={
            "result": "Issue resolved successfully",
            "explanation": "Fixed authentication flow and updated tests",
        }
    )
    message = Message(source=SourceType.GITHUB, message="Issue has been resolved", ephemeral=False)
    assert result == JobResult(
        result="Issue resolved successfully", explanation="Fixed authentication flow and updated tests"
    )
    assert message.ephemeral is Message(source=SourceType.GITHUB, message={"text": "x"}).ephemeral is False
    assert issubclass(IncomingMessage, Message)
    assert issubclass(Reply, Message)


def test_a_resolver_job_as_the_document_has_it() -> None:
    made = GithubResolverJob(
        type=SourceType.GITHUB,
        status=AgentState.RUNNING,
        result=JobResult(),
        owner="acme",
        repo="shop",
        installation_token=SecretStr("ghs_x"),
        issue_number=42,
        runtime_id=1,
        created_at=1_700_000_000,
        completed_at=1_700_000_100,
    )
    assert (made.type, made.status, made.issue_number) == ("github", "running", 42)


async def test_a_manager_receives_asks_starts_and_sends() -> None:
    bench = Bench()
    asked = await bench.hear("@bellhop fix the login test", comment_id="1")
    talked = await bench.hear("lovely weather", comment_id="2")
    assert (asked.disposition, talked.disposition) == (
        Disposition.ACCEPTED,
        Disposition.IGNORED_NOT_ADDRESSED,
    )
    [job] = await bench.jobs()
    seen = GithubResolverJob.of(job)
    assert (seen.owner, seen.repo, seen.issue_number, seen.status) == ("acme", "shop", 42, AgentState.LOADING)
    assert [job.handle in answer for answer in bench.answers] == [True]


async def test_the_manager_of_a_platform_is_a_class_behind_one_port() -> None:
    assert set(PLATFORMS) <= {source.value for source in SourceType}
    settings = GitHubSettings(github_token=SecretStr("t"), github_webhook_secret=SecretStr("s"))
    manager: Platform = GitHub(settings)
    try:
        assert (manager.name, manager.integration) == (SourceType.GITHUB, "default")
        missing = [
            name for name, _ in inspect.getmembers(Platform, inspect.isfunction) if not hasattr(manager, name)
        ]
        assert missing == []
    finally:
        await manager.close()


# --- the CI document ---


@pytest.mark.parametrize("repository", [JobRepository, SQLJobRepository, SQLiteJobRepository])
@pytest.mark.parametrize(("method", "parameters"), REPOSITORY.items())
def test_the_repository_has_the_documents_signatures(
    repository: Any, method: str, parameters: list[str]
) -> None:
    function = getattr(repository, method)
    assert inspect.iscoroutinefunction(function)
    assert list(inspect.signature(function).parameters)[1:] == parameters


async def test_the_example_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = Job(
        id="550e8400-e29b-41d4-a716-446655440000",
        status="queued",
        zip_file_path="/tmp/project.zip",
    )
    log_event = JobEvent(type="log", data="Running tests...\n", timestamp=datetime.now(UTC))
    complete_event = JobEvent(type="complete", success=True, timestamp=datetime.now(UTC))

    repo: JobRepository = SQLiteJobRepository("jobs.db")
    await repo.initialize()
    await repo.create_job(job)
    started = datetime.now()  # noqa: DTZ005 - the document's `utcnow` has no zone either
    await repo.update_job_status(job.id, "running", start_time=started, container_id="abc123")
    await repo.add_event(job.id, log_event)
    await repo.complete_job(job.id, success=True, end_time=datetime.now(UTC))
    await repo.add_event(job.id, complete_event)
    retrieved = await repo.get_job(job.id)
    since = await repo.get_events_since(job.id, 1)
    listed = await repo.list_jobs()
    await repo.close()

    assert retrieved is not None
    assert (
        f"Job status: {retrieved.status}, success: {retrieved.success}"
        == "Job status: completed, success: True"
    )
    assert (retrieved.container_id, retrieved.zip_file_path) == ("abc123", "/tmp/project.zip")
    assert retrieved.start_time == started.replace(tzinfo=UTC)
    assert [event.data for event in retrieved.events if event.type == "log"] == ["Running tests...\n"]
    assert [(event.type, event.success) for event in since] == [("complete", True)]
    assert [found.id for found in listed] == [job.id]
    assert (tmp_path / "jobs.db").exists()
    told = json.loads(json.dumps(retrieved.to_dict()))
    assert [JobEvent.from_dict(event) for event in told["events"]] == list(retrieved.events)
    assert "events" not in retrieved.to_summary_dict()


def test_a_resolver_job_is_refused_where_there_is_no_issue() -> None:
    nowhere = Thread(source=SourceType.OPENHANDS)
    context = JobContext(
        issue_id="1", issue_key="1", user_msg="x", display_name="x", workspace_name="x", thread=nowhere
    )
    with pytest.raises(ValueError, match="it has no issue"):
        GithubResolverJob.of(Job(id="a", context=context, created_at=datetime.now(UTC)))
