"""A chat in memory beside a forge in memory: people say things in channels, and the bot answers some of it alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import orjson

from bot import inbox
from bot.chat import CHOICE, PICKER, Enclosure, Rest, Suggestion
from bot.courier import Courier
from bot.errors import Refused
from bot.platform import Answer, Posted
from bot.router import Dispatcher
from bot.splitting import split
from models.card import Card
from models.delivery import Disposition, WebhookRequest
from models.identity import Account, Role
from models.message import Actor, Attachment, IncomingMessage, MessageKind, Thread, ThreadKind
from models.picker import Choice, Dialog, Page, Picker
from models.source import SourceType
from tests.fakes.platform import SECRET, FakeHome, said
from tests.fakes.services import Bench

_ids = itertools.count(1)
LONGEST = 4000
CLICK = "https://hooks.test/click/"
NAMES = {"U1": "ada", "U2": "bo", "U3": "cy"}


@dataclass
class Whisper:
    """Said to one person alone."""

    thread: Thread
    audience: str
    text: str
    answer_url: str = ""


class FakeChat(FakeHome):
    """Implements `Chat` besides."""

    name = "slack"

    def __init__(self) -> None:
        super().__init__()
        self.whispers: list[Whisper] = []
        self.pages: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.guests: set[str] = set()
        self.dialogs: list[str] = []
        self.names: dict[str, str] = {}
        self.uploads: list[tuple[Thread, Enclosure]] = []
        self.refuses_files = False
        self.looked_up: list[Thread] = []
        self.externals: set[str] = set()

    def probe(self, query: Mapping[str, str]) -> Answer | None:
        return Answer() if "probe" in query else None

    def suggestion(self, request: WebhookRequest) -> Suggestion | None:
        if request.header("x-event") != "suggestion":
            return None
        return Suggestion.model_validate_json(request.body)

    def offer(self, choices: Sequence[Choice]) -> Answer:
        return Answer(body=orjson.dumps([choice.value for choice in choices]))

    def render_picker(self, picker: Picker) -> str:
        return picker.model_dump_json()

    def render_page(self, page: Page) -> str:
        return page.model_dump_json()

    async def role_of(self, actor: Actor, repository: str) -> Role:
        raise AssertionError("a chat has no repositories")

    async def whisper(self, thread: Thread, actor_id: str, body: str, answer_url: str = "") -> str:
        self._enter("whisper")
        self.whispers.append(Whisper(thread, actor_id, body, answer_url))
        return str(len(self.whispers) - 1) if thread.kind is ThreadKind.DIRECT else ""

    async def replace_whisper(self, thread: Thread, message_id: str, body: str, answer_url: str = "") -> bool:
        """By a click's address, whose last part is the number of the whisper that is clicked in; else by its id."""
        self._enter("replace_whisper")
        number = answer_url.removeprefix(CLICK) if answer_url.startswith(CLICK) else message_id
        if not number.isdigit() or int(number) >= len(self.whispers):
            return False
        self.whispers[int(number)].text = body
        return True

    async def show_page(self, actor_id: str, body: str) -> None:
        self.pages[actor_id] = body

    def render_dialog(self, dialog: Dialog) -> str:
        return dialog.model_dump_json()

    async def open_dialog(self, trigger_id: str, dialog: str) -> None:
        self._enter("open_dialog")
        self.dialogs.append(dialog)

    async def fetch(self, file: Attachment, most_bytes: int) -> bytes:
        self._enter("fetch")
        self.fetched.append(file.id)
        content = self.contents.get(file.id, b"")
        if len(content) > most_bytes:
            raise Refused(f"{file.name} is larger than {most_bytes} bytes")
        return content

    def parts(self, text: str, most: int) -> Sequence[str]:
        return [part.text for part in split(text, repeat(LONGEST), most=most)]

    def rest_of(self, card: Card, most: int) -> Rest:
        parts = self.parts(card.body, most + 1)[1:]
        return Rest(parts=tuple(parts), hides_output=len(card.details) > LONGEST)

    def render_card(self, card: Card) -> str:
        first = [*self.parts(card.body, 1), ""][0]
        return super().render_card(card.model_copy(update={"body": first}))

    async def upload(self, thread: Thread, file: Enclosure) -> Posted:
        self._enter("upload")
        if self.refuses_files:
            raise Refused("uploading a file: files are not taken here")
        self.uploads.append((thread, file))
        self._leave("upload")
        return Posted(id=f"F{len(self.uploads)}")

    async def uploaded(self, thread: Thread, name: str) -> Posted | None:
        self._enter("uploaded")
        there = (file for place, file in self.uploads if place.key == thread.key)
        return next((Posted(id=file.name) for file in there if file.name == name), None)

    async def profile(self, actor: Actor) -> Actor:
        self._enter("profile")
        name = self.names.get(actor.id, "")
        return actor.model_copy(update={"display_name": name}) if name else actor

    async def look_up(self, thread: Thread) -> Thread:
        self.looked_up.append(thread)
        return thread.model_copy(update={"is_external": thread.channel in self.externals})

    async def is_member(self, actor: Actor) -> bool:
        return actor.id not in self.guests


def channel(root: str = "", name: str = "C1", kind: ThreadKind = ThreadKind.CHANNEL) -> Thread:
    """A thread in a channel."""
    return Thread(source=SourceType.SLACK, workspace="T1", channel=name, root=root, kind=kind)


class ChatBench(Bench):
    """A bot on a chat and a forge."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.chat = FakeChat()
        self.forge = self.platform
        platforms = {("github", "default"): self.forge, ("slack", "default"): self.chat}
        self.services = replace(self.services, platforms=platforms)
        self.dispatchers = [Dispatcher(self.services, each, self._report) for each in platforms.values()]
        self.couriers = [Courier(self.services, each) for each in platforms.values()]

    async def say(self, text: str, *, user: str = "U1", thread: Thread | None = None, **fields: Any) -> str:
        """In a channel, or below another message. Returns its id."""
        ts = f"{next(_ids)}.0001"
        message = IncomingMessage(
            source=SourceType.SLACK,
            message=text,
            kind=fields.pop("kind", MessageKind.COMMENT),
            event="message",
            actor=Actor(id=user, login=NAMES.get(user, user), display_name=NAMES.get(user, user).title()),
            thread=thread or channel(ts),
            comment_id=fields.pop("comment_id", ts),
            **fields,
        )
        await self._deliver("slack", message.model_dump_json().encode())
        return ts

    async def choose(self, picker_id: str, value: str, *, user: str = "U1", **fields: str) -> None:
        """Click a choice."""
        await self.click({PICKER: picker_id, CHOICE: value, **fields}, user=user)

    async def click(self, fields: dict[str, str], *, user: str = "U1", thread: Thread | None = None) -> None:
        """Click in the whisper that asked so."""
        asked = [number for number, each in enumerate(self.whispers) if fields[PICKER] in each.text]
        url = f"{CLICK}{asked[0]}" if asked else "https://hooks.test/1"
        given = {"kind": MessageKind.ACTION, "fields": fields, "answer_url": url, "subject_id": "q"}
        await self.say("", user=user, thread=thread or channel(), **given)

    async def type_ahead(
        self, picker_id: str, typed: str, *, user: str = "U1", owner: Account | None = None
    ) -> list[str]:
        """What is offered to somebody who types."""
        asked = Suggestion(picker_id=picker_id, actor=Actor(id=user, login=user), typed=typed, owner=owner)
        answer = await self.receive_from("slack", asked.model_dump_json().encode(), event="suggestion")
        return list(orjson.loads(answer.body))

    async def comment(self, text: str, *, login: str = "ada", **fields: Any) -> None:
        """On the forge's issue 42."""
        numbers = {"ada": "101", "bo": "102"}
        actor = fields.pop("actor", None) or Actor(id=numbers[login], login=login)
        await self._deliver("github", said(text, actor=actor, comment_id=str(next(_ids)), **fields))

    async def link(self, user: str = "U1", login: str = "ada", number: str = "101") -> None:
        """As after `link`."""
        chat = Account(platform="slack", workspace="T1", id=user, login=NAMES.get(user, user))
        async with self.storage.begin() as work:
            await work.people.link(chat, Account(platform="github", id=number, login=login))

    async def account_of(self, user: str) -> str:
        """The forge's account of somebody on the chat; "" for none."""
        async with self.storage.read() as work:
            chat = Account(platform="slack", workspace="T1", id=user)
            found = await work.people.partner(chat, "github", "default")
        return found.id if found else ""

    async def _deliver(self, platform: str, body: bytes) -> None:
        await self.receive_from(platform, body)
        await self.dispatch()
        await self.deliver_answers()

    async def receive_from(self, platform: str, body: bytes, event: str = "message") -> Answer:
        """One request at the door."""
        headers = {"x-secret": SECRET, "x-delivery": f"c{next(_ids)}", "x-event": event}
        return await inbox.receive(self.services, platform, WebhookRequest(headers=headers, body=body))

    async def dispatch(self) -> None:
        """Work on everything that is due, answers included."""
        for dispatcher in self.dispatchers:
            await dispatcher.step()
            await dispatcher.close()

    async def deliver_answers(self) -> None:
        """Send what is due until nothing is."""
        for courier in self.couriers:
            while await courier.step():
                await courier.close()

    async def dispositions(self) -> list[Disposition | None]:
        """Of the chat's deliveries, oldest first."""
        return [each.disposition for each in reversed(await self.deliveries()) if each.platform == "slack"]

    @property
    def whispers(self) -> list[Whisper]:
        """What one person alone was told."""
        return self.chat.whispers

    @property
    def posts(self) -> list[str]:
        """What everybody in the chat can read."""
        return [each.body for each in self.chat.comments]

    @property
    def comments(self) -> list[str]:
        """What the bot said on the forge."""
        return [each.body for each in self.forge.comments]
