"""Files that came with a request, and the newest of its conversation: fetched, looked at, and put where the agent can
read them and nothing is committed from.

What a chat says of a file (name, kind, size) was said by whoever put it there: what came is looked at, and counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot import file_kinds, folders
from bot.chat import Chat
from bot.errors import IntegrationError, Refused
from bot.file_kinds import Readable
from bot.file_names import Names
from bot.patience import patiently
from bot.phrases import counted
from bot.run import Run
from bot.workshop import Workspace
from models.job import JobContext, JobEventType
from models.message import Attachment

MEGABYTE = 1_000_000
MOST_BYTES = 5 * MEGABYTE
MOST_BYTES_IN_ALL = 20 * MEGABYTE
MOST_FETCHED = 10
MOST_TOLD = 5
NOT_HANDED = "Not handed to the agent: {what}"
TOO_LARGE = "{name} (larger than 5 MB)"
TOO_MUCH = "{name} (more than 20 MB in all)"
WRONG_KIND = "{name} (only text, images and PDF are)"
NO_SUCH_KIND = "{name} (what came is not what its name says)"
A_PAGE = "{name} (a web page came in its place)"
SILENT = "{name} (the chat did not answer)"
NOT_KEPT = "{name} (it could not be written)"
CONVERTED = "Read as another encoding than UTF-8: {what}"
READ_AS = "{name} ({charset})"
WAS = "it was {charset}"
GUESSED = "it is no UTF-8; read as {charset}, so some characters may be others"
TOO_MANY = "{files} beyond the newest {most}"
MORE = "{count} more"


@dataclass(frozen=True)
class Handed:
    """A file the agent can read, who sent it, and what is to be known of it."""

    path: Path
    sender: str
    note: str = ""


@dataclass
class Parcel:
    """What one job's agent is handed, while it is put together."""

    run: Run
    chat: Chat
    workspace: Workspace
    names: Names = field(default_factory=Names)
    handed: list[Handed] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    converted: list[str] = field(default_factory=list)
    room_bytes: int = MOST_BYTES_IN_ALL
    fetched: int = 0
    unfetched: int = 0
    is_patient: bool = True

    async def add(self, file: Attachment, sender: str) -> None:
        """Hand it over, or note why not."""
        name = self.names.take(file.name)
        if reason := self._refusal(file):
            self.left_out.append(reason.format(name=name))
        elif self.fetched >= MOST_FETCHED:
            self.unfetched += 1
        else:
            self.fetched += 1
            await self._fetch(file.model_copy(update={"name": name}), sender)

    def _refusal(self, file: Attachment) -> str:
        """What can be said before it is fetched."""
        if not file_kinds.may_be_taken(file.name, file.media_type):
            return WRONG_KIND
        if file.size_bytes > MOST_BYTES:
            return TOO_LARGE
        return TOO_MUCH if file.size_bytes > self.room_bytes else ""

    async def _fetch(self, file: Attachment, sender: str) -> None:
        most_bytes = min(MOST_BYTES, self.room_bytes)
        try:
            content = await self._ask(file, most_bytes)
        except (Refused, IntegrationError) as error:
            # A chat that is away is waited for once, not once a file.
            self.is_patient = self.is_patient and not getattr(error, "retryable", False)
            self.left_out.append(str(error))
        except TimeoutError:
            self.is_patient = False
            self.left_out.append(SILENT.format(name=file.name))
        else:
            await self._take(file, content, sender)

    async def _ask(self, file: Attachment, most_bytes: int) -> bytes:
        fetch = partial(self.chat.fetch, file, most_bytes)
        return await (patiently(self.run, fetch) if self.is_patient else fetch())

    async def _take(self, file: Attachment, content: bytes, sender: str) -> None:
        found = await asyncio.to_thread(file_kinds.readable, file.name, content)
        if reason := self._flaw(file.name, content, found):
            self.left_out.append(reason.format(name=file.name))
        elif found is not None:
            await self._keep(file.name, found, sender)

    async def _keep(self, name: str, found: Readable, sender: str) -> None:
        try:
            path = await self.workspace.hand_over(name, found.content)
        except OSError:
            self.left_out.append(NOT_KEPT.format(name=name))
            return
        self.room_bytes -= len(found.content)
        self.run.folders.know(path.parent, folders.ATTACHMENTS)
        note = (GUESSED if found.is_guess else WAS).format(charset=found.charset) if found.charset else ""
        self.handed.append(Handed(path, sender, note))
        if found.is_guess:
            self.converted.append(READ_AS.format(name=name, charset=found.charset))

    def _flaw(self, name: str, content: bytes, found: Readable | None) -> str:
        if len(content) > min(MOST_BYTES, self.room_bytes):
            return TOO_LARGE
        if file_kinds.is_page(content) and not file_kinds.is_page_name(name):
            return A_PAGE
        if found is None:
            return NO_SUCH_KIND
        return TOO_MUCH if len(found.content) > self.room_bytes else ""

    def told(self) -> list[str]:
        """What was left out, each with its reason; of very many the first."""
        told = self.left_out[:MOST_TOLD]
        if more := len(self.left_out) - len(told):
            told.append(MORE.format(count=more))
        if self.unfetched:
            told.append(TOO_MANY.format(files=counted(self.unfetched, "file"), most=MOST_FETCHED))
        return told


async def hand_over(run: Run, workspace: Workspace) -> Sequence[Handed]:
    """What the agent can read now. What was left out, and why, is a notice on the card; it never fails the job.

    Raises JobCancelled, LeaseLost.
    """
    context = run.job.context
    chat = run.services.chat_of(context.thread) if context and context.thread else None
    if context is None or chat is None:
        return ()
    parcel = Parcel(run, chat, workspace)
    for file, sender in _sent(context):
        await parcel.add(file, sender)
    if told := parcel.told():
        run.event(JobEventType.NOTICE, NOT_HANDED.format(what="; ".join(told)))
    if parcel.converted:
        run.event(JobEventType.NOTICE, CONVERTED.format(what="; ".join(parcel.converted)))
    return parcel.handed


def _sent(context: JobContext) -> Iterator[tuple[Attachment, str]]:
    """Those of the request first, then the newest of what people said before, each once. Ours are no news."""
    seen: set[str] = set()
    said = [(context.files, context.display_name)]
    said += [(each.files, each.author) for each in reversed(context.previous_comments) if not each.is_ours]
    for files, sender in said:
        for file in files:
            if file.id not in seen:
                seen.add(file.id)
                yield file, sender
