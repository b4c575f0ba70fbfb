"""A platform in memory: it verifies by a plain header, normalizes small JSON, and remembers everything said to it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
from pydantic import SecretStr

from bot.errors import ConflictError, IntegrationError, NotFoundError, PayloadError, SignatureError
from bot.platform import (
    Answer,
    Envelope,
    GitRemote,
    Ignored,
    Posted,
    PullRequest,
    PullRequestDraft,
    RepositoryInfo,
)
from bot.sign_in import SignIn
from models.card import Card
from models.delivery import Delivery, Disposition, WebhookRequest
from models.identity import Role
from models.job import JobContext
from models.message import Actor, IncomingMessage, MessageKind, Thread
from models.news import News
from models.source import SourceType

SECRET = "open sesame"
ME = Actor(id="1", login="bellhop-bot", display_name="Bellhop")


def place(number: int = 42, repository: str = "acme/shop") -> Thread:
    """An issue's thread."""
    return Thread(source=SourceType.GITHUB, workspace="acme", repository=repository, number=number)


def person(login: str = "ana", id: str = "583231") -> Actor:
    """Somebody."""
    return Actor(id=id, login=login, display_name=login.title())


def said(
    text: str, *, login: str = "ana", comment_id: str = "77", number: int = 42, **fields: object
) -> bytes:
    """A webhook body of this platform: a message as JSON."""
    message = IncomingMessage.model_validate(
        {
            "source": "github",
            "message": text,
            "kind": MessageKind.COMMENT,
            "event": "issue_comment.created",
            "actor": person(login, str(sum(map(ord, login)))),
            "thread": place(number),
            "comment_id": comment_id,
            "url": f"https://git.example/acme/shop/issues/{number}#{comment_id}",
            "title": "Login test is flaky",
            **fields,
        }
    )
    return message.model_dump_json().encode()


@dataclass
class Comment:
    """Something on the platform."""

    id: str
    thread: Thread
    author: Actor
    body: str
    edits: list[str] = field(default_factory=list)


class FakeHome:
    """Implements `Platform`. `failures` are raised, one a call, by the method they are queued for."""

    name = "github"
    integration = "default"
    pace_seconds = 0.0
    call_timeout_seconds = 2.0
    own_id = ME.id
    own_login = ME.login
    is_introduced = True
    secrets = (SECRET,)

    def __init__(self) -> None:
        self.comments: list[Comment] = []
        self.reactions: list[tuple[str, MessageKind, str, str]] = []
        self.roles: dict[str, Role] = {}
        self.default_role = Role.WRITE
        self.calls: list[str] = []
        self.failures: dict[str, list[IntegrationError]] = {}
        self.lost_answers: dict[str, list[IntegrationError]] = {}
        self.pulls: list[PullRequest] = []
        self.drafts: list[PullRequestDraft] = []
        self.branches: set[str] = set()
        self.context_fields: dict[str, object] = {}
        self.can_push = True
        self.repository_fields: dict[str, object] = {}
        self.template = ""
        self.known_repositories = ["acme/shop", "acme/till", "widgets/api"]
        self._ids = itertools.count(1000)

    # --- Platform ---

    def verify(self, request: WebhookRequest) -> None:
        if request.header("x-secret") != SECRET:
            raise SignatureError("verifying a request: the secret does not match")

    def envelope(self, request: WebhookRequest) -> Envelope:
        if not (key := request.header("x-delivery")):
            raise PayloadError("reading a request: it has no delivery id")
        return Envelope(key=key, event=request.header("x-event") or "message", action="created")

    def handshake(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        return Answer(body=b"pong") if envelope.event == "ping" else None

    def immediate(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        return None

    def normalize(self, delivery: Delivery) -> IncomingMessage | Ignored:
        if delivery.event == "ping":
            return Ignored(disposition=Disposition.IGNORED_HANDSHAKE)
        if delivery.event == "star":
            return Ignored(disposition=Disposition.IGNORED_EVENT, detail="star is of no use here")
        if delivery.event == "broken":
            raise KeyError("a defect of a parser")
        try:
            orjson.loads(delivery.request.body)
        except orjson.JSONDecodeError as error:
            raise PayloadError("reading a delivery: it is no JSON") from error
        return IncomingMessage.model_validate_json(delivery.request.body)

    def render_card(self, card: Card) -> str:
        steps = "\n".join(f"- {step.text}" for step in card.steps)
        return f"{card.headline}\n{steps}\n{card.body}\n<!-- {card.marker} -->"

    def render_reply(self, text: str, marker: str) -> str:
        return f"{text}\n<!-- {marker} -->"

    async def me(self) -> Actor:
        self._enter("me")
        self.recall(ME)
        self.is_introduced = True
        return ME

    def recall(self, account: Actor) -> None:
        self.own_id, self.own_login = account.id, account.login

    def forget_itself(self) -> None:
        """As after a start, before it told who we are."""
        self.own_id = self.own_login = ""
        self.is_introduced = False

    async def role_of(self, actor: Actor, repository: str) -> Role:
        self._enter("role_of")
        return self.roles.get(actor.login, self.default_role)

    async def context_of(self, message: IncomingMessage) -> JobContext:
        self._enter("context_of")
        actor = message.actor or person()
        fields = {
            "issue_id": message.object_id,
            "issue_key": message.thread.name,
            "user_msg": message.text,
            "display_name": actor.display_name,
            "platform_user_id": actor.id,
            "workspace_name": message.thread.workspace,
            "issue_title": message.title,
            "repository": message.thread.repository,
            "thread": message.thread,
            "comment_id": message.comment_id,
            "comment_url": message.url,
        }
        return JobContext.model_validate(fields | self.context_fields)

    async def react(self, thread: Thread, kind: MessageKind, target_id: str, reaction: str) -> None:
        self._enter("react")
        entry = (thread.key, kind, target_id, reaction)
        if entry not in self.reactions:
            self.reactions.append(entry)
        self._leave("react")

    async def post(self, thread: Thread, body: str) -> Posted:
        self._enter("post")
        comment = Comment(str(next(self._ids)), thread, ME, body)
        self.comments.append(comment)
        self._leave("post")
        return Posted(id=comment.id, url=f"https://git.example/c/{comment.id}")

    async def edit(self, thread: Thread, message_id: str, body: str) -> Posted:
        self._enter("edit")
        comment = next((c for c in self.comments if c.id == message_id), None)
        if comment is None:
            raise NotFoundError(f"editing comment {message_id}: it is gone")
        comment.edits.append(body)
        comment.body = body
        self._leave("edit")
        return Posted(id=comment.id, url=f"https://git.example/c/{comment.id}")

    async def find(self, thread: Thread, marker: str) -> Sequence[Posted]:
        self._enter("find")
        mine = [c for c in self.comments if c.thread.key == thread.key and c.author == ME]
        return [Posted(id=c.id) for c in mine if marker in c.body]

    async def delete(self, thread: Thread, message_id: str) -> None:
        self._enter("delete")
        self.comments = [c for c in self.comments if c.id != message_id]

    async def close(self) -> None:
        return

    # --- faults ---

    def _enter(self, method: str) -> None:
        """Before the effect."""
        self.calls.append(method)
        if self.failures.get(method):
            raise self.failures[method].pop(0)

    def _leave(self, method: str) -> None:
        """After the effect: the answer is lost."""
        if self.lost_answers.get(method):
            raise self.lost_answers[method].pop(0)


class FakePlatform(FakeHome):
    """Implements `Forge` besides."""

    sign_in: SignIn | None = None

    def remote(self, repository: str) -> GitRemote:
        return GitRemote(url=f"https://git.example/{repository}.git", username="x", token=SecretStr("t"))

    def news(self, delivery: Delivery) -> News | None:
        body = delivery.request.body
        told = IncomingMessage.model_validate_json(body).fields.get("news") if b'"news":' in body else None
        return News.model_validate_json(told) if told else None

    def commit_email(self, actor: Actor) -> str:
        return f"{actor.id}+{actor.login}@users.noreply.example"

    async def repository(self, repository: str) -> RepositoryInfo:
        self._enter("repository")
        fields = {"name": repository, "default_branch": "main"} | self.repository_fields
        return RepositoryInfo.model_validate(fields)

    async def has_branch(self, repository: str, branch: str) -> bool:
        self._enter("has_branch")
        return branch in {"main", *self.branches}

    async def pull(self, repository: str, number: int) -> PullRequest:
        self._enter("pull")
        return next(pull for pull in self.pulls if pull.number == number)

    async def pull_template(self, repository: str, base: str) -> str:
        return self.template

    async def find_pull(self, repository: str, head_repository: str, head: str) -> PullRequest | None:
        return next((pull for pull in self.pulls if pull.head_ref == head and pull.is_open), None)

    async def open_pull(self, draft: PullRequestDraft) -> PullRequest:
        self._enter("open_pull")
        self.drafts.append(draft)
        if (known := await self.find_pull(draft.repository, draft.head_repository, draft.head)) is not None:
            return known
        made = {"head_ref": draft.head, "head_sha": "", "head_repository": draft.head_repository}
        pull = PullRequest(
            number=900 + len(self.pulls), url="https://git.example/p", **made,
            base_ref=draft.base, is_draft=draft.is_draft, title=draft.title,
        )  # fmt: skip
        self.pulls.append(pull)
        self._leave("open_pull")
        return pull

    async def close_pull(self, repository: str, number: int) -> None:
        self._enter("close_pull")
        closed = [p.model_copy(update={"is_open": False}) if p.number == number else p for p in self.pulls]
        self.pulls = closed

    async def delete_branch(self, repository: str, branch: str) -> None:
        self._enter("delete_branch")
        self.branches.discard(branch)

    async def may_push(self, repository: str, branch: str) -> bool:
        return self.can_push

    async def fork(self, repository: str) -> str:
        self._enter("fork")
        if not self.can_push:
            return f"bellhop-bot/{repository.partition('/')[2]}"
        raise ConflictError("forking: not needed")

    async def repositories(self, most: int) -> Sequence[RepositoryInfo]:
        self._enter("repositories")
        return [RepositoryInfo(name=name, default_branch="main") for name in self.known_repositories[:most]]
