"""Where a command is to work, as whom, and with which right.

On a forge it is the thread it was asked in, by whoever asked. A chat has no code: there it is the repository that is
named, or that the conversation is about, or that the channel is set to, or else the one its author chooses; and the
account on the forge that its author has linked. Rights are always the linked account's own, looked up now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import choice
from bot.command import CommandSpec, Scope, address_in
from bot.errors import Denied, Refused
from bot.platform import Platform
from bot.ports import UnitOfWork
from bot.services import Services
from models.command import Command
from models.identity import Account, Role
from models.job import Job
from models.message import Actor, IncomingMessage, Thread, ThreadKind
from models.pending import PendingKind
from models.source import SourceType

NOT_A_REPOSITORY = "`{typed}` is no repository's name; it looks like `owner/name`. `{address} help`"
GUEST = (
    "Only full members of this workspace can have me do that: guests, and accounts that were closed, cannot."
)
STRANGER = "You are from another organization than this workspace, so I do nothing for you here."
REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True)
class Here:
    """Where, as whom, with which right."""

    thread: Thread
    actor: Actor
    role: Role


@dataclass(frozen=True)
class NoLink:
    """Nobody knows who its author is on the forge."""


@dataclass(frozen=True)
class NoRepository:
    """Nothing says which repository is meant. `actor` is the author's account on `forge`."""

    forge: Platform
    actor: Actor


Place = Here | NoLink | NoRepository


class Places:
    """The places of one message's commands; each right is looked up once."""

    def __init__(
        self, services: Services, platform: Platform, message: IncomingMessage, actor: Actor
    ) -> None:
        self._services = services
        self._platform = platform
        self._message = message
        self._actor = actor
        self._roles: dict[tuple[str, str], Role] = {}

    async def of(self, command: Command, spec: CommandSpec) -> Place:
        """Where `command` is to work. Raises Refused, IntegrationError."""
        thread = self._message.thread
        if thread.repository:
            role = await self._role(self._platform, self._actor, thread.repository)
            return Here(thread, self._actor, role)
        if self._message.is_stranger and spec.scope is not Scope.NOWHERE:
            raise Denied(STRANGER)
        if spec.needs > Role.NONE and not await self._is_member():
            raise Denied(GUEST)
        forge, account = await self._account()
        if account is None and spec.needs > Role.NONE:
            return NoLink()
        if account is None or spec.scope in {Scope.NOWHERE, Scope.HERE}:
            return await self._anywhere(forge, account, spec)
        found = await self._meant(command, spec, forge)
        if spec.scope is Scope.JOB:
            return await self._at_job(command, forge, account, found)
        return NoRepository(forge, account) if found is None else await self._there(forge, account, found)

    async def _at_job(self, command: Command, forge: Platform, account: Actor, found: Thread | None) -> Here:
        """Where a job works. Elsewhere than in its own conversation, one that the person cannot see does not exist for
        them: not even its repository is told.
        """
        here = await self._there(forge, account, found) if found else None
        typed = next(iter(command.ids), "")
        if here is None or (typed and here.role is Role.NONE and not await self._is_told_here(typed)):
            text = choice.NO_SUCH.format(id=typed, slash=self._address)
            raise Refused(text if typed else choice.NONE_HERE.format(what="job", slash=self._address))
        return here

    async def _is_told_here(self, typed: str) -> bool:
        async with self._services.storage.read() as work:
            here = await choice.jobs_here(work, self._message.thread)
        return any(job.handle.startswith(typed) for job in here)

    async def _is_member(self) -> bool:
        chat = self._services.chat_of(self._message.thread)
        return chat is not None and await chat.is_member(self._actor)

    async def _there(self, forge: Platform, account: Actor, thread: Thread) -> Here:
        return Here(thread, account, await self._role(forge, account, thread.repository))

    async def _anywhere(self, forge: Platform, account: Actor | None, spec: CommandSpec) -> Here:
        """For what needs no repository: the one this place is about, if there is one, says what else may be done."""
        thread, actor = self._message.thread, account or self._actor
        if account is None:
            return Here(thread, actor, Role.NONE)
        async with self._services.storage.read() as work:
            known = await self._known(work, forge)
        if known is None:
            # Which repository is meant would be asked; so whoever is known may ask for all of it.
            return Here(thread, actor, Role.WRITE)
        here = await self._there(forge, account, known)
        if here.role < spec.needs and thread.kind is ThreadKind.DIRECT:
            # Their own conversation: a default that they may not even read any more locks nobody out of it.
            return Here(thread, actor, Role.WRITE)
        return here

    async def _role(self, platform: Platform, actor: Actor, repository: str) -> Role:
        key = (actor.id, repository.lower())
        if key not in self._roles:
            self._roles[key] = await platform.role_of(actor, repository)
        return self._roles[key]

    async def _account(self) -> tuple[Platform, Actor | None]:
        forge = self._services.forge()
        mine = account_of(self._message, self._actor)
        async with self._services.storage.read() as work:
            found = await work.people.partner(mine, forge.name, forge.integration)
        return forge, Actor(id=found.id, login=found.login) if found else None

    async def _meant(self, command: Command, spec: CommandSpec, forge: Platform) -> Thread | None:
        async with self._services.storage.read() as work:
            if spec.scope is Scope.JOB:
                job = await self._job(work, command)
                return job.place if job else await self._known(work, forge)
            if typed := _named(command, spec):
                return at(forge, checked(typed, self._address))
            key = pending_key(self._message, command.index, PendingKind.REPOSITORY)
            answered = await work.pending.answered(key)
            if answered is not None:
                return at(forge, answered.answer)
            return await self._known(work, forge)

    @property
    def _address(self) -> str:
        return address_in(self._message.thread, self._services.settings.name)

    async def _job(self, work: UnitOfWork, command: Command) -> Job | None:
        """The job that is meant; of several that could be, none: the command itself says so."""
        if command.ids:
            named = [job for job in await work.jobs.by_handle(command.ids[0]) if job.place is not None]
            whole = [job for job in named if job.handle == command.ids[0]]
            return next(iter(whole or named), None)
        return choice.meant(await choice.related(work, self._message.thread))

    async def _known(self, work: UnitOfWork, forge: Platform) -> Thread | None:
        """What this conversation is about, else what the channel is set to."""
        thread = self._message.thread
        for job in await choice.jobs_here(work, thread):
            if job.place is not None and job.place.repository:
                return at(forge, job.place.repository)
        room = await work.rooms.get(
            self._platform.name, self._platform.integration, thread.workspace, room_of(thread, self._actor)
        )
        return at(forge, room.repository) if room and room.repository else None


def _named(command: Command, spec: CommandSpec) -> str:
    """The repository that was typed, if one was."""
    first = command.args[0] if spec.names_repository and command.args else ""
    return command.options.get("repo", "") or (first if "/" in first else "")


def pending_key(message: IncomingMessage, index: int, kind: PendingKind) -> str:
    """What every delivery about the same command asks under."""
    return f"{message.semantic_key}:{index}:{kind}"


def checked(typed: str, address: str) -> str:
    """What somebody typed for a repository's name. Raises Refused for what cannot be one."""
    if REPOSITORY.fullmatch(typed) is None:
        raise Refused(NOT_A_REPOSITORY.format(typed=typed[:60].replace("`", "'"), address=address))
    return typed


def at(forge: Platform, repository: str) -> Thread:
    """The repository as a place to work in; no issue of it."""
    source = SourceType(forge.name)
    return Thread(source=source, integration=forge.integration, repository=repository, kind=ThreadKind.OTHER)


def room_of(thread: Thread, actor: Actor) -> str:
    """The channel whose default counts there; of a conversation with one person alone it is their own, by their id."""
    return actor.id if thread.kind is ThreadKind.DIRECT else thread.channel


def account_of(message: IncomingMessage, actor: Actor) -> Account:
    """The author's account where it was asked."""
    thread = message.thread
    return Account(
        platform=message.source.value,
        integration=thread.integration,
        # A forge's ids are unique in all of it, a chat's in one workspace.
        workspace=thread.workspace if thread.channel else "",
        id=actor.id,
        # By the name that people see there, as far as it is known.
        login=actor.display_name or actor.login if thread.channel else actor.login,
    )
