"""The outbox: all that leaves Bellhop is a row before it is a request."""

from __future__ import annotations

from enum import StrEnum

from models.base import Moment, Noun
from models.message import MessageKind, Thread


class OutboxKind(StrEnum):
    """What is to be sent. A retraction takes back what a cancelled job published; news tells a channel what happened in
    a repository, a digest how much more; a page is what one person sees of the bot alone; a file is a text too long for
    a message: `body` is its content, `target_id` its name, `text` what is said with it.
    """

    CARD = "card"
    REPLY = "reply"
    REACTION = "reaction"
    RETRACTION = "retraction"
    NEWS = "news"
    DIGEST = "digest"
    PAGE = "page"
    FILE = "file"


class OutboxState(StrEnum):
    """`waiting` is due or will be; `done` shows what is wanted; `dead` was given up, with its error."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class OutboxRow(Noun):
    """One thing to make true on a platform.

    `wanted` counts what should be shown, `shown` what was: a card's `wanted` grows with each event, so that any number
    of events between two sends is one edit. `is_ambiguous` says an earlier attempt may have taken effect: look for
    `marker` before creating. `key` makes enqueuing idempotent.
    """

    id: int = 0
    key: str
    kind: OutboxKind
    platform: str
    integration: str = "default"
    thread: Thread
    marker: str = ""
    text: str = ""
    body: str = ""  # as the platform takes it, where `text` cannot say it
    reaction: str = ""
    target_kind: MessageKind = MessageKind.COMMENT
    target_id: str = ""
    job_id: str | None = None
    delivery_id: int | None = None
    request_id: str = ""
    audience: str = ""  # the id of the only one who is to see it; "" for everybody there
    answer_url: str = ""  # where an answer for that one may be sent, while it lives
    state: OutboxState = OutboxState.WAITING
    wanted: int = 1
    shown: int = 0
    is_urgent: bool = False  # an end: do not wait for the pace
    remote_id: str | None = None
    remote_url: str = ""
    shown_digest: str = ""  # of the text last shown: an edit that changes nothing is not sent
    attempts: int = 0  # since the last success
    is_ambiguous: bool = False
    claimed_by: str | None = None
    lease_until: Moment | None = None
    due_at: Moment
    created_at: Moment
    sent_at: Moment | None = None
    last_error: str = ""
