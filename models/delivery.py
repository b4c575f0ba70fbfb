"""A delivery: one webhook request, kept raw, and the one disposition it ends with."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from models.base import Moment, Noun


class Origin(StrEnum):
    """Which transport brought a delivery. The transport sets it; nothing in a request can."""

    HTTP = "http"
    SOCKET = "socket"
    POLL = "poll"


class WebhookRequest(Noun):
    """What arrived, untouched: header names in lower case, the body as raw bytes."""

    headers: Mapping[str, str] = Field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The header's value, or "" when it was not sent."""
        return self.headers.get(name.lower(), "")


class Disposition(StrEnum):
    """What became of a verified delivery: `kind` or `kind:reason`. Each ends with exactly one."""

    ACCEPTED = "accepted"  # a job was kept, or a running one was told something
    ANSWERED = "answered"  # the answer is in the outbox
    DUPLICATE = "duplicate"  # the platform's other event for a comment that was already taken
    PAUSED = "paused"
    WAITING_REPOSITORY = "waiting:repository"  # its author was asked which repository; looked at again then
    WAITING_LINK = "waiting:link"  # its author was asked to link an account
    IGNORED_NOT_ADDRESSED = "ignored:not_addressed"
    IGNORED_EDITED = "ignored:edited"
    IGNORED_DELETED = "ignored:deleted"
    IGNORED_SELF = "ignored:self"
    IGNORED_BOT = "ignored:bot"
    IGNORED_EVENT = "ignored:event"  # an event or action Bellhop has no use for
    IGNORED_HANDSHAKE = "ignored:handshake"
    IGNORED_NO_ACTOR = "ignored:no_actor"  # nobody to act for: the account is gone
    DENIED_ROLE = "denied:role"
    DENIED_LIMIT = "denied:limit"
    DENIED_PACE = "denied:pace"  # more commands in an hour than one person is answered
    ERROR_NORMALIZE = "error:normalize"
    ERROR_UPSTREAM = "error:upstream"  # the platform's API did not answer in all attempts
    ERROR_INTERNAL = "error:internal"

    @property
    def kind(self) -> str:
        """The word before the colon."""
        return self.value.partition(":")[0]

    @property
    def reason(self) -> str:
        """The code behind the colon; the whole word where there is none."""
        return self.value.partition(":")[2] or self.value


class WaitsFor(StrEnum):
    """What a delivery that was put off waits for, where somebody can do something about it."""

    PLATFORM = "platform"  # to answer
    CREDENTIAL = "credential"  # to be renewed
    RIGHT = "right"  # to be granted to the bot


class Delivery(Noun):
    """One verified webhook request as it lies in the inbox.

    `key` is the platform's delivery id: a second receipt of it adds to `receipts` and nothing else.
    `lease_until` and `claimed_by` say who works on it now; `due_at` when it may next be claimed.
    """

    id: int = 0
    platform: str
    integration: str = "default"
    key: str
    origin: Origin = Origin.HTTP
    event: str = ""
    action: str = ""
    request: WebhookRequest
    request_id: str = ""
    received_at: Moment
    receipts: int = 1
    attempts: int = 0
    claimed_by: str | None = None
    lease_until: Moment | None = None
    due_at: Moment
    finished_at: Moment | None = None
    disposition: Disposition | None = None
    detail: str = ""  # one sentence for people: why this disposition
    actor_id: str = ""
    thread: str = ""
    comment_id: str = ""
    url: str = ""
    waits_for: WaitsFor | None = None

    def to_summary(self) -> dict[str, object]:
        """A listing's row: no headers, no body, only JSON types."""
        reason = self.disposition.reason if self.disposition else ""
        return self.model_dump(mode="json", exclude={"request"}) | {"reason": reason}


class Receipt(NamedTuple):
    """The inbox's answer to the door: the delivery is on disk, new or known. Plain: one is made for each delivery."""

    key: str
    is_new: bool


class Told(Noun):
    """What the normalized message of a delivery said of itself (for `why` and listings)."""

    delivery_id: int
    detail: str = ""
    actor_id: str = ""
    thread: str = ""  # `Thread.key`
    comment_id: str = ""
    url: str = ""


class Outcome(Told):
    """How a delivery ended."""

    disposition: Disposition


class Postponement(Told):
    """When a delivery is tried again, and what it waits for."""

    delay_seconds: float
    waits_for: WaitsFor | None = None
