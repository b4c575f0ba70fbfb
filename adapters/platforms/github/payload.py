"""The parts of GitHub's webhook bodies that Bellhop reads, as types. Everything else is checked for syntax and skipped.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
Every field may be absent or null: accounts are deleted, forks vanish, bodies are empty, older servers know less.
Text with NUL is refused, and so are numbers no database holds, because databases refuse them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

import msgspec

from bot.errors import PayloadError

# What the databases' integers hold.
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
UNREADABLE = "reading the body: {why}"


class User(msgspec.Struct, frozen=True):
    """An account. Null in its place: it was deleted."""

    login: str | None = None
    id: Number | None = None
    type: str | None = None


class Label(msgspec.Struct, frozen=True):
    """A label on an issue or pull request."""

    name: str | None = None


class Repository(msgspec.Struct, frozen=True):
    """The repository an event happened in, or a side of a pull request."""

    name: str | None = None
    full_name: str | None = None
    private: bool | None = None
    owner: User | None = None


class Side(msgspec.Struct, frozen=True):
    """Head or base of a pull request; `repo` is null when the fork was deleted."""

    ref: str | None = None
    sha: str | None = None
    repo: Repository | None = None


class Item(msgspec.Struct, frozen=True):
    """An issue or a pull request; of issues, `pull_request` says that it is one."""

    number: Number | None = None
    node_id: str | None = None
    title: str | None = None
    body: str | None = None
    user: User | None = None
    html_url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    merged: bool | None = None
    draft: bool | None = None
    labels: list[Label] | None = None
    pull_request: dict[str, Any] | None = None
    performed_via_github_app: dict[str, Any] | None = None
    head: Side | None = None
    base: Side | None = None


class Saying(msgspec.Struct, frozen=True):
    """A comment, an inline comment or a review."""

    id: Number | None = None
    node_id: str | None = None
    body: str | None = None
    state: str | None = None  # a review's
    user: User | None = None
    html_url: str | None = None
    created_at: str | None = None
    submitted_at: str | None = None
    performed_via_github_app: dict[str, Any] | None = None
    in_reply_to_id: Number | None = None
    path: str | None = None
    line: Number | None = None
    original_line: Number | None = None
    start_line: Number | None = None
    side: str | None = None
    diff_hunk: str | None = None
    commit_id: str | None = None


class Release(msgspec.Struct, frozen=True):
    """A version that was published."""

    id: Number | None = None
    tag_name: str | None = None
    name: str | None = None
    html_url: str | None = None
    prerelease: bool | None = None


class Before(msgspec.Struct, frozen=True):
    """What a field was before an edit."""

    text: str | None = msgspec.field(name="from", default=None)


class Changes(msgspec.Struct, frozen=True):
    """What an edit changed; of an issue that was moved here, what it was before."""

    body: Before | None = None
    old_issue: dict[str, Any] | None = None


class Organization(msgspec.Struct, frozen=True):
    """The organization that owns the repository."""

    login: str | None = None


class Head(msgspec.Struct, frozen=True):
    """Of an event that Bellhop has no use for, all it reads."""

    action: str | None = None


class Payload(Head, frozen=True):
    """The body of an event that Bellhop reads."""

    issue: Item | None = None
    pull_request: Item | None = None
    comment: Saying | None = None
    review: Saying | None = None
    release: Release | None = None
    changes: Changes | None = None
    repository: Repository | None = None
    organization: Organization | None = None
    sender: User | None = None


READ_EVENTS = frozenset(
    {
        "issues",
        "issue_comment",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "release",
    }
)
ESCAPED_NUL = re.compile(rb"\\u0000")  # a control character itself is no JSON
AnyHead = TypeVar("AnyHead", bound=Head)
_heads = msgspec.json.Decoder(Head)
_payloads = msgspec.json.Decoder(Payload)


def read_head(event: str, body: bytes) -> Head:
    """The body's `action`, and the whole body checked: syntax, UTF-8, and what will be read of it.

    Microseconds: nothing is built for the parts nobody reads. Raises PayloadError.
    """
    head: Head = _decode(_payloads, body) if event in READ_EVENTS else _decode(_heads, body)
    if ESCAPED_NUL.search(body) and any("\0" in text for text in _texts(msgspec.to_builtins(head))):
        raise PayloadError(UNREADABLE.format(why="it holds NUL"))
    return head


def read(body: bytes) -> Payload:
    """The body of one of `READ_EVENTS`. Raises PayloadError."""
    return _decode(_payloads, body)


def _decode(decoder: msgspec.json.Decoder[AnyHead], body: bytes) -> AnyHead:
    try:
        if not body.isascii():
            body.decode()  # the decoder looks into no text that it skips
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(UNREADABLE.format(why=_reason(error))) from None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _reason(error: Exception) -> str:
    """What is wrong, without a word of the body."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error)
