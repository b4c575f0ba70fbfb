"""A first look at a delivery, without asking anybody: does it concern the bot at all?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import grammar, shortcuts
from bot.chat import PICKER
from bot.commands import VOCABULARY
from bot.errors import BellhopError
from bot.platform import Ignored, Platform
from bot.services import Services
from models.command import Command, Names, Unknown
from models.delivery import Delivery, Disposition, Outcome
from models.message import IncomingMessage, MessageKind

MARKER_BEGINS = "<!-- bellhop:"
NOT_ADDRESSED = "no line of it addresses {name}"
MOVED = "moved here from another place: it was said there"
EDITED = "an edit that does not add the first mention"
OWN = "{name} said it"
OWN_MARK = "it carries {name}'s own mark"
BOT = "{login} is a program, and programs are not obeyed"
NOBODY = "the account that wrote it is gone"
UNREADABLE = "reading it: {error}"
UNSURE = frozenset(
    {Disposition.IGNORED_NOT_ADDRESSED, Disposition.IGNORED_EDITED}
)  # by a name not known yet?


@dataclass(frozen=True)
class Addressed:
    """A delivery that needs more than a look. Without `commands` it is an event, or perhaps a follow-up.

    Not sure: nobody knew yet who we are, so it may be our own, or call us by a name that is not known.
    """

    delivery: Delivery
    message: IncomingMessage
    commands: tuple[Command | Unknown, ...] = ()
    is_truncated: bool = False
    is_sure: bool = True


def look(
    services: Services, platform: Platform, delivery: Delivery, *, is_final: bool = False
) -> Outcome | Addressed:
    """Its outcome when it concerns nobody, else what was understood. Pure."""
    try:
        message = platform.normalize(delivery)
    except BellhopError as error:
        return outcome_of(delivery, None, Disposition.ERROR_NORMALIZE, UNREADABLE.format(error=error))
    except Exception as error:  # noqa: BLE001 - a parser's defect loses nothing: the raw bytes are kept, replay is one command
        return outcome_of(
            delivery, None, Disposition.ERROR_NORMALIZE, UNREADABLE.format(error=type(error).__name__)
        )
    if isinstance(message, Ignored):
        return outcome_of(delivery, None, message.disposition, message.detail)
    return read(services, platform, delivery, message, is_final=is_final)


def read(
    services: Services,
    platform: Platform,
    delivery: Delivery,
    message: IncomingMessage,
    *,
    is_final: bool = False,
) -> Outcome | Addressed:
    """What its message asks for, as far as it is known who we are. Pure.

    `is_final`: nobody will ask who we are, so what may be our own words is taken for somebody else's.
    """
    found = _read(services, platform, delivery, message)
    if platform.own_id or is_final:
        return found
    if isinstance(found, Addressed):
        return replace(found, is_sure=False)
    may_name_us = found.disposition in UNSURE and "@" in message.text
    return Addressed(delivery, message, is_sure=False) if may_name_us else found


def _read(
    services: Services, platform: Platform, delivery: Delivery, message: IncomingMessage
) -> Outcome | Addressed:
    name = services.settings.name
    if (refusal := _from_nobody(message, name, platform.own_id)) is not None:
        return outcome_of(delivery, message, *refusal)
    if message.kind is MessageKind.EVENT or message.is_deleted or PICKER in message.fields:
        return Addressed(delivery, message)
    names = names_of(name, platform.own_login)
    asked = shortcuts.read(message, names, VOCABULARY)
    if asked.commands or shortcuts.opens_dialog(message):
        return Addressed(delivery, message, asked.commands, asked.is_truncated)
    if not message.is_created and not grammar.added(message.previous_text, message.text, names, VOCABULARY):
        return outcome_of(delivery, message, Disposition.IGNORED_EDITED, EDITED)
    parsed = grammar.parse(message, names, VOCABULARY)
    if parsed.commands and message.is_moved:
        return outcome_of(delivery, message, Disposition.IGNORED_EVENT, MOVED)
    if parsed.commands:
        return Addressed(delivery, message, parsed.commands, parsed.is_truncated)
    if message.is_created and (message.kind is MessageKind.INLINE or is_in_chat_thread(message)):
        return Addressed(delivery, message)  # on our own pull request, below our own card, it is a follow-up
    return outcome_of(delivery, message, Disposition.IGNORED_NOT_ADDRESSED, NOT_ADDRESSED.format(name=name))


def is_in_chat_thread(message: IncomingMessage) -> bool:
    """Said below another message of a chat."""
    thread = message.thread
    return message.kind is MessageKind.COMMENT and bool(thread.channel) and thread.root != message.comment_id


def names_of(name: str, login: str) -> Names:
    """By which names the bot is called: its configured one, and its account's."""
    logins = {login, login.removesuffix("[bot]")} - {""}
    return Names(mention=frozenset({name.lower(), *(each.lower() for each in logins)}), slash=name.lower())


def _from_nobody(message: IncomingMessage, name: str, own_id: str) -> tuple[Disposition, str] | None:
    """The bot itself, other programs and the gone are never obeyed: that is what makes it loop-proof."""
    actor = message.actor
    if actor is None:
        return Disposition.IGNORED_NO_ACTOR, NOBODY
    # Whoever closes or deletes takes something back; programs may.
    is_event = message.kind is MessageKind.EVENT or message.is_deleted
    # By its number: a login is renamed, and registered again by somebody else.
    if own_id and actor.id == own_id:
        return Disposition.IGNORED_SELF, OWN.format(name=name)
    if MARKER_BEGINS in message.text and not is_event:
        return Disposition.IGNORED_SELF, OWN_MARK.format(name=name)
    if actor.is_bot and not is_event:
        return Disposition.IGNORED_BOT, BOT.format(login=actor.login)
    return None


def outcome_of(
    delivery: Delivery, message: IncomingMessage | None, disposition: Disposition, detail: str
) -> Outcome:
    """The delivery's end, with what its message said of itself."""
    said = told_by(message) if message else {}
    return Outcome(delivery_id=delivery.id, disposition=disposition, detail=detail, **said)


def told_by(message: IncomingMessage) -> dict[str, str]:
    """What a message says of itself, for its delivery's row."""
    return {
        "actor_id": message.actor.id if message.actor else "",
        "thread": message.thread.key,
        "comment_id": message.comment_id,
        "url": message.url,
    }
