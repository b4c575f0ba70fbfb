"""Slack behind the `Chat` port: words for one person, choices, dialogs, the App Home, files, people."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from adapters.platforms.slack import files, lengths, people, pickers, webhook, whispers
from adapters.platforms.slack.client import Client
from adapters.platforms.slack.conversation import Place, Rooms
from adapters.platforms.slack.facts import Own, answer_url
from adapters.platforms.slack.markup import Markup, spoken
from adapters.platforms.slack.people import People
from adapters.platforms.slack.settings import SlackSettings
from adapters.platforms.slack.whereabouts import Whereabouts
from bot.chat import Enclosure, Rest, Suggestion
from bot.errors import IntegrationError
from bot.platform import Answer, Posted
from bot.safety import mask
from models.card import Card
from models.delivery import WebhookRequest
from models.message import Actor, Attachment, Thread
from models.picker import Choice, Dialog, Page, Picker


class SlackChat(ABC):
    """What Slack offers besides being a platform."""

    integration: str

    def __init__(self, client: Client, settings: SlackSettings, bot_name: str) -> None:
        self._client = client
        self._settings = settings
        self._own = Own(name=bot_name, api_origin=client.reach.origin)
        self._markup = Markup(bot_name, settings.secrets)
        self._rooms = Rooms()
        self._people = People()
        self._whereabouts = Whereabouts()

    def probe(self, query: Mapping[str, str]) -> Answer | None:
        """The check of the door's certificate."""
        return webhook.probe(query)

    def suggestion(self, request: WebhookRequest) -> Suggestion | None:
        """The choice being typed. Raises PayloadError."""
        return pickers.suggestion(request, self.integration)

    def offer(self, choices: Sequence[Choice]) -> Answer:
        """The options of a select, 100 at most."""
        return pickers.offer(choices)

    def render_picker(self, picker: Picker) -> str:
        """The question as Block Kit."""
        return self._markup.question(picker)

    def render_dialog(self, dialog: Dialog) -> str:
        """The dialog as a view."""
        return self._markup.dialog(dialog)

    def render_page(self, page: Page) -> str:
        """The page as a view."""
        return self._markup.page(page)

    async def whisper(self, thread: Thread, actor_id: str, body: str, answer_url: str = "") -> str:
        """Say it so that only this person sees it. The id of a message to them alone; "" for an ephemeral one."""
        async with self._client.calling(f"whispering in {thread.name}") as api:
            if self._is_theirs(answer_url):
                root = await whispers.root_of(api, thread)
                if await whispers.answer(api, answer_url, body, replace_original=False, **root):
                    return ""
            return await whispers.whisper(api, self._place(thread), actor_id, body)

    async def replace_whisper(self, thread: Thread, message_id: str, body: str, answer_url: str = "") -> bool:
        """Put `body` in the place of what one person sees, where Slack lets us."""
        async with self._client.calling(f"replacing what one person sees in {thread.name}") as api:
            if await whispers.replace(api, self._place(thread), message_id, body):
                return True
            return (
                whispers.is_of_click(answer_url)
                and self._is_theirs(answer_url)
                and await whispers.answer(api, answer_url, body, replace_original=True)
            )

    async def show_page(self, actor_id: str, body: str) -> None:
        """Publish the App Home. https://docs.slack.dev/reference/methods/views.publish"""
        async with self._client.calling("showing a page of the App Home") as api:
            await api.post("views_publish", user_id=actor_id, view=json.loads(body))

    async def open_dialog(self, trigger_id: str, dialog: str) -> None:
        """Open a modal. https://docs.slack.dev/reference/methods/views.open"""
        async with self._client.calling("opening a dialog") as api:
            await api.post("views_open", trigger_id=trigger_id, view=json.loads(dialog))

    def parts(self, text: str, most: int) -> Sequence[str]:
        """Markdown in messages, within Slack's limits."""
        return lengths.parts(text, self._markup.secrets, most)

    def rest_of(self, card: Card, most: int) -> Rest:
        """What the card's message has no room for."""
        _, parts = lengths.fitted(self._markup, card, most)
        return Rest(parts=tuple(parts), hides_output=lengths.hides_output(card, self._markup.secrets))

    async def upload(self, thread: Thread, file: Enclosure) -> Posted:
        """Put a file into the thread. Raises Refused where Slack takes none from us."""
        words = str(spoken(self._markup.reply(file.words, ""))["text"]) if file.words else ""
        masked = file.model_copy(update={"content": mask(file.content, self._markup.secrets), "words": words})
        async with self._client.calling(f"uploading a file to {thread.name}") as api:
            return await files.upload(api, self._place(thread), masked)

    async def uploaded(self, thread: Thread, name: str) -> Posted | None:
        """Our file of that name in the thread."""
        await self.me()
        async with self._client.calling(f"looking for our file in {thread.name}") as api:
            return await files.find(api, self._place(thread), name)

    async def fetch(self, file: Attachment, most_bytes: int) -> bytes:
        """The file's content. Raises Refused."""
        async with self._client.calling(f"fetching the file {file.name}") as api:
            return await files.fetch(api, self._settings.token, file, most_bytes)

    async def look_up(self, thread: Thread) -> Thread:
        """The thread with its channel's name and who can read it; as it was when Slack does not say."""
        try:
            async with self._client.calling(f"asking Slack who reads {thread.name}") as api:
                return await self._whereabouts.of(api, self._rooms, thread)
        except IntegrationError:
            return thread

    async def profile(self, actor: Actor) -> Actor:
        """What Slack knows of them; as they were when it knows nobody of that id."""
        async with self._client.calling("asking Slack who somebody is") as api:
            found = await self._people.find(api, actor.id)
        return people.actor_of(found) if found else actor

    async def is_member(self, actor: Actor) -> bool:
        """Whether they are a full member of our workspace now."""
        await self.me()
        async with self._client.calling("asking Slack who somebody is") as api:
            found = await self._people.find(api, actor.id)
        return found is not None and people.is_member(found, self._own)

    @abstractmethod
    async def me(self) -> Actor:
        """Who the bot is."""

    def _place(self, thread: Thread) -> Place:
        return Place(thread, self._own, self._rooms)

    def _is_theirs(self, url: str) -> bool:
        return answer_url(url, self._own) != ""
