"""Messages: what a person said, and what Bellhop answers.

`Message` is the shared-infrastructure document's. What comes in is an `IncomingMessage`, what goes out a
`Reply`; both are `Message`s.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field

from models.base import Moment, Noun
from models.source import SourceType


class Actor(Noun):
    """A person or program on a platform. `id` never changes, `login` may."""

    id: str
    login: str
    display_name: str = ""
    email: str | None = None
    is_bot: bool = False


class ThreadKind(StrEnum):
    """What a conversation hangs on."""

    ISSUE = "issue"
    PULL_REQUEST = "pull_request"
    CHANNEL = "channel"  # a conversation among people, in a room of a chat
    DIRECT = "direct"  # a conversation with the bot alone: everything in it is for the bot
    OTHER = "other"


class Thread(Noun):
    """A place to answer in: an object of a repository and, in it, an inline thread when there is one; or a thread in
    a channel of a chat.

    `inline_root` is the id of the inline thread's first comment; answers go under it. `channel` and `root` are a
    chat's: the channel's id and the id of the thread's first message ("" for the channel itself). `workspace` is the
    tenant's id where a platform has tenants. `is_private` says that not everybody of the tenant can read it,
    `is_external` that people of other organizations do, or may as far as is known.
    """

    source: SourceType
    integration: str = "default"
    workspace: str = ""
    repository: str = ""
    kind: ThreadKind = ThreadKind.ISSUE
    number: int | None = None
    inline_root: str | None = None
    is_private: bool = False
    is_external: bool = False
    channel: str = ""
    channel_name: str = ""
    root: str = ""

    @property
    def key(self) -> str:
        """One string a place, for locks and pacing; inline threads belong to their pull request."""
        return f"{self.place}{self.root if self.channel else self.number}"

    @property
    def place(self) -> str:
        """What the keys of all threads of this repository or channel begin with, on this instance of this platform."""
        return f"{self.instance}{self.room}#"

    @property
    def instance(self) -> str:
        """What all places of this instance of this platform begin with: elsewhere the same names mean others."""
        return f"{self.source}:{self.integration}:"

    @property
    def room(self) -> str:
        """The repository, or the channel by its tenant's id and its own: names of channels change."""
        return f"{self.workspace}/{self.channel}" if self.channel else self.repository

    @property
    def name(self) -> str:
        """As people write it: `acme/shop#42`; of a chat, where it is."""
        if self.kind is ThreadKind.DIRECT:
            return f"a direct message on {self.source}"
        if self.channel:
            return f"#{self.channel_name or self.channel}"
        return f"{self.repository}#{self.number}" if self.number else self.repository


class Message(Noun):
    """Text or structured data from or for a platform."""

    source: SourceType
    message: str | dict[str, Any]
    ephemeral: bool = False


class MessageKind(StrEnum):
    """Which object carries the text; a reaction is put on that very object."""

    COMMENT = "comment"
    BODY = "body"
    REVIEW = "review"
    INLINE = "inline"
    SLASH = "slash"  # a command typed to the platform itself: it leaves no message
    ACTION = "action"  # a button or a choice in a message of ours
    FORM = "form"  # a dialog that was filled in
    EVENT = "event"  # no text of a person: closed, labeled, pushed


class Anchor(Noun):
    """The code an inline comment stands on."""

    path: str
    line: int | None = None
    start_line: int | None = None
    side: str = "RIGHT"
    diff_hunk: str = ""
    commit_sha: str = ""


class Attachment(Noun):
    """A file that came with a message. `url` is fetched with the platform's own token, and only from its own hosts."""

    id: str
    name: str
    media_type: str = ""
    size_bytes: int = 0
    url: str = ""


class IncomingMessage(Message):
    """A delivery, normalized: who said what, where, and whether it is new.

    `comment_id` is the id of the object carrying the text (comment, review; the issue's number for a body).
    `previous_text` is the text before an edit, when the platform tells it. A chat's: `answer_url` is where an answer
    for this person alone may be sent for some minutes, `trigger_id` what a dialog may be opened with for some seconds,
    `subject_id` the message of ours a button belongs to, `fields` what was filled in or chosen, by name.
    """

    kind: MessageKind
    event: str
    actor: Actor | None
    thread: Thread
    comment_id: str
    url: str = ""
    is_created: bool = True
    is_deleted: bool = False
    is_moved: bool = False  # it was said elsewhere, and brought here with what it was said in
    previous_text: str | None = None
    title: str = ""
    description: str = ""
    object_id: str = ""
    occurred_at: Moment | None = None
    is_fork: bool = False
    head_sha: str = ""
    head_ref: str = ""
    base_ref: str = ""
    anchor: Anchor | None = None
    labels: tuple[str, ...] = ()
    is_direct: bool = False  # all of it is for the bot, called by name or not
    is_stranger: bool = False  # from another organization, in a channel that both share
    answer_url: str = ""
    trigger_id: str = ""
    subject_id: str = ""
    fields: Mapping[str, str] = Field(default_factory=dict)
    files: tuple[Attachment, ...] = ()

    @property
    def text(self) -> str:
        """What was said, as text."""
        return self.message if isinstance(self.message, str) else ""

    @property
    def semantic_key(self) -> str:
        """What two deliveries about one saying share, whatever their delivery ids."""
        place = f"{self.thread.source}:{self.thread.integration}:{self.thread.room}"
        return f"{place}:{self.kind}:{self.comment_id}"


class Reply(Message):
    """What Bellhop answers, for the outbox. `marker` finds it again after a crash."""

    thread: Thread
    marker: str


class Comment(Noun):
    """One earlier comment of a conversation, for context."""

    id: str
    author: str
    text: str
    created_at: Moment | None = None
    is_ours: bool = False
    anchor: Anchor | None = None
    files: tuple[Attachment, ...] = ()
