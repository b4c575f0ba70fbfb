"""What a database in memory holds, and the base of its repositories. Nouns are frozen: shallow copies are snapshots."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from adapters.storage.columns import clean
from models.audit import AuditRecord
from models.base import Noun
from models.change import Change
from models.delivery import Delivery
from models.identity import Account, Linking, Visit
from models.job import Job, JobEvent, Transition
from models.message import Actor
from models.outbox import OutboxRow
from models.pending import Pending, Room, Subscription
from models.worker import ProcessRecord, WorkerRecord

AnyNoun = TypeVar("AnyNoun", bound=Noun)


@dataclass(frozen=True)
class Identity:
    """An account that belongs to a person; `serial` counts links."""

    account: Account
    person: int
    serial: int


@dataclass
class Memory:
    """All rows. `serial` numbers them."""

    serial: int = 0
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    keys: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    events: dict[str, tuple[JobEvent, ...]] = field(default_factory=dict)
    transitions: dict[int, Transition] = field(default_factory=dict)
    outbox: dict[int, OutboxRow] = field(default_factory=dict)
    was_urgent: dict[int, bool] = field(default_factory=dict)
    changes: dict[int, Change] = field(default_factory=dict)
    change_jobs: dict[tuple[str, int], bool] = field(default_factory=dict)
    workers: dict[str, WorkerRecord] = field(default_factory=dict)
    processes: dict[tuple[str, str, int, int], ProcessRecord] = field(default_factory=dict)
    audit: dict[int, AuditRecord] = field(default_factory=dict)
    accounts: dict[tuple[str, str], Actor] = field(default_factory=dict)
    trimmed: dict[str, bool] = field(default_factory=dict)
    identities: dict[tuple[str, str, str, str], Identity] = field(default_factory=dict)
    linkings: dict[str, Linking] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    pending_ended: dict[str, datetime] = field(default_factory=dict)
    rooms: dict[tuple[str, str, str, str], Room] = field(default_factory=dict)
    subscriptions: dict[tuple[str, str, str, str, str, str], Subscription] = field(default_factory=dict)

    def snapshot(self) -> Memory:
        """As it is now, untouched by what comes."""
        return Memory(**{name: copy.copy(value) for name, value in vars(self).items()})

    def number(self) -> int:
        """One that was never given."""
        self.serial += 1
        return self.serial


class Rows:
    """Base of the repositories in memory."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._memory = memory
        self._clock = clock

    def _after(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds)


def with_(noun: AnyNoun, **changes: Any) -> AnyNoun:
    """The noun with some fields changed."""
    return noun.model_copy(update=changes)


def cleaned(noun: AnyNoun) -> AnyNoun:
    """The noun as a database hands it back: without NULs and lone surrogates."""
    return type(noun).model_validate(_clean(noun.model_dump(mode="json")))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _clean(part) for name, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list) else value
