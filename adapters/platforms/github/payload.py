"""The parts of GitHub's webhook bodies that Bellhop reads, as types. Everything else is checked for syntax and skipped.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
Every field may be absent or null: accounts are deleted, forks vanish, bodies are empty, older servers know less.
Text never holds NUL, which a database refuses.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from bot.errors import PayloadError

Text = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00]*\Z")]
UNREADABLE = "reading the body: {why}"


class User(msgspec.Struct, frozen=True):
    """An account. Null in its place: it was deleted."""

    login: Text | None = None
    id: int | None = None
    type: Text | None = None


class Label(msgspec.Struct, frozen=True):
    """A label on an issue or pull request."""

    name: Text | None = None


class Repository(msgspec.Struct, frozen=True):
    """The repository an event happened in, or a side of a pull request."""

    name: Text | None = None
    full_name: Text | None = None
    private: bool | None = None
    owner: User | None = None


class Side(msgspec.Struct, frozen=True):
    """Head or base of a pull request; `repo` is null when the fork was deleted."""

    ref: Text | None = None
    sha: Text | None = None
    repo: Repository | None = None


class Item(msgspec.Struct, frozen=True):
    """An issue or a pull request; of issues, `pull_request` says that it is one."""

    number: int | None = None
    node_id: Text | None = None
    title: Text | None = None
    body: Text | None = None
    user: User | None = None
    html_url: Text | None = None
    created_at: Text | None = None
    labels: list[Label] | None = None
    pull_request: dict[str, msgspec.Raw] | None = None
    performed_via_github_app: dict[str, msgspec.Raw] | None = None
    head: Side | None = None
    base: Side | None = None


class Saying(msgspec.Struct, frozen=True):
    """A comment, an inline comment or a review."""

    id: int | None = None
    node_id: Text | None = None
    body: Text | None = None
    user: User | None = None
    html_url: Text | None = None
    created_at: Text | None = None
    submitted_at: Text | None = None
    performed_via_github_app: dict[str, msgspec.Raw] | None = None
    in_reply_to_id: int | None = None
    path: Text | None = None
    line: int | None = None
    original_line: int | None = None
    start_line: int | None = None
    side: Text | None = None
    diff_hunk: Text | None = None
    commit_id: Text | None = None


class Before(msgspec.Struct, frozen=True):
    """What a field was before an edit."""

    text: Text | None = msgspec.field(name="from", default=None)


class Changes(msgspec.Struct, frozen=True):
    """What an edit changed."""

    body: Before | None = None


class Organization(msgspec.Struct, frozen=True):
    """The organization that owns the repository."""

    login: Text | None = None


class Head(msgspec.Struct, frozen=True):
    """Of an event that Bellhop has no use for, all it reads."""

    action: Text | None = None


class Payload(Head, frozen=True):
    """The body of an event that Bellhop reads."""

    issue: Item | None = None
    pull_request: Item | None = None
    comment: Saying | None = None
    review: Saying | None = None
    changes: Changes | None = None
    repository: Repository | None = None
    organization: Organization | None = None
    sender: User | None = None


READ_EVENTS = frozenset(
    {"issues", "issue_comment", "pull_request", "pull_request_review", "pull_request_review_comment"}
)
_heads = msgspec.json.Decoder(Head)
_payloads = msgspec.json.Decoder(Payload)


def read_head(event: str, body: bytes) -> Head:
    """The body's `action`, and the whole body checked: syntax, UTF-8, and the types of what will be read of it.

    Microseconds: nothing is built for the parts nobody reads. Raises PayloadError.
    """
    try:
        if not body.isascii():
            body.decode()  # the decoder looks into no text that it skips
        return (_payloads if event in READ_EVENTS else _heads).decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(UNREADABLE.format(why=_reason(error))) from None


def read(body: bytes) -> Payload:
    """The body of one of `READ_EVENTS`. Raises PayloadError."""
    try:
        return _payloads.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(UNREADABLE.format(why=_reason(error))) from None


def _reason(error: Exception) -> str:
    """What is wrong, without a word of the body."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error)
