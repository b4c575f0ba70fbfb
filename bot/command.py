"""What a command is: one word, one file, one line in the registry. The same entry feeds parser, help and docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.ports import UnitOfWork
from bot.services import Services
from models.command import Command, VerbSpec
from models.delivery import Disposition
from models.identity import Role
from models.job import Job, JobContext
from models.message import Actor, IncomingMessage


@dataclass(frozen=True)
class Ask:
    """One command, with all that was fetched for it before its transaction."""

    services: Services
    command: Command
    message: IncomingMessage
    actor: Actor
    role: Role
    delivery_id: int
    request_id: str
    registry: Mapping[str, CommandSpec]
    context: JobContext | None = None

    @property
    def slash(self) -> str:
        """How a command is typed here: `/bellhop`."""
        return f"/{self.services.settings.name}"

    @property
    def place(self) -> str:
        """`acme/api`, for texts about rights."""
        return self.message.thread.repository or self.message.thread.name


@dataclass(frozen=True)
class Said:
    """What a command did. `text` (our own Markdown) is put in the thread; a job answers by its card instead.

    `tell`: jobs that workers should look at once the transaction is on disk.
    """

    text: str = ""
    disposition: Disposition = Disposition.ANSWERED
    detail: str = ""
    tell: tuple[Job, ...] = ()
    moved: tuple[Job, ...] = ()


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

    @property
    def name(self) -> str:
        """The word."""
        return self.verb.name
