"""What the pretend workspace remembers: plain mutable records, compared by identity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Team:
    """A workspace; with an `enterprise_id` it is part of an Enterprise Grid."""

    id: str
    name: str
    domain: str
    enterprise_id: str | None = None
    enterprise_name: str | None = None


@dataclass(eq=False)
class User:
    """A member: a person, a guest, a bot, or somebody of another company seen through Slack Connect."""

    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str
    email: str | None
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600
    is_admin: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    is_deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    updated: int = 0


@dataclass(eq=False)
class App:
    """The app that is installed: its ids and secrets."""

    id: str
    name: str
    client_id: str
    client_secret: str
    signing_secret: str
    verification_token: str
    bot: User
    is_enterprise_install: bool = False


@dataclass(eq=False)
class Token:
    """A credential; `state` is "live", "revoked" (token_revoked) or "inactive" (account_inactive)."""

    text: str
    kind: str
    user: User
    scopes: tuple[str, ...]
    state: str = "live"


@dataclass(eq=False)
class Channel:
    """A conversation; `kind` is public, private, im or mpim. An `im` has two members: a person and the bot."""

    id: str
    name: str
    kind: str
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    is_ext_shared: bool = False
    is_general: bool = False
    topic: str = ""
    purpose: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    deleted: dict[str, Message] = field(default_factory=dict)  # still on somebody's stale screen

    def thread(self, ts: str) -> list[Message]:
        """A parent and its replies, oldest first."""
        return [message for message in self.messages.values() if ts in (message.ts, message.thread_ts)]


@dataclass(eq=False)
class Message:
    """A message; an ephemeral one names the only person who sees it."""

    channel: Channel
    ts: str
    user: User | None
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    client_msg_id: str | None = None
    edited_by: str | None = None
    edited_ts: str | None = None
    metadata: dict[str, Any] | None = None
    files: list[File] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    earlier_blocks: list[dict[str, Any]] = field(default_factory=list)  # before the last edit
    is_broadcast: bool = False
    is_ephemeral: bool = False
    seen_by: str | None = None  # the one person who sees an ephemeral
    options: dict[str, Any] = field(default_factory=dict)  # mrkdwn, unfurl_links, unfurl_media as given


@dataclass(eq=False)
class File:
    """A file; before it is shared somewhere it has no channels."""

    id: str
    user: User
    name: str
    title: str
    mimetype: str
    content: bytes
    created: int
    is_uploaded: bool = False
    is_shared: bool = False
    snippet_type: str | None = None
    declared_bytes: int = 0
    channels: list[str] = field(default_factory=list)


@dataclass(eq=False)
class View:
    """A modal or an App Home as one person sees it; `body` is what the app gave, `values` what was typed in."""

    id: str
    user: User
    body: dict[str, Any]
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Trigger:
    """What lets an app open a modal: for three seconds, once."""

    id: str
    user: User
    made_at: float
    is_exchanged: bool = False
    view_id: str | None = None  # set when it came from a modal: views.push needs it


@dataclass(eq=False)
class ResponseUrl:
    """Five answers within 30 minutes to whoever acted."""

    path: str
    channel: Channel
    user: User
    made_at: float
    message: Message | None = None  # the message that was acted on
    thread_ts: str | None = None
    uses: int = 0


@dataclass(eq=False)
class Usergroup:
    """A group of people with a handle."""

    id: str
    handle: str
    name: str
    users: list[str]


@dataclass(eq=False)
class Grant:
    """An OAuth code, good for one exchange."""

    code: str
    user: User
    redirect_uri: str
    scopes: tuple[str, ...]
    made_at: float
    is_used: bool = False
