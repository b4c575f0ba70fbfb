"""Joining accounts: somebody on a chat is told, alone, a code and a link, and uses one of them as the same person on
the forge: the code in a comment there, the link by signing in there.

Whoever shows the code proves to have both accounts: only the chat account saw it, and only the forge account can write
as itself. A link can be passed on, so behind it both accounts are shown before they are joined (`bot/visits.py`). Both
are used once, and for a short time; only their digests are kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import homepage, phrases, prompts, tickets
from bot.command import address_in
from bot.places import account_of
from bot.ports import UnitOfWork
from bot.services import Services
from models.base import now
from models.identity import Account, Linking
from models.message import Actor, IncomingMessage, Thread, ThreadKind
from models.outbox import OutboxKind, OutboxRow
from models.pending import Pending, PendingKind

CODE_FOR = timedelta(minutes=15)
# Base 32 without letters that are misread: 10 of them are 50 bits, tried through comments that name their author.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 10
UNKNOWN = "I don't know yet who you are on {forge}, and I act with your own rights there. "
ALREADY = "You are @{login} on {forge} already; this links you anew. "
BY_CODE = (
    "Write this as a comment on any issue of a repository I watch, within {minutes} minutes:\n\n"
    "```\n/{name} link {code}\n```\n\n"
    "It works once and only for you; what you asked for goes on by itself then. `{address} help`"
)
BY_LINK = (
    "[Sign in there]({url}) within {minutes} minutes, or write this as a comment on any issue of a repository I "
    "watch:\n\n"
    "```\n/{name} link {code}\n```\n\n"
    "Either works once and only for you, so pass none of them on; what you asked for goes on by itself then. "
    "`{address} help`"
)
AGAIN = (
    "That waits too until I know who you are on {forge}: use what I told you before. If you cannot find it, "
    "`{address} link` tells you anew."
)
JOINED = "You are @{login} on {forge} now.{more} Was that not you? `{address} unlink`"
GOES_ON = " What you asked for goes on."
DISPLACED = (
    "@{login} on {forge} was linked with you here, and is linked with {other} instead now. If both are not yours, "
    "somebody else acts as @{login}: take it back with `/{name} link`."
)


@dataclass(frozen=True)
class Invitation:
    """`text` is told to one person alone, `again` instead while they have one that is good; `kept` is what is kept."""

    kept: Linking
    text: str
    again: str


def invite(
    services: Services, message: IncomingMessage, actor: Actor, linked: Actor | None = None
) -> Invitation:
    """A code, and a link where signing in is set up, for the author of `message`, who may be `linked` already."""
    code, token = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS)), tickets.make()
    name, forge, is_open = services.settings.name, services.forge().name, services.sign_in() is not None
    told = {"forge": forge, "name": name, "address": address_in(message.thread, name)}
    opening = ALREADY.format(login=linked.login, forge=forge) if linked else UNKNOWN.format(**told)
    url = f"{services.settings.public_url}/link/{token}"
    minutes = round(CODE_FOR.total_seconds() / 60)
    text = opening + (BY_LINK if is_open else BY_CODE).format(**told, url=url, code=code, minutes=minutes)
    moment = now()
    kept = Linking(
        digest=digest(code),
        account=account_of(message, actor),
        door=tickets.digest(token) if is_open else "",
        thread=message.thread,
        created_at=moment,
        expires_at=moment + CODE_FOR,
    )
    return Invitation(kept, text, AGAIN.format(**told))


def digest(code: str) -> str:
    """By which a code is found, however it was typed: case and dashes do not count."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


async def show(work: UnitOfWork, message: IncomingMessage, invitation: Invitation, text: str) -> None:
    """Tell the author of `message` alone; once the code is good no more, something else stands there."""
    kept, url = invitation.kept, message.answer_url
    await _whisper(work, message.thread, kept.account, prompts.of_code(kept), text, answer_url=url)


async def join(work: UnitOfWork, services: Services, used: Linking, own: Account) -> Sequence[Pending]:
    """Both accounts belong to one person now, and what waited for that goes on, once; which that is, in its order."""
    displaced = await rivals(work, used.account, own)
    await work.people.link(used.account, own)
    waiting = await work.pending.waiting(used.account, PendingKind.LINK)
    for each in waiting:
        await work.pending.answer(each.id, own.id)
    await work.deliveries.resume([each.delivery_id for each in waiting])
    await prompts.settle_link(work, used.account, own, waiting)
    await work.outbox.want_again(homepage.key_of(used.account), homepage.OPEN_SECONDS)
    told = {"login": own.login, "forge": own.platform, "name": services.settings.name}
    text = DISPLACED.format(other=phrases.named(used.account.login or used.account.id), **told)
    if used.thread is not None:
        # Not in somebody else's conversation with us: who cannot be told alone there is told in one of their own.
        place = used.thread.model_copy(update={"kind": ThreadKind.CHANNEL, "root": ""})
        for rival in displaced:
            await _whisper(work, place, rival, f"displaced:{used.digest}:{rival.id}", text)
    return waiting


async def rivals(work: UnitOfWork, account: Account, own: Account) -> list[Account]:
    """Who is linked with `own` where `account` is, and would be no more."""
    beside = [each for each in await work.people.partners(own) if each.key[:3] == account.key[:3]]
    return [each for each in beside if each.key != account.key]


async def tell(work: UnitOfWork, services: Services, used: Linking, own: Account, *, goes_on: bool) -> None:
    """Say on the chat, to that person alone, as whom they are known from now on."""
    if used.thread is None:
        return
    address = address_in(used.thread, services.settings.name)
    text = JOINED.format(
        login=own.login, forge=own.platform, more=GOES_ON if goes_on else "", address=address
    )
    await _whisper(work, used.thread, used.account, f"joined:{used.digest}", text)


async def _whisper(
    work: UnitOfWork, thread: Thread, account: Account, key: str, text: str, *, answer_url: str = ""
) -> None:
    moment = now()
    await work.outbox.put(
        OutboxRow(
            key=key,
            kind=OutboxKind.REPLY,
            platform=account.platform,
            integration=account.integration,
            thread=thread,
            text=text,
            audience=account.id,
            answer_url=answer_url,
            due_at=moment,
            created_at=moment,
        )
    )
