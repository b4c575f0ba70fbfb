"""A request that waits for its own author: for the repository it is about, or for an account to be linked.

The delivery that brought it is looked at again when the answer is there; so nothing is forgotten by asking back, a
restart loses nothing, and a second answer finds nothing that waits.
"""

from __future__ import annotations

from enum import StrEnum

from models.base import Moment, Noun
from models.identity import Account
from models.message import Thread


class PendingKind(StrEnum):
    """What is missing."""

    REPOSITORY = "repository"
    LINK = "link"


class PendingState(StrEnum):
    """`waiting` until somebody answers, or nobody does for too long."""

    WAITING = "waiting"
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Pending(Noun):
    """One command that waits. `key` is the command's semantic key: asking twice is asking once.

    `asker` is who may answer. `answer` is the chosen repository, or the account that was linked.
    """

    id: str
    key: str
    kind: PendingKind
    asker: Account
    thread: Thread
    line: str  # what was asked, as typed
    delivery_id: int
    state: PendingState = PendingState.WAITING
    answer: str = ""
    created_at: Moment
    expires_at: Moment
    answered_at: Moment | None = None


class Room(Noun):
    """What a channel is set to: the repository its requests are about, and the repositories it follows."""

    platform: str
    integration: str = "default"
    workspace: str = ""
    channel: str
    repository: str = ""
    set_by: str = ""
    updated_at: Moment


class Subscription(Noun):
    """A channel follows a repository of a forge: `events` are told there."""

    platform: str
    integration: str = "default"
    thread: Thread  # the channel; no thread in it
    forge: str
    forge_integration: str = "default"
    repository: str
    events: tuple[str, ...] = ()
    by: str = ""
    created_at: Moment
