"""Joining accounts: a code is told to one person alone on a chat, and shown by the same person on the forge.

Whoever shows the code proves to have both accounts: only the chat account saw it, and only the forge account can write
as itself. Codes are used once, and for a short time; only their digests are kept.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from bot.command import address_in
from bot.services import Services
from models.base import now
from models.identity import Account, Linking
from models.message import IncomingMessage

CODE_FOR = timedelta(minutes=15)
# Base 32 without letters that are misread: 10 of them are 50 bits, tried through comments that name their author.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 10
PROMPT = (
    "I don't know yet who you are on {forge}, and I act with your own rights there. "
    "Write this as a comment on any issue of a repository I watch, within {minutes} minutes:\n\n"
    "```\n/{name} link {code}\n```\n\n"
    "It works once and only for you; what you asked for goes on by itself then. `{address} help`"
)


def new(account: Account) -> tuple[str, Linking]:
    """A code for `account`, in the clear, and what is kept of it."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    moment = now()
    kept = Linking(digest=digest(code), account=account, created_at=moment, expires_at=moment + CODE_FOR)
    return code, kept


def digest(code: str) -> str:
    """By which a code is found, however it was typed: case and dashes do not count."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


def prompt(services: Services, message: IncomingMessage, code: str) -> str:
    """What is told to the one person alone."""
    name = services.settings.name
    return PROMPT.format(
        forge=services.forge().name,
        minutes=round(CODE_FOR.total_seconds() / 60),
        name=name,
        code=code,
        address=address_in(message.thread, name),
    )
