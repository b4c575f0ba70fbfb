"""What is asked for without typing a line to the bot: a message handed to it, or a dialog filled in.

A message that is handed over may be somebody else's. So its words are a request, never a command: nobody else's
"cancel" is obeyed with the rights of whoever handed it over.
"""

from __future__ import annotations

from bot import grammar
from bot.chat import CALLBACK, TEXT
from bot.grammar import Parsed
from models.command import Address, Command, Names, Vocabulary
from models.message import IncomingMessage, MessageKind

VERBS = frozenset({"fix", "ask", "new"})  # what takes words, by the last part of the shortcut's name
USUAL = "fix"


def read(message: IncomingMessage, names: Names, verbs: Vocabulary) -> Parsed:
    """What is asked for by a shortcut or a dialog; nothing for any other message. Pure."""
    if message.kind is MessageKind.FORM and message.fields.get(TEXT, "").strip():
        # Whoever fills in a dialog talks to nobody else, so it reads like what is said to the bot alone.
        said = message.model_copy(update={"message": message.fields[TEXT], "is_direct": True})
        return grammar.parse(said, names, verbs)
    if _is_handed_over(message):
        return Parsed((_request(message),))
    return Parsed()


def opens_dialog(message: IncomingMessage) -> bool:
    """Whether somebody asks for the dialog: by a shortcut that stands on no message."""
    return _is_shortcut(message) and not message.subject_id


def verb_of(message: IncomingMessage) -> str:
    """The verb a shortcut's name ends with: `bellhop:ask`."""
    verb = message.fields.get(CALLBACK, "").rpartition(":")[2]
    return verb if verb in VERBS else USUAL


def _is_handed_over(message: IncomingMessage) -> bool:
    return _is_shortcut(message) and bool(message.subject_id)


def _is_shortcut(message: IncomingMessage) -> bool:
    return message.kind is MessageKind.ACTION and CALLBACK in message.fields and not message.text


def _request(message: IncomingMessage) -> Command:
    text = message.description.strip()
    line = text.partition("\n")[0]
    return Command(name=verb_of(message), address=Address.MENTION, text=text, line=line, is_free_text=False)
