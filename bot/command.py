"""What a command is: one word, one file, one line in the registry. The same entry feeds parser, help and docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.enclosures import Output
from bot.ports import UnitOfWork
from bot.services import Services
from models.command import Command, VerbSpec
from models.delivery import Disposition
from models.identity import Role
from models.job import Job, JobContext
from models.message import Actor, IncomingMessage, Thread


@dataclass(frozen=True)
class Ask:
    """One command, with all that was fetched for it before its transaction.

    `actor` said it, on the platform of the message. `there` is where it is to work, `account` as whom, with `role`: on
    a forge the same thread and actor, from a chat those of the repository that is meant and of the linked account.
    """

    services: Services
    command: Command
    message: IncomingMessage
    actor: Actor
    role: Role
    delivery_id: int
    request_id: str
    registry: Mapping[str, CommandSpec]
    there: Thread
    account: Actor
    context: JobContext | None = None
    draft: Draft | None = None

    @property
    def slash(self) -> str:
        """How a command is typed here: `/bellhop`."""
        return address_in(self.message.thread, self.services.settings.name)

    @property
    def place(self) -> str:
        """`acme/api`, for texts about rights."""
        return self.there.repository or self.there.name


@dataclass(frozen=True)
class Said:
    """What a command did. `text` (our own Markdown) is put in the thread; a job answers by its card instead.

    `tell`: jobs that workers should look at once the transaction is on disk. `is_private`: for whoever asked alone,
    where the platform can do that. `output` is too long for a message, and follows the text as a file; only a chat
    takes it. `parts`: `text` as it leaves, masked and in messages (`bot/drafts.py`); () before that was done.
    """

    text: str = ""
    disposition: Disposition = Disposition.ANSWERED
    detail: str = ""
    tell: tuple[Job, ...] = ()
    moved: tuple[Job, ...] = ()
    is_private: bool = False
    is_waking: bool = False  # a delivery is due again
    output: Output | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """An answer written before the transaction, and the jobs it is about, each with its state.

    It is said only while it is about those: an earlier command of the same message may have changed that.
    """

    said: Said
    about: tuple[tuple[str, str, str], ...]


def states_of(jobs: Sequence[Job]) -> tuple[tuple[str, str, str], ...]:
    """What a `Draft` is about."""
    return tuple((job.id, job.status.value, job.cancel_requested_by) for job in jobs)


def address_in(thread: Thread, name: str) -> str:
    """How a command is typed there. A chat takes slash commands everywhere but in threads."""
    return f"@{name}" if thread.channel and thread.root else f"/{name}"


class Scope(StrEnum):
    """What a command is about, and so where its author needs the right."""

    HERE = "here"  # the place where it was asked
    REPOSITORY = "repository"  # the repository it is to work in
    JOB = "job"  # the repository of the job that is meant
    NOWHERE = "nowhere"  # its author alone


Run = Callable[[UnitOfWork, Ask], Awaitable[Said]]
Prepare = Callable[[Ask], Awaitable[Ask]]


async def nothing_to_fetch(ask: Ask) -> Ask:
    """For commands that need only storage."""
    return ask


@dataclass(frozen=True)
class CommandSpec:
    """One command. `prepare` may call out; `run` works in one short transaction and may not."""

    verb: VerbSpec
    usage: str
    summary: str
    group: str
    needs: Role
    run: Run
    prepare: Prepare = nothing_to_fetch
    scope: Scope = Scope.HERE
    is_private: bool = False  # its answer concerns nobody but who asked
    names_repository: bool = False  # its first word may be the repository it is about

    @property
    def name(self) -> str:
        """The word."""
        return self.verb.name
