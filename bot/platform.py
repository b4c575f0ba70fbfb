"""What the bot needs of a platform: to trust a request, to read it, to know people, to answer, and to open
pull requests.

Every method that calls out is bounded by the platform's own timeout and raises `IntegrationError` or a child
of it, nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from pydantic import SecretStr

from bot.sign_in import SignIn
from models.base import Noun
from models.card import Card
from models.delivery import Delivery, Disposition, WebhookRequest
from models.identity import Role
from models.job import JobContext
from models.message import Actor, IncomingMessage, MessageKind, Thread
from models.news import News


class Envelope(NamedTuple):
    """What must be known of a verified request before it is kept: the platform's delivery id and the event's name."""

    key: str
    event: str
    action: str = ""


class Answer(Noun):
    """What must be answered inside the HTTP response."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


class Ignored(Noun):
    """A delivery that carries nothing for the bot, and why."""

    disposition: Disposition
    detail: str = ""


class Posted(Noun):
    """A message of ours on a platform."""

    id: str
    url: str = ""


class RepositoryInfo(Noun):
    """A repository as far as a resolver cares."""

    name: str
    default_branch: str
    is_private: bool = False
    is_archived: bool = False
    can_push: bool = True


class PullRequest(Noun):
    """A pull request as far as a resolver cares."""

    number: int
    url: str
    head_ref: str
    head_sha: str
    head_repository: str
    base_ref: str
    is_open: bool = True
    is_draft: bool = False
    is_fork: bool = False
    title: str = ""


class PullRequestDraft(Noun):
    """A pull request to be opened. `head_repository` differs from `repository` when the branch lives in a fork."""

    repository: str
    head_repository: str
    head: str
    base: str
    title: str
    body: str
    is_draft: bool = True
    marker: str = ""  # hidden in the body, so that nobody takes what is quoted in it for an order


class GitRemote(Noun):
    """Where git fetches and pushes, with the credential for exactly that host.

    The token goes into no URL, file or argv.
    """

    url: str
    username: str
    token: SecretStr


class Platform(Protocol):
    """One instance of one platform."""

    name: str
    integration: str
    #: The pace of a card's edits, and the limit of any one call, in seconds.
    pace_seconds: float
    call_timeout_seconds: float

    @property
    def secrets(self) -> Sequence[str]:
        """Every secret value this instance holds: masked wherever it would appear."""

    @property
    def own_id(self) -> str:
        """Our account's immutable id as far as it is known by now; "" before `me` first answered or `recall`."""

    @property
    def own_login(self) -> str:
        """Our account's login, which may be renamed; known and unknown as `own_id` is."""

    @property
    def is_introduced(self) -> bool:
        """Whether `me` answered in this process: what was recalled needs asking all the same."""

    def recall(self, account: Actor) -> None:
        """Who we were when `me` last answered anybody: good until it answers here."""

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless the request proves that the platform sent it. Pure; called by the inbox alone."""

    def envelope(self, request: WebhookRequest) -> Envelope:
        """Raise PayloadError or UnsupportedMedia when it cannot be a delivery of this platform. Pure."""

    def handshake(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        """The answer to a platform's own test call; None for anything else. Pure."""

    def immediate(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        """What cannot wait for the commit; None where the platform has no such thing."""

    def normalize(self, delivery: Delivery) -> IncomingMessage | Ignored:
        """The message in it. Pure: no look-ups. Raises PayloadError for a shape nobody has seen."""

    def render_card(self, card: Card) -> str:
        """The card in the platform's markup, within its limits, harmless, its marker inside."""

    def render_reply(self, text: str, marker: str) -> str:
        """Bellhop's own Markdown in the platform's markup, within its limits, with the marker."""

    async def me(self) -> Actor:
        """Bellhop's own account there. Cached after the first answer."""

    async def role_of(self, actor: Actor, repository: str) -> Role:
        """What `actor` may do in `repository` now. NONE when the platform does not know them there."""

    async def context_of(self, message: IncomingMessage) -> JobContext:
        """The message with what surrounds it: newest comments, the whole inline thread, the pull request's head."""

    async def react(self, thread: Thread, kind: MessageKind, target_id: str, reaction: str) -> None:
        """Put `reaction` ("eyes") on that very object. Doing it twice changes nothing."""

    async def post(self, thread: Thread, body: str) -> Posted:
        """Say it. Not repeatable: a `NetworkError` leaves open whether it was said."""

    async def edit(self, thread: Thread, message_id: str, body: str) -> Posted: ...
    async def find(self, thread: Thread, marker: str) -> Sequence[Posted]:
        """Our own messages (by our author id and marker), oldest first."""

    async def delete(self, thread: Thread, message_id: str) -> None:
        """A message that is gone already is deleted."""

    async def close(self) -> None: ...


@runtime_checkable
class Forge(Protocol):
    """What a platform with repositories offers besides."""

    @property
    def sign_in(self) -> SignIn | None:
        """How people say there who they are; None where it is not set up."""

    def remote(self, repository: str) -> GitRemote:
        """Built from the configured host, never from a payload."""

    def news(self, delivery: Delivery) -> News | None:
        """What those who follow its repository are told of a delivery; None: nothing. Pure, and never raises."""

    def commit_email(self, actor: Actor) -> str:
        """The address by which the forge credits a commit to `actor` without telling anybody their own."""

    async def repository(self, repository: str) -> RepositoryInfo: ...
    async def repositories(self, most: int) -> Sequence[RepositoryInfo]:
        """Those our account works with, the ones pushed to last first."""

    async def has_branch(self, repository: str, branch: str) -> bool:
        """Whether there is one. `branch` may be anything somebody typed."""

    async def pull(self, repository: str, number: int) -> PullRequest: ...
    async def pull_template(self, repository: str, base: str) -> str:
        """The repository's pull request template; "" without one."""

    async def find_pull(self, repository: str, head_repository: str, head: str) -> PullRequest | None:
        """The open pull request of that branch."""

    async def open_pull(self, draft: PullRequestDraft) -> PullRequest:
        """Idempotent: the open one of the same head is returned as it is.

        Raises ConflictError when it may not be opened.
        """

    async def close_pull(self, repository: str, number: int) -> None: ...
    async def delete_branch(self, repository: str, branch: str) -> None:
        """A branch that is gone already is deleted."""

    async def may_push(self, repository: str, branch: str) -> bool:
        """Whether we may push, and the branch rules allow a new branch of that name."""

    async def fork(self, repository: str) -> str:
        """The name of our fork, made when there is none yet."""
