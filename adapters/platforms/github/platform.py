"""GitHub behind the `Platform` and `Forge` ports: each method says what it does, the modules beside it do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.platforms.github import context, conversation, markup, roles, webhook
from adapters.platforms.github.client import Client
from adapters.platforms.github.forge import GitHubForge
from adapters.platforms.github.normalize import normalize
from adapters.platforms.github.settings import GitHubSettings
from adapters.platforms.github.sign_in import GitHubSignIn
from bot.platform import Answer, Envelope, Ignored, Posted
from models.card import Card
from models.delivery import Delivery, WebhookRequest
from models.identity import Role
from models.job import JobContext
from models.message import Actor, IncomingMessage, MessageKind, Thread

# 80 creations a minute and 500 an hour are GitHub's secondary limits for content; cards of several jobs share them.
# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
PACE_SECONDS = 10.0


class GitHub(GitHubForge):
    """One GitHub: github.com, an Enterprise Server or a data residency."""

    name = "github"
    pace_seconds = PACE_SECONDS

    def __init__(
        self,
        settings: GitHubSettings,
        *,
        integration: str = "default",
        http_proxy: str = "",
        ca_bundle: str = "",
    ) -> None:
        self.integration = integration
        self.call_timeout_seconds = settings.integration_timeout
        self._secret, self._client_secret = settings.webhook_secret, settings.client_secret
        reach = {"http_proxy": http_proxy, "ca_bundle": ca_bundle}
        self._sign_in = GitHubSignIn(settings, **reach) if settings.github_app_client_id else None
        self._me: Actor | None = None
        self._recalled: Actor | None = None
        client = Client(
            settings.github_api_url,
            settings.token,
            call_timeout_seconds=settings.integration_timeout,
            attempts=settings.max_retry_attempts,
            **reach,
        )
        super().__init__(client, settings.html_url, settings.github_token)

    @property
    def secrets(self) -> Sequence[str]:
        """The token, the webhook's secret, and the client's."""
        known = (self._token.get_secret_value(), self._secret.decode(), self._client_secret)
        return tuple(filter(None, known))

    @property
    def sign_in(self) -> GitHubSignIn | None:
        """How people say who they are; None without a client."""
        return self._sign_in

    @property
    def own_id(self) -> str:
        """The number of our account; "" before `me` first answered, unless it was recalled."""
        known = self._me or self._recalled
        return known.id if known else ""

    @property
    def own_login(self) -> str:
        """The login of our account; known and unknown as its number is."""
        known = self._me or self._recalled
        return known.login if known else ""

    @property
    def is_introduced(self) -> bool:
        """Whether GitHub told this process who the bot is."""
        return self._me is not None

    def recall(self, account: Actor) -> None:
        """Who the bot was when GitHub last told."""
        self._recalled = account

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless the webhook's secret signed it."""
        webhook.verify(self._secret, request)

    def envelope(self, request: WebhookRequest) -> Envelope:
        """Raise PayloadError or UnsupportedMedia unless it is a delivery."""
        return webhook.envelope(request)

    def handshake(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        """The answer to `ping`."""
        return webhook.handshake(envelope)

    def immediate(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        """None: GitHub asks nothing that cannot wait for the commit."""
        return None

    def normalize(self, delivery: Delivery) -> IncomingMessage | Ignored:
        """The message in it. Raises PayloadError."""
        return normalize(delivery)

    def render_card(self, card: Card) -> str:
        """The card as Markdown."""
        return markup.render_card(card, self.secrets)

    def render_reply(self, text: str, marker: str) -> str:
        """The reply as Markdown."""
        return markup.render_reply(text, marker, self.secrets)

    async def me(self) -> Actor:
        """The token's account. https://docs.github.com/en/rest/users/users#get-the-authenticated-user"""
        if self._me is None:
            async with self._client.calling("asking GitHub who the bot is") as api:
                self._me = _account(await api.get("/user"))
        return self._me

    async def role_of(self, actor: Actor, repository: str) -> Role:
        """The actor's role now, whatever they are called by now; NONE for a stranger."""
        async with self._client.calling(f"asking what @{actor.login} may do in {repository}") as api:
            return await roles.role_of(api, actor, repository)

    async def context_of(self, message: IncomingMessage) -> JobContext:
        """The message with what surrounds it, fetched now."""
        own = await self.me()
        async with self._client.calling(f"reading {message.thread.name}") as api:
            return await context.gather(api, message, own.id, self._client.api_url)

    async def react(self, thread: Thread, kind: MessageKind, target_id: str, reaction: str) -> None:
        """Put the reaction on that very object."""
        async with self._client.calling(f"reacting on {thread.name}") as api:
            await conversation.react(api, thread, kind, target_id, reaction)

    async def post(self, thread: Thread, body: str) -> Posted:
        """Say it in the thread."""
        async with self._client.calling(f"commenting on {thread.name}") as api:
            return await conversation.post(api, thread, body)

    async def edit(self, thread: Thread, message_id: str, body: str) -> Posted:
        """Replace what one of our messages says."""
        async with self._client.calling(f"editing a comment on {thread.name}") as api:
            return await conversation.edit(api, thread, message_id, body)

    async def find(self, thread: Thread, marker: str) -> Sequence[Posted]:
        """Our messages with that marker, oldest first."""
        own = await self.me()
        async with self._client.calling(f"looking for our comment on {thread.name}") as api:
            return await conversation.find(api, thread, own.id, marker)

    async def delete(self, thread: Thread, message_id: str) -> None:
        """Take one of our messages back."""
        async with self._client.calling(f"deleting a comment on {thread.name}") as api:
            await conversation.delete(api, thread, message_id)

    async def close(self) -> None:
        """Let go of the threads and connections."""
        if self._sign_in is not None:
            await self._sign_in.close()
        await self._client.close()


def _account(found: Any) -> Actor:
    return Actor(
        id=str(int(found["id"])),
        login=found["login"],
        display_name=found.get("name") or "",
        is_bot=found.get("type") == "Bot",
    )
