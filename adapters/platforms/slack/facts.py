"""What the parts of a body say, in our nouns. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from adapters.platforms.slack import rich_text
from adapters.platforms.slack.entities import Reader
from adapters.platforms.slack.payload import Authorization, EventBody, File, Saying
from bot.errors import PayloadError
from models.message import Actor, Attachment, Thread, ThreadKind
from models.source import SourceType

INCOMPLETE = "reading {event}: {what} is missing"

MOMENT = re.compile(r"(?P<seconds>[0-9]{1,11})\.(?P<fraction>[0-9]{1,9})", re.ASCII)
ID = re.compile(r"[A-Za-z0-9_.-]{1,100}", re.ASCII)
ANSWER_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
LONGEST_URL = 2000
MOST_FILES = 50
# docs.slack.dev/apis/slack-connect: all that is said there of a file is that `files.info` tells of it.
ASK = "check_file_info"
BOT_MESSAGE = "bot_message"
SLACKBOT = "USLACKBOT"
DIRECT_CHANNELS = ("D", "U", "W")  # a person's id stands for the conversation with them
PRIVATE_TYPES = frozenset({"im", "app_home", "mpim", "group"})
DIRECT_TYPES = frozenset({"im", "app_home"})
# What stands for the name of a channel whose name not everybody may know.
TYPES_BY_NAME = {"directmessage": "im", "privategroup": "group"}
GROUP_MESSAGE = "mpdm-"  # what the name of a conversation of several people begins with


@dataclass(frozen=True)
class Own:
    """Who we are, as far as it is known by now; each may be ""."""

    name: str = "bellhop"
    user_id: str = ""
    bot_id: str = ""
    team_id: str = ""
    enterprise_id: str = ""
    api_origin: str = ""
    site_url: str = ""

    @property
    def homes(self) -> frozenset[str]:
        """The ids of our workspace and of the organization it belongs to."""
        return frozenset({self.team_id, self.enterprise_id} - {""})


def bot_users(own: Own, authorizations: Sequence[Authorization] | None) -> frozenset[str]:
    """The user ids of our bot. An authorization that is no bot's is of the person who installed the app."""
    told = {each.user_id or "" for each in authorizations or () if each.is_bot}
    return frozenset({own.user_id, *told} - {""})


def home_of(body: EventBody) -> str:
    """The workspace in which the app is installed; org-wide, the one it happened in; else the organization.

    In a channel that two workspaces share, `team_id` may be theirs.
    """
    first = (body.authorizations or [Authorization()])[0]
    told = (first.team_id, body.context_team_id, body.team_id, first.enterprise_id, body.enterprise_id)
    return next((each for each in told if each), "")


def is_stranger(own: Own, body: EventBody, said: Saying) -> bool:
    """Whether a message in a shared channel comes from somebody of another organization."""
    theirs = said.user_team or said.source_team or said.team
    first = (body.authorizations or [Authorization()])[0]
    ours = {home_of(body), first.enterprise_id, body.context_enterprise_id} | own.homes
    return bool(body.is_ext_shared_channel and theirs and theirs not in ours)


@dataclass(frozen=True)
class Place:
    """A channel of a workspace, and what is told of it: its type, or its name, or neither.

    `is_external`: whether other organizations read it. None: nobody said, so they may.
    """

    integration: str
    workspace: str
    channel: str
    type: str = ""
    name: str = ""
    is_external: bool | None = None

    @property
    def _type_by_name(self) -> str:
        if self.name.startswith(GROUP_MESSAGE):
            return "mpim"
        return TYPES_BY_NAME.get(self.name, "channel" if self.name else "")

    def thread(self, root: str) -> Thread:
        """A thread in it; `root` "" is the channel itself."""
        kind = self.type or self._type_by_name
        is_direct = kind in DIRECT_TYPES or self.channel.startswith(DIRECT_CHANNELS)
        return Thread(
            source=SourceType.SLACK,
            integration=self.integration,
            workspace=self.workspace,
            kind=ThreadKind.DIRECT if is_direct else ThreadKind.CHANNEL,
            # Of unknown type it counts as private: an answer must not go to a more public place than the question.
            is_private=is_direct or kind in PRIVATE_TYPES or not kind,
            is_external=not is_direct if self.is_external is None else self.is_external,
            channel=self.channel,
            channel_name="" if self.name in TYPES_BY_NAME else self.name,
            root=root,
        )


def author_of(said: Saying) -> Actor | None:
    """Who wrote it; None when nobody is named."""
    is_bot = bool(said.bot_id) or said.subtype == BOT_MESSAGE or said.user == SLACKBOT
    author = said.user or said.bot_id
    if not author:
        return None
    name = (said.bot_profile.name if said.bot_profile else None) or said.username or ""
    return Actor(id=author, login=author, display_name=name, is_bot=is_bot)


def text_of(reader: Reader, said: Saying) -> str:
    """What it says, as Markdown."""
    return rich_text.read(reader, said.blocks) or reader.read(said.text or "")


def files_of(files: Sequence[File] | None) -> tuple[Attachment, ...]:
    """Its files. Those that are gone have no address and nothing to fetch; those of a shared channel are asked for."""
    return tuple(attachment_of(file) for file in (files or ())[:MOST_FILES] if file.id and _is_there(file))


def _is_there(file: File) -> bool:
    return bool(file.url_private) or file.file_access == ASK


def attachment_of(file: File) -> Attachment:
    """A file in our nouns."""
    return Attachment(
        id=file.id or "",
        name=file.name or file.title or file.id or "",
        media_type=file.mimetype or "",
        size_bytes=max(file.size or 0, 0),
        url=file.url_private_download or file.url_private or "",
    )


def moment_of(ts: str | None) -> datetime | None:
    """When a message was written: its id says it."""
    found = MOMENT.fullmatch(ts or "")
    return datetime.fromtimestamp(float(ts or "0"), UTC) if found else None


def answer_url(url: str | None, own: Own) -> str:
    """The address for answers when it is Slack's own; "" otherwise: what we say goes nowhere else."""
    if not url or len(url) > LONGEST_URL:
        return ""
    try:
        parts = urlsplit(url)
        is_slack = parts.scheme == "https" and parts.netloc in ANSWER_HOSTS
    except ValueError:
        return ""
    return url if is_slack or f"{parts.scheme}://{parts.netloc}" == own.api_origin else ""


def permalink(own: Own, channel: str, ts: str, root: str = "") -> str:
    """Where people read a message; "" before we know the workspace's address.

    https://docs.slack.dev/reference/methods/chat.getPermalink
    """
    if not own.site_url.startswith(("https://", "http://")) or not channel:
        return ""
    inside = f"?thread_ts={root}&cid={channel}" if root and root != ts else ""
    return f"{own.site_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}{inside}"


def need(event: str, what: str, found: str | None) -> str:
    """`found`, an id; raises PayloadError when it is missing: nobody has seen such a delivery."""
    if not found or not ID.fullmatch(found):
        raise PayloadError(INCOMPLETE.format(event=event, what=what))
    return found
