"""The card: what a job looks like right now, before any platform's markup."""

from __future__ import annotations

from enum import StrEnum

from models.base import Noun


class CardState(StrEnum):
    """Which symbol and tone the card has."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"
    DONE = "done"
    ANSWERED = "answered"  # done without a change: the answer is the result
    FAILED = "failed"
    CANCELLED = "cancelled"


class CardStep(Noun):
    """One line of the card's story. `is_warning`: it tells of a mishap that the job outlives, and is not good."""

    text: str
    is_done: bool = False
    is_ok: bool = True
    is_warning: bool = False


class Card(Noun):
    """Desired state of a card. `headline` is one of the fixed phrasings; `body` is an agent's words (never trusted).

    `next_commands` are complete lines to copy; so is `stop`, which stops the job while it has not ended. `body` is made
    safe by the platform's markup, nowhere else.
    """

    job_id: str
    handle: str
    state: CardState
    headline: str
    steps: tuple[CardStep, ...] = ()
    body: str = ""
    details: str = ""  # output to fold away: a failing check's tail
    details_title: str = ""
    links: tuple[tuple[str, str], ...] = ()  # (label, URL)
    next_commands: tuple[str, ...] = ()
    stop: str = ""
    marker: str = ""
