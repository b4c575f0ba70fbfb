"""What the parts of a payload say, in our nouns. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from adapters.platforms.github.paths import is_repository
from adapters.platforms.github.payload import Item, Payload, Repository, Saying, User
from bot.errors import PayloadError
from models.message import Actor, Anchor, Thread, ThreadKind
from models.source import SourceType

INCOMPLETE = "reading {event}: {what} is missing"

Fields = dict[str, Any]
T = TypeVar("T")


def place_of(event: str, payload: Payload, item: Item, integration: str) -> Fields:
    """Where it is, and what is known of that place."""
    repository = payload.repository or Repository()
    owner = payload.organization or repository.owner
    is_pull = item is payload.pull_request or item.pull_request is not None
    thread = Thread(
        source=SourceType.GITHUB,
        integration=integration,
        workspace=(owner.login if owner else None) or "",
        repository=full_name(repository),
        kind=ThreadKind.PULL_REQUEST if is_pull else ThreadKind.ISSUE,
        number=need(event, "number", item.number),
        is_private=bool(repository.private),
    )
    return sides_of(item) | {
        "source": SourceType.GITHUB,
        "event": event,
        "thread": thread,
        "url": item.html_url or "",
        "title": item.title or "",
        "description": item.body or "",
        "labels": tuple(label.name for label in item.labels or () if label.name),
    }


def sides_of(item: Item) -> Fields:
    """The pull request's two sides, where the payload has them (a comment's payload has not)."""
    if item.head is None:
        return {}
    base = item.base
    theirs, ours = full_name(item.head.repo), full_name(base.repo if base else None)
    return {
        "head_ref": item.head.ref or "",
        "head_sha": item.head.sha or "",
        "base_ref": (base.ref if base else None) or "",
        # A head whose repository is gone was a fork: a branch of our own goes only with its repository.
        "is_fork": not theirs or theirs.lower() != ours.lower(),
    }


def words_of(event: str, saying: Saying) -> Fields:
    """What was said, and by which ids and when."""
    return {
        "message": saying.body or "",
        "comment_id": str(need(event, "id", saying.id)),
        "object_id": saying.node_id or "",
        "url": saying.html_url or "",
        "occurred_at": moment_of(saying.created_at or saying.submitted_at),
        "is_by_app": came_from_app(saying),
    }


def anchor_of(comment: Saying) -> Anchor:
    """The code an inline comment stands on."""
    # `line` is null once the code under the comment has changed; where it stood is still worth telling.
    return Anchor(
        path=comment.path or "",
        line=comment.line or comment.original_line,
        start_line=comment.start_line,
        side=comment.side or "RIGHT",
        diff_hunk=comment.diff_hunk or "",
        commit_sha=comment.commit_id or "",
    )


def actor_of(user: User | None, is_by_app: bool = False) -> Actor | None:
    """Who it is; None when the account is gone."""
    if user is None or not user.login:
        return None
    # An account without its number is known by no one: it is heard, and has no rights.
    number = "" if user.id is None else str(user.id)
    is_bot = is_by_app or user.type == "Bot" or user.login.endswith("[bot]")
    return Actor(id=number, login=user.login, is_bot=is_bot)


def came_from_app(said: Item | Saying) -> bool:
    """Whether a program said it in a person's name."""
    return said.performed_via_github_app is not None


def full_name(repository: Repository | None) -> str:
    """`owner/name`, or "" when that is not told."""
    if repository is None:
        return ""
    owner = (repository.owner.login if repository.owner else None) or ""
    name = repository.full_name or f"{owner}/{repository.name or ''}"
    return name if is_repository(name) else ""


def moment_of(text: str | None) -> datetime | None:
    """When; None when that is not told or not readable."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def need(event: str, what: str, found: T | None) -> T:
    """`found`; raises PayloadError when it is missing: nobody has seen such a delivery."""
    if found is None:
        raise PayloadError(INCOMPLETE.format(event=event, what=what))
    return found
