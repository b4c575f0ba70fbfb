"""What a chat offers besides being a platform: words for one person alone, choices, dialogs, pages, files.

Every method that calls out is bounded by the platform's own timeout and raises `IntegrationError` or a child of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.platform import Answer, Posted
from models.base import Noun
from models.card import Card
from models.delivery import WebhookRequest
from models.identity import Account
from models.message import Actor, Attachment, Thread
from models.picker import Choice, Dialog, Page, Picker

# The names in `IncomingMessage.fields` of an answer to a picker: which picker (`Picker.id`), what was chosen
# (`Choice.value`), "yes" where the tick to remember it was set, and "yes" where the request was taken back instead.
# Such a message is an ACTION without a text.
PICKER, CHOICE, REMEMBER, DISMISS = "picker", "choice", "remember", "dismiss"
# And of a dialog that was filled in: which (`Dialog.id`), and the text.
DIALOG, TEXT = "dialog", "text"
# Of a shortcut that was used: which (its last part, behind a colon, is the verb it stands for). On a message, that
# message's id is the `subject_id`, and its words are the `description`.
CALLBACK = "callback"
# And of an EVENT that somebody looks at the bot's own page: which part of it.
TAB, HOME = "tab", "home"


class Suggestion(Noun):
    """A choice that is being typed: what for, by whom, and how it begins. `owner` is set in a menu of a person's own
    page, which is no question and waits for nothing.
    """

    picker_id: str
    actor: Actor
    typed: str = ""
    owner: Account | None = None


class Enclosure(Noun):
    """A text that leaves as a file. `words` (our own Markdown) are said with it.

    `name` is found again after a crash, so no two files of ours have the same; people see the `title`.
    """

    name: str
    title: str
    content: str
    words: str = ""


class Rest(Noun):
    """What does not fit into a card's message: more of its words, in order; whether it shows all of its output."""

    parts: tuple[str, ...] = ()
    hides_output: bool = False


class Chat(Protocol):
    """A platform on which people talk with each other, and with the bot alone."""

    def probe(self, query: Mapping[str, str]) -> Answer | None:
        """What to answer a GET at the door that has this query: the platform's own test whether somebody is there.

        Nobody is verified, so nothing is told and nothing kept. None for any other. Pure.
        """

    def suggestion(self, request: WebhookRequest) -> Suggestion | None:
        """The choice being typed when the request asks for what to offer; None for any other. Pure.

        `picker_id` is "" when it is no question of ours: nothing is offered then, but it must be answered.
        """

    def offer(self, choices: Sequence[Choice]) -> Answer:
        """What to answer a suggestion with, within the platform's limits. Pure."""

    def render_picker(self, picker: Picker) -> str:
        """The question with its choice, for `whisper`. Pure."""

    def render_dialog(self, dialog: Dialog) -> str:
        """The dialog, for `open_dialog`. Pure."""

    def render_page(self, page: Page) -> str:
        """What `show_page` shows. Pure."""

    async def whisper(self, thread: Thread, actor_id: str, body: str, answer_url: str = "") -> str:
        """Say it so that only this person sees it: there, else in a message to them alone. The id of that message; ""
        for what only a click of theirs lets us change.

        At least once: nothing tells whether an earlier attempt was seen. `answer_url` is tried first, while it lives.
        """

    async def replace_whisper(self, thread: Thread, message_id: str, body: str, answer_url: str = "") -> bool:
        """Put `body` in the place of what only one person sees: by the id that `whisper` told, or that of a message of
        ours in which they clicked, with the `answer_url` of the click. False: it cannot be changed, or is gone.
        """

    async def show_page(self, actor_id: str, body: str) -> None:
        """Show `body` as this person's page of the bot."""

    async def open_dialog(self, trigger_id: str, dialog: str) -> None:
        """Raises NotFoundError when the seconds for that are over."""

    def parts(self, text: str, most: int) -> Sequence[str]:
        """Our own Markdown in messages that are each within the platform's limits. Pure.

        No more than `most`: so many may not be all of it.
        """

    def rest_of(self, card: Card, most: int) -> Rest:
        """What `render_card` leaves out of the card's words and output; no more than `most` parts. Pure."""

    async def upload(self, thread: Thread, file: Enclosure) -> Posted:
        """Put a file into the thread. Not repeatable: a `NetworkError` leaves open whether it is there.

        Raises Refused, with the reason for people, where no file of ours is ever taken.
        """

    async def uploaded(self, thread: Thread, name: str) -> Posted | None:
        """Our file of that name in the thread, if it is there."""

    async def fetch(self, file: Attachment, most_bytes: int) -> bytes:
        """The file's content. Raises Refused for one that is larger, or not on the platform's own hosts."""

    async def look_up(self, thread: Thread) -> Thread:
        """The thread with its room's name and who can read it now (`is_private`, `is_external`), at most some seconds
        old; as it was when the platform does not tell. Never raises.
        """

    async def profile(self, actor: Actor) -> Actor:
        """`actor` with what the platform knows: names, address where it may be told, whether it is a program."""

    async def is_member(self, actor: Actor) -> bool:
        """Whether this person is a full member of our workspace now: no guest, no stranger, not deactivated."""
