"""Slack behind the `Platform` port: each method says what it does, the modules beside it do it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from adapters.platforms.slack import context, conversation, lengths, webhook
from adapters.platforms.slack.chat import SlackChat
from adapters.platforms.slack.client import Client, Reach
from adapters.platforms.slack.normalize import normalize
from adapters.platforms.slack.settings import SlackSettings
from adapters.platforms.slack.sockets import Sockets
from bot.flights import Failed
from bot.listening import Take
from bot.platform import Answer, Envelope, Ignored, Posted
from models.card import Card
from models.delivery import Delivery, WebhookRequest
from models.identity import Role
from models.job import JobContext
from models.message import Actor, IncomingMessage, MessageKind, Thread

# chat.update is of tier 3, "50+ per minute", for all cards together.
# https://docs.slack.dev/apis/web-api/rate-limits
PACE_SECONDS = 3.0
NAME = "bellhop"


class Slack(SlackChat):
    """One workspace, or one organization of Enterprise Grid."""

    name = "slack"
    pace_seconds = PACE_SECONDS

    def __init__(
        self,
        settings: SlackSettings,
        *,
        bot_name: str = NAME,
        integration: str = "default",
        http_proxy: str = "",
        ca_bundle: str = "",
    ) -> None:
        reach = Reach(
            settings.slack_api_url,
            settings.integration_timeout,
            settings.max_retry_attempts,
            http_proxy,
            ca_bundle,
        )
        super().__init__(Client(reach, settings.token, bot_name), settings, bot_name)
        self.integration = integration
        self.call_timeout_seconds = settings.integration_timeout
        self._me: Actor | None = None
        self._recalled: Actor | None = None
        self._asking = asyncio.Lock()

    @property
    def secrets(self) -> Sequence[str]:
        """The tokens, the signing secret, the client's secret."""
        return self._settings.secrets

    @property
    def own_id(self) -> str:
        """The id of our bot user; "" before `me` first answered, unless it was recalled."""
        known = self._me or self._recalled
        return known.id if known else ""

    @property
    def own_login(self) -> str:
        """The name of our bot user; known and unknown as its id is."""
        known = self._me or self._recalled
        return known.login if known else ""

    @property
    def is_introduced(self) -> bool:
        """Whether Slack told this process who the bot is."""
        return self._me is not None

    def recall(self, account: Actor) -> None:
        """Who the bot was when Slack last told."""
        self._recalled = account
        self._own = replace(self._own, user_id=account.id)

    def listen(self, take: Take, failed: Failed | None = None) -> Sockets | None:
        """Socket Mode, where an app-level token is given."""
        token = self._settings.app_token
        return Sockets(self._client, token, take, failed) if token else None

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless Slack signed it within the last five minutes."""
        webhook.verify(self._settings.signing_secret, request)

    def envelope(self, request: WebhookRequest) -> Envelope:
        """Raise PayloadError or UnsupportedMedia unless it is a delivery."""
        return webhook.envelope(request)

    def handshake(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        """Nothing, and 200: whatever else is answered is shown to people."""
        return webhook.handshake(envelope)

    def immediate(self, request: WebhookRequest, envelope: Envelope) -> Answer | None:
        """The challenge and the check of the certificate."""
        return webhook.immediate(request, envelope)

    def normalize(self, delivery: Delivery) -> IncomingMessage | Ignored:
        """The message in it. Raises PayloadError."""
        return normalize(delivery, self._own)

    def render_card(self, card: Card) -> str:
        """The card as Block Kit."""
        return self._markup.card(lengths.fitted(self._markup, card, 1)[0])

    def render_reply(self, text: str, marker: str) -> str:
        """The reply as Block Kit."""
        return self._markup.reply(text, marker)

    async def me(self) -> Actor:
        """The token's bot user. https://docs.slack.dev/reference/methods/auth.test"""
        async with self._asking:
            if self._me is None:
                self._me = await self._introduce()
            return self._me

    async def role_of(self, actor: Actor, repository: str) -> Role:
        """NONE: Slack has no repositories. What somebody may do is asked where the repository is."""
        return Role.NONE

    async def context_of(self, message: IncomingMessage) -> JobContext:
        """The message with its thread, fetched now."""
        await self.me()
        async with self._client.calling(f"reading {message.thread.name}") as api:
            return await context.gather(api, self._rooms, self._people, self._own, message)

    async def react(self, thread: Thread, kind: MessageKind, target_id: str, reaction: str) -> None:
        """Put the reaction on that very message."""
        async with self._client.calling(f"reacting in {thread.name}") as api:
            await conversation.react(api, thread, kind, target_id, reaction)

    async def post(self, thread: Thread, body: str) -> Posted:
        """Say it in the thread."""
        async with self._client.calling(f"posting in {thread.name}") as api:
            return await conversation.post(api, self._place(thread), body)

    async def edit(self, thread: Thread, message_id: str, body: str) -> Posted:
        """Replace what one of our messages says."""
        async with self._client.calling(f"editing a message in {thread.name}") as api:
            return await conversation.edit(api, self._place(thread), message_id, body)

    async def find(self, thread: Thread, marker: str) -> Sequence[Posted]:
        """Our messages with that marker, oldest first."""
        await self.me()
        async with self._client.calling(f"looking for our message in {thread.name}") as api:
            return await conversation.find(api, self._place(thread), marker)

    async def delete(self, thread: Thread, message_id: str) -> None:
        """Take one of our messages back."""
        async with self._client.calling(f"deleting a message in {thread.name}") as api:
            await conversation.delete(api, self._place(thread), message_id)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _introduce(self) -> Actor:
        async with self._client.calling("asking Slack who the bot is") as api:
            found = await api.get("auth_test")
            user = str(found["user_id"])
            self._own = replace(
                self._own,
                user_id=user,
                bot_id=str(found.get("bot_id") or ""),
                team_id=str(found.get("team_id") or ""),
                enterprise_id=str(found.get("enterprise_id") or ""),
                site_url=str(found.get("url") or ""),
            )
            return Actor(id=user, login=str(found["user"]), is_bot=True)
