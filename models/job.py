"""Jobs: what is asked for, what happened to it, what came of it.

`Job`, `JobEvent` and the lifecycle are the CI document's; `JobContext`, `JobResult` and `GithubResolverJob` the
shared-infrastructure document's. The nouns are frozen, so results are made, not filled.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, SecretStr

from models.agent import AgentState
from models.base import Moment, Noun
from models.message import Actor, Anchor, Attachment, Comment, Thread
from models.source import SourceType

HANDLE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base 32 without I, L, O, U: nothing to misread
STOPPED = "stopped by {by}"


class JobKind(StrEnum):
    """The three kinds of job."""

    RESOLVE = "resolve"
    CI = "ci"
    WORKFLOW = "workflow"


class JobStatus(StrEnum):
    """The CI document's five, and `parked`: waiting for a person, a budget, a lock or a child."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Nothing more will happen to it."""
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}

    @property
    def predecessors(self) -> frozenset[JobStatus]:
        """From which states this one may be entered.

        A retry is a new job, a lost job's new attempt is `queued` again.
        """
        return _PREDECESSORS[self]


_LIVE = frozenset({JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PARKED})
_PREDECESSORS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.PARKED}),
    JobStatus.RUNNING: frozenset({JobStatus.QUEUED}),
    JobStatus.PARKED: frozenset({JobStatus.RUNNING}),
    JobStatus.COMPLETED: frozenset({JobStatus.RUNNING}),
    JobStatus.FAILED: _LIVE,
    JobStatus.CANCELLED: _LIVE,
}


class Failure(StrEnum):
    """Why a job failed."""

    LOST = "lost"  # its worker died, in all attempts
    TIMEOUT = "timeout"
    IDLE = "idle"
    OOM = "oom"
    SETUP = "setup"
    BUDGET = "budget"
    AGENT = "agent"
    CHECKS = "checks"
    CONFLICT = "conflict"
    POLICY = "policy"  # the change touches what it may not
    PUBLISH = "publish"
    UPSTREAM = "upstream"
    INTERNAL = "internal"


class JobEventType(StrEnum):
    """`log` and `complete` are the CI document's; the rest is what the card is made of."""

    LOG = "log"
    COMPLETE = "complete"
    STATE = "state"  # job or agent changed state
    STEP = "step"  # a phase began: cloning, working, checking, publishing
    AGENT = "agent"  # one thing the agent did or said
    CHECK = "check"  # one check ended
    CHANGE = "change"  # branch pushed, pull request opened
    NOTICE = "notice"  # lost, retried, cancel asked for
    USAGE = "usage"


class JobEvent(Noun):
    """One thing that happened in a job's life. `seq` counts per job from 1, assigned by the database."""

    type: str
    data: str | None = None
    success: bool | None = None
    timestamp: Moment | None = None
    seq: int | None = None
    attempt: int | None = None
    facts: dict[str, Any] = Field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The CI document's JSON form: `type`, then what is set of `data`, `success`, `seq`, `facts`, `timestamp`."""
        plain = self.model_dump(mode="json")
        return {name: value for name, value in plain.items() if value is not None and value != {}}

    @classmethod
    def from_dict(cls, data: dict[str, Any], timestamp: datetime | None = None) -> Self:
        """The event again. `timestamp` fills in for a form that carries none."""
        return cls.model_validate(data | {"timestamp": data.get("timestamp") or timestamp})


class JobContext(Noun):
    """Everything a job must know of where it was asked.

    `user_email` is None wherever the platform does not tell it (GitHub never does in a webhook, GitLab and Jira Cloud
    usually not): no address is made up. `previous_comments`: oldest first, the newest kept. `thread` is where it was
    asked and is answered; `target` is where the work is when that is elsewhere: a chat has no code.
    """

    issue_id: str
    issue_key: str
    user_msg: str
    user_email: str | None = None
    display_name: str
    platform_user_id: str = ""
    workspace_name: str
    base_api_url: str = ""
    issue_title: str = ""
    issue_description: str = ""
    repository: str = ""
    thread: Thread | None = None
    target: Thread | None = None
    comment_id: str = ""
    comment_url: str = ""
    previous_comments: tuple[Comment, ...] = ()
    anchor: Anchor | None = None
    pull_number: int | None = None
    head_ref: str = ""
    head_sha: str = ""
    base_ref: str = ""
    is_fork: bool = False
    files: tuple[Attachment, ...] = ()  # of the message itself; those of earlier ones are with their comments

    @property
    def place(self) -> Thread | None:
        """Where the work is: the repository, and the issue or pull request when there is one."""
        return self.target or self.thread


class JobResult(Noun):
    """What came of a job."""

    result: str = ""
    explanation: str = ""


class JobRequest(Noun):
    """What was asked for, in the resolver's terms. `text` is the request; empty means "resolve this issue"."""

    verb: str = "fix"
    text: str = ""
    agent: str = ""
    model: str = ""
    branch: str = ""
    pr: str = "draft"  # draft, ready, none
    is_read_only: bool = False
    is_fresh: bool = False  # start the agent's conversation anew


class Job(Noun):
    """A job with its history. The first eight fields are the CI document's.

    `id` is a UUID and the key; `handle` ("J-7K3Q") is what people type. `attempt` counts from 1; whoever holds a
    running job proves it by naming the attempt. `lock_key` orders jobs of one place: one holds it, the rest wait.
    """

    id: str
    status: JobStatus = JobStatus.QUEUED
    events: tuple[JobEvent, ...] = ()
    success: bool | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    container_id: str | None = None
    zip_file_path: str | None = None

    handle: str = ""
    kind: JobKind = JobKind.RESOLVE
    attempt: int = 1
    max_attempts: int = 3
    request: JobRequest = Field(default_factory=JobRequest)
    context: JobContext | None = None
    requester: Actor | None = None
    result: JobResult | None = None
    failure: Failure | None = None
    failure_detail: str = ""
    agent_state: AgentState | None = None
    lock_key: str = ""
    holds_lock: bool = False
    parent_id: str | None = None
    delivery_id: int | None = None
    request_id: str = ""
    worker: str | None = None
    lease_until: Moment | None = None
    cancel_requested_at: Moment | None = None
    cancel_requested_by: str = ""
    deadline: Moment | None = None
    last_seq: int = 0
    created_at: Moment | None = None
    updated_at: Moment | None = None

    @property
    def place(self) -> Thread | None:
        """Where its work is."""
        return self.context.place if self.context else None

    @property
    def thread(self) -> str:
        """What it is about, as people write it."""
        return self.context.issue_key if self.context else ""

    @property
    def completion(self) -> JobEvent:
        """The event of its end, as the CI document has it; `data` is the reason when it did not succeed."""
        by = self.cancel_requested_by if self.status is JobStatus.CANCELLED else ""
        why = STOPPED.format(by=by) if by else self.failure_detail.partition("\n")[0]
        kind, success = JobEventType.COMPLETE, bool(self.success)
        return JobEvent(
            type=kind, data=why or None, success=success, timestamp=self.end_time, attempt=self.attempt
        )

    def to_summary_dict(self) -> dict[str, Any]:
        """For listings: no events, no context."""
        plain = self.model_dump(mode="json", exclude={"events", "context", "requester"})
        return plain | {"thread": self.thread, "requester": self.requester.login if self.requester else None}

    def to_dict(self) -> dict[str, Any]:
        """Everything, events included."""
        return (
            self.model_dump(mode="json")
            | self.to_summary_dict()
            | {"events": [e.to_dict() for e in self.events]}
        )


class Transition(Noun):
    """One change of state of a job or of its agent run, with its moment."""

    job_id: str
    attempt: int
    subject: str  # "job" or "agent"
    before: str | None
    after: str
    at: Moment
    by: str = ""


class GithubResolverJob(Noun):
    """A GitHub job as the shared-infrastructure document describes it: a view over the persisted job.

    `installation_token` is filled at use, never persisted, in no dump. The two moments are in seconds since 1970.
    """

    type: SourceType = SourceType.GITHUB
    status: AgentState = AgentState.LOADING
    result: JobResult = Field(default_factory=JobResult)
    owner: str
    repo: str
    installation_token: SecretStr = Field(default=SecretStr(""), exclude=True)
    issue_number: int
    runtime_id: int = 0
    created_at: int
    completed_at: int | None = None

    @classmethod
    def of(cls, job: Job, installation_token: SecretStr | None = None) -> Self:
        """The view of `job`. Raises ValueError when the job has no issue or pull request of a repository."""
        thread = job.place
        if thread is None or thread.number is None or job.created_at is None:
            raise ValueError(f"viewing {job.handle or job.id} as a GitHub job: it has no issue")
        owner, _, repo = thread.repository.partition("/")
        return cls(
            status=job.agent_state or AgentState.LOADING,
            result=job.result or JobResult(),
            owner=owner,
            repo=repo,
            installation_token=installation_token or SecretStr(""),
            issue_number=thread.number,
            runtime_id=job.attempt,
            created_at=int(job.created_at.timestamp()),
            completed_at=int(job.end_time.timestamp()) if job.end_time else None,
        )
