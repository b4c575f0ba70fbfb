"""From GitHub's payloads to messages. Pure: no look-ups, no clock.

Who speaks is the author of the text, known by the account's number; a login may be renamed and registered again by
somebody else. An edit counts as its author's words only when the author made it: whoever may moderate can edit
anybody's comment, and must not give orders in their name. Of closings and deletions the actor is who did it.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.platforms.github.facts import (
    Fields,
    actor_of,
    anchor_of,
    came_from_app,
    full_name,
    moment_of,
    need,
    place_of,
    words_of,
)
from adapters.platforms.github.payload import Item, Payload, User, read
from bot.platform import Ignored
from models.delivery import Delivery, Disposition
from models.message import IncomingMessage, MessageKind

UNUSED = "nothing to do on {event}"
SAYS_NOTHING = "the review says nothing of its own"
NO_REPOSITORY = "{event} names no repository"
PING = "GitHub's own test delivery"
GONE = "the account that wrote it was deleted"
OTHER_EDITOR = "somebody else than its author edited it"

Reading = IncomingMessage | Ignored


def normalize(delivery: Delivery) -> Reading:
    """The message in a delivery, or why there is none. Raises PayloadError for a shape nobody has seen."""
    if delivery.event == "ping":
        return Ignored(disposition=Disposition.IGNORED_HANDSHAKE, detail=PING)
    event = f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event
    reader = READERS.get(event)
    if reader is None:
        return _unused(event)
    payload = read(delivery.request.body)
    if full_name(payload.repository) == "":
        return Ignored(disposition=Disposition.IGNORED_EVENT, detail=NO_REPOSITORY.format(event=event))
    return reader(event, payload, delivery.integration)


def _comment(event: str, payload: Payload, integration: str) -> Reading:
    comment, issue = need(event, "comment", payload.comment), need(event, "issue", payload.issue)
    fields = place_of(event, payload, issue, integration) | words_of(event, comment)
    return _said(event, payload, MessageKind.COMMENT, comment.user, fields)


def _inline(event: str, payload: Payload, integration: str) -> Reading:
    comment = need(event, "comment", payload.comment)
    pull = need(event, "pull_request", payload.pull_request)
    fields = place_of(event, payload, pull, integration) | words_of(event, comment)
    fields["anchor"] = anchor_of(comment)
    root = str(comment.in_reply_to_id or comment.id)
    fields["thread"] = fields["thread"].model_copy(update={"inline_root": root})
    return _said(event, payload, MessageKind.INLINE, comment.user, fields)


def _review(event: str, payload: Payload, integration: str) -> Reading:
    review, pull = need(event, "review", payload.review), need(event, "pull_request", payload.pull_request)
    if not review.body:
        # Approvals, and the envelopes of inline comments, which come as deliveries of their own.
        return Ignored(disposition=Disposition.IGNORED_EVENT, detail=SAYS_NOTHING)
    fields = place_of(event, payload, pull, integration) | words_of(event, review)
    return _said(event, payload, MessageKind.REVIEW, review.user, fields)


def _body(event: str, payload: Payload, integration: str) -> Reading:
    item = _item(event, payload)
    fields = place_of(event, payload, item, integration)
    fields |= {"message": item.body or "", "comment_id": str(item.number), "is_by_app": came_from_app(item)}
    fields |= {"object_id": item.node_id or "", "occurred_at": moment_of(item.created_at)}
    # https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues (opened: "changes")
    fields["is_moved"] = payload.changes is not None and payload.changes.old_issue is not None
    return _said(event, payload, MessageKind.BODY, item.user, fields)


def _end(event: str, payload: Payload, integration: str) -> Reading:
    """Closed, deleted, moved away: what is queued for it is no longer wanted."""
    fields = place_of(event, payload, _item(event, payload), integration)
    actor = actor_of(payload.sender)
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


def _said(event: str, payload: Payload, kind: MessageKind, author: User | None, fields: Fields) -> Reading:
    """A text, new or edited or deleted."""
    is_by_app = bool(fields.pop("is_by_app"))
    action = event.rpartition(".")[2]
    if action == "deleted":
        actor = actor_of(payload.sender or author)
        return IncomingMessage(kind=kind, actor=actor, is_created=False, is_deleted=True, **fields)
    actor = actor_of(author, is_by_app)
    if actor is None:
        return Ignored(disposition=Disposition.IGNORED_NO_ACTOR, detail=GONE)
    if action != "edited":
        return IncomingMessage(kind=kind, actor=actor, **fields)
    if not _is_same(author, payload.sender):
        return Ignored(disposition=Disposition.IGNORED_EDITED, detail=OTHER_EDITOR)
    before = _text_before(payload, fields["message"])
    return IncomingMessage(kind=kind, actor=actor, is_created=False, previous_text=before, **fields)


def _text_before(payload: Payload, text: str) -> str:
    """The text before an edit; the same text when the edit changed something else (a title)."""
    changed = payload.changes.body if payload.changes else None
    return text if changed is None else changed.text or ""


def _is_same(author: User | None, sender: User | None) -> bool:
    return author is not None and sender is not None and author.id is not None and author.id == sender.id


def _item(event: str, payload: Payload) -> Item:
    name = event.partition(".")[0]
    if name == "issues":
        return need(event, "issue", payload.issue)
    return need(event, name, payload.pull_request)


def _unused(event: str) -> Ignored:
    return Ignored(disposition=Disposition.IGNORED_EVENT, detail=UNUSED.format(event=event))
