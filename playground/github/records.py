"""What the pretend server remembers: plain mutable records, compared by identity."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

EMPTY_SHA = "0" * 40


@dataclass(eq=False)
class User:
    """An account: a person, a bot account or an organization (`kind` is GitHub's `type`)."""

    id: int
    login: str
    name: str
    created_at: str
    kind: str = "User"
    email: str | None = None
    is_deleted: bool = False  # what a deleted account wrote stays, with `user: null`
    members: dict[int, str] = field(
        default_factory=dict
    )  # organizations only: user id -> "member" or "admin"


@dataclass(eq=False)
class Label:
    """A label of one repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(eq=False)
class Reaction:
    """One emoji of one person on one object."""

    id: int
    user: User
    content: str
    created_at: str


@dataclass(eq=False)
class Comment:
    """A comment on the conversation of an issue or a pull request."""

    id: int
    issue: Issue
    user: User
    body: str
    created_at: str
    updated_at: str
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(eq=False)
class Issue:
    """An issue, or the conversation half of a pull request (then `pull` is set)."""

    id: int
    number: int
    repository: Repository
    user: User
    title: str
    body: str | None
    created_at: str
    updated_at: str
    state: str = "open"
    state_reason: str | None = None
    closed_at: str | None = None
    closed_by: User | None = None
    is_locked: bool = False
    labels: list[Label] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    pull: Pull | None = None


@dataclass(eq=False)
class Pull:
    """The code half of a pull request; `issue` holds title, body, state and conversation."""

    id: int
    issue: Issue
    head_repository: Repository | None
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    is_draft: bool = False
    maintainer_can_modify: bool = False
    merged_at: str | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    is_mergeable: bool | None = None
    commits: int = 0
    additions: int = 0
    deletions: int = 0
    changed_files: int = 0
    requested_reviewers: list[User] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    review_comments: list[ReviewComment] = field(default_factory=list)


@dataclass(eq=False)
class Review:
    """A submitted review; `state` is upper case as in REST (webhooks say it in lower case)."""

    id: int
    pull: Pull
    user: User
    body: str
    state: str
    commit_id: str
    submitted_at: str


@dataclass(eq=False)
class ReviewComment:
    """A comment on a line (or a file) of a pull request; a reply names the top-level comment it answers."""

    id: int
    pull: Pull
    review: Review
    user: User
    body: str
    path: str
    commit_id: str
    original_commit_id: str
    diff_hunk: str
    created_at: str
    updated_at: str
    line: int | None = None
    original_line: int | None = None
    start_line: int | None = None
    original_start_line: int | None = None
    side: str = "RIGHT"
    start_side: str | None = None
    position: int | None = None
    original_position: int | None = None
    subject_type: str = "line"
    in_reply_to: ReviewComment | None = None
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(eq=False)
class Status:
    """A commit status."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: User
    created_at: str


@dataclass(eq=False)
class Hook:
    """A repository webhook; `deliveries` are oldest first."""

    id: int
    url: str
    secret: str | None
    content_type: str
    insecure_ssl: str
    events: list[str]
    is_active: bool
    created_at: str
    updated_at: str
    deliveries: list[Delivery] = field(default_factory=list)
    last_response: tuple[int | None, str, str | None] = (None, "unused", None)


@dataclass(eq=False)
class Delivery:
    """One attempt to deliver one event; a redelivery is another attempt with the same `guid`."""

    id: int
    guid: str
    event: str
    action: str | None
    repository_id: int
    request_headers: dict[str, str]
    body: bytes
    delivered_at: str
    is_redelivery: bool = False
    duration_seconds: float = 0.0
    status: str = "pending"
    status_code: int = 0
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""


@dataclass(eq=False)
class Repository:
    """A repository; its git data is the bare repository `<id>.git`, everything else is here."""

    id: int
    owner: User
    name: str
    created_at: str
    updated_at: str
    pushed_at: str
    description: str | None = None
    is_private: bool = False
    is_archived: bool = False
    default_branch: str = "main"
    language: str | None = "Python"
    parent: Repository | None = None
    collaborators: dict[int, str] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    hooks: dict[int, Hook] = field(default_factory=dict)
    protected: list[str] = field(default_factory=list)  # branch patterns, as in a ruleset
    forks: list[Repository] = field(default_factory=list)
    has_issues: bool = True
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # one writer of refs at a time

    @property
    def full_name(self) -> str:
        """`owner/name` as people write it."""
        return f"{self.owner.login}/{self.name}"

    @property
    def pulls(self) -> list[Pull]:
        """Every pull request, oldest first."""
        return [issue.pull for issue in self.issues.values() if issue.pull]
