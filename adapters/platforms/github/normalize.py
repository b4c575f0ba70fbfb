"""From GitHub's payloads to messages. Pure: no look-ups, no clock.

Who speaks is the author of the text, known by the account's number; a login may be renamed and registered again by
somebody else. An edit counts as its author's words only when the author made it: whoever may moderate can edit
anybody's comment, and must not give orders in their name. Of closings and deletions the actor is who did it.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from adapters.platforms.github.paths import is_repository
from adapters.platforms.github.payload import Item, Payload, Repository, Saying, User, read
from bot.errors import PayloadError
from bot.platform import Ignored
from models.delivery import Delivery, Disposition
from models.message import Actor, Anchor, IncomingMessage, MessageKind, Thread, ThreadKind
from models.source import SourceType

UNUSED = "nothing to do on {event}"
SAYS_NOTHING = "the review says nothing of its own"
NO_REPOSITORY = "{event} names no repository"
PING = "GitHub's own test delivery"
GONE = "the account that wrote it was deleted"
OTHER_EDITOR = "somebody else than its author edited it"
INCOMPLETE = "reading {event}: {what} is missing"

Reading = IncomingMessage | Ignored
Fields = dict[str, Any]
T = TypeVar("T")


def normalize(delivery: Delivery) -> Reading:
    """The message in a delivery, or why there is none. Raises PayloadError for a shape nobody has seen."""
    if delivery.event == "ping":
        return Ignored(disposition=Disposition.IGNORED_HANDSHAKE, detail=PING)
    event = f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event
    reader = READERS.get(event)
    if reader is None:
        return _unused(event)
    payload = read(delivery.request.body)
    if _full_name(payload.repository) == "":
        return Ignored(disposition=Disposition.IGNORED_EVENT, detail=NO_REPOSITORY.format(event=event))
    return reader(event, payload, delivery.integration)


# --- what each event is about -------------------------------------------------------------------------------------


def _comment(event: str, payload: Payload, integration: str) -> Reading:
    comment, issue = _need(event, "comment", payload.comment), _need(event, "issue", payload.issue)
    fields = _place(event, payload, issue, integration) | _saying(event, comment)
    return _said(event, payload, MessageKind.COMMENT, comment.user, fields)


def _inline(event: str, payload: Payload, integration: str) -> Reading:
    comment, pull = (
        _need(event, "comment", payload.comment),
        _need(event, "pull_request", payload.pull_request),
    )
    fields = (
        _place(event, payload, pull, integration) | _saying(event, comment) | {"anchor": _anchor(comment)}
    )
    root = str(comment.in_reply_to_id or comment.id)
    fields["thread"] = fields["thread"].model_copy(update={"inline_root": root})
    return _said(event, payload, MessageKind.INLINE, comment.user, fields)


def _review(event: str, payload: Payload, integration: str) -> Reading:
    review, pull = _need(event, "review", payload.review), _need(event, "pull_request", payload.pull_request)
    if not review.body:
        # Approvals, and the envelopes of inline comments, which come as deliveries of their own.
        return Ignored(disposition=Disposition.IGNORED_EVENT, detail=SAYS_NOTHING)
    fields = _place(event, payload, pull, integration) | _saying(event, review)
    return _said(event, payload, MessageKind.REVIEW, review.user, fields)


def _body(event: str, payload: Payload, integration: str) -> Reading:
    item = _item(event, payload)
    fields = _place(event, payload, item, integration)
    fields |= {"message": item.body or "", "comment_id": str(item.number), "is_by_app": _is_set(item)}
    fields |= {"object_id": item.node_id or "", "occurred_at": _moment(item.created_at)}
    return _said(event, payload, MessageKind.BODY, item.user, fields)


def _end(event: str, payload: Payload, integration: str) -> Reading:
    """Closed, deleted, moved away: what is queued for it is no longer wanted."""
    fields = _place(event, payload, _item(event, payload), integration)
    actor = _actor(payload.sender)
    if actor is None:
        return Ignored(disposition=Disposition.IGNORED_NO_ACTOR, detail=GONE)
    return IncomingMessage(
        kind=MessageKind.EVENT, message="", comment_id="", actor=actor, is_created=False, **fields
    )


READERS: Mapping[str, Callable[[str, Payload, str], Reading]] = {
    "issue_comment.created": _comment,
    "issue_comment.edited": _comment,
    "issue_comment.deleted": _comment,
    "issues.opened": _body,
    "issues.edited": _body,
    "issues.closed": _end,
    "issues.deleted": _end,
    "issues.transferred": _end,
    "pull_request.opened": _body,
    "pull_request.edited": _body,
    "pull_request.closed": _end,
    "pull_request_review.submitted": _review,
    "pull_request_review.edited": _review,
    "pull_request_review_comment.created": _inline,
    "pull_request_review_comment.edited": _inline,
    "pull_request_review_comment.deleted": _inline,
}


# --- what they share ----------------------------------------------------------------------------------------------


def _said(event: str, payload: Payload, kind: MessageKind, author: User | None, fields: Fields) -> Reading:
    """A text, new or edited or deleted."""
    is_by_app = bool(fields.pop("is_by_app"))
    action = event.rpartition(".")[2]
    if action == "deleted":
        actor = _actor(payload.sender or author)
        return IncomingMessage(kind=kind, actor=actor, is_created=False, is_deleted=True, **fields)
    actor = _actor(author, is_by_app)
    if actor is None:
        return Ignored(disposition=Disposition.IGNORED_NO_ACTOR, detail=GONE)
    if action != "edited":
        return IncomingMessage(kind=kind, actor=actor, **fields)
    if not _is_same(author, payload.sender):
        return Ignored(disposition=Disposition.IGNORED_EDITED, detail=OTHER_EDITOR)
    before = _text_before(payload, fields["message"])
    return IncomingMessage(kind=kind, actor=actor, is_created=False, previous_text=before, **fields)


def _place(event: str, payload: Payload, item: Item, integration: str) -> Fields:
    """Where it is, and what is known of that place."""
    repository = payload.repository or Repository()
    owner = payload.organization or repository.owner
    is_pull = item is payload.pull_request or item.pull_request is not None
    thread = Thread(
        source=SourceType.GITHUB,
        integration=integration,
        workspace=(owner.login if owner else None) or "",
        repository=_full_name(repository),
        kind=ThreadKind.PULL_REQUEST if is_pull else ThreadKind.ISSUE,
        number=_need(event, "number", item.number),
        is_private=bool(repository.private),
    )
    return _head(item) | {
        "source": SourceType.GITHUB,
        "event": event,
        "thread": thread,
        "url": item.html_url or "",
        "title": item.title or "",
        "description": item.body or "",
        "labels": tuple(label.name for label in item.labels or () if label.name),
    }


def _head(item: Item) -> Fields:
    """The pull request's two sides, where the payload has them (a comment's payload has not)."""
    if item.head is None:
        return {}
    base = item.base
    theirs, ours = _full_name(item.head.repo), _full_name(base.repo if base else None)
    return {
        "head_ref": item.head.ref or "",
        "head_sha": item.head.sha or "",
        "base_ref": (base.ref if base else None) or "",
        # A head whose repository is gone was a fork: a branch of our own goes only with its repository.
        "is_fork": not theirs or theirs.lower() != ours.lower(),
    }


def _saying(event: str, saying: Saying) -> Fields:
    return {
        "message": saying.body or "",
        "comment_id": str(_need(event, "id", saying.id)),
        "object_id": saying.node_id or "",
        "url": saying.html_url or "",
        "occurred_at": _moment(saying.created_at or saying.submitted_at),
        "is_by_app": _is_set(saying),
    }


def _anchor(comment: Saying) -> Anchor:
    # `line` is null once the code under the comment has changed; where it stood is still worth telling.
    return Anchor(
        path=comment.path or "",
        line=comment.line or comment.original_line,
        start_line=comment.start_line,
        side=comment.side or "RIGHT",
        diff_hunk=comment.diff_hunk or "",
        commit_sha=comment.commit_id or "",
    )


def _actor(user: User | None, is_by_app: bool = False) -> Actor | None:
    if user is None or not user.login:
        return None
    # An account without its number is known by no one: it is heard, and has no rights.
    number = "" if user.id is None else str(user.id)
    is_bot = is_by_app or user.type == "Bot" or user.login.endswith("[bot]")
    return Actor(id=number, login=user.login, is_bot=is_bot)


def _text_before(payload: Payload, text: str) -> str:
    """The text before an edit; the same text when the edit changed something else (a title)."""
    changed = payload.changes.body if payload.changes else None
    return text if changed is None else changed.text or ""


def _is_same(author: User | None, sender: User | None) -> bool:
    return author is not None and sender is not None and author.id is not None and author.id == sender.id


def _is_set(said: Item | Saying) -> bool:
    return said.performed_via_github_app is not None


def _item(event: str, payload: Payload) -> Item:
    name = event.partition(".")[0]
    if name == "issues":
        return _need(event, "issue", payload.issue)
    return _need(event, name, payload.pull_request)


def _full_name(repository: Repository | None) -> str:
    """`owner/name`, or "" when that is not told."""
    if repository is None:
        return ""
    owner = (repository.owner.login if repository.owner else None) or ""
    name = repository.full_name or f"{owner}/{repository.name or ''}"
    return name if is_repository(name) else ""


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _unused(event: str) -> Ignored:
    return Ignored(disposition=Disposition.IGNORED_EVENT, detail=UNUSED.format(event=event))


def _need(event: str, what: str, found: T | None) -> T:
    if found is None:
        raise PayloadError(INCOMPLETE.format(event=event, what=what))
    return found
