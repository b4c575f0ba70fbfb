"""What a chat shows beside messages: a question with a choice, and a person's own page."""

from __future__ import annotations

from models.base import Noun
from models.message import Thread


class Choice(Noun):
    """One thing that can be chosen. `value` comes back, `label` is read."""

    value: str
    label: str


class Picker(Noun):
    """A question that only one person sees. `id` names the request that waits for its answer.

    `remember` is the text beside the tick that keeps the choice for the whole channel; "" offers none. `dismiss` is the
    label of the button that takes the request back; "" offers none.
    """

    id: str
    question: str
    placeholder: str = ""
    remember: str = ""
    dismiss: str = ""


class Dialog(Noun):
    """A question that is answered with a text of several lines. `id` and `thread` come back with it."""

    id: str
    title: str
    question: str
    submit: str = "Go"
    placeholder: str = ""
    initial: str = ""
    thread: Thread | None = None


class Menu(Noun):
    """A choice among the repositories its reader may write to. `command` is what choosing one types, with
    `{choice}` for it.
    """

    command: str
    placeholder: str = ""


class Section(Noun):
    """A part of a page: a heading ("" goes on with what is above), our own Markdown, a menu, and commands that may be
    clicked.
    """

    title: str
    text: str = ""
    commands: tuple[str, ...] = ()
    menu: Menu | None = None


class Page(Noun):
    """A person's own page of the bot."""

    sections: tuple[Section, ...] = ()
