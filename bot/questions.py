"""Asking back what is missing: the repository, or a linked account. The request is kept and goes on when it is there.

The question is for its author alone. Their answer wakes the delivery that brought the request: it is looked at again
from its beginning, with the rights its author has by then, and finds the answer. So a restart forgets nothing, a second
answer does nothing, and no request runs twice.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot import linking, profiles, prompts, replies
from bot.command import Said, address_in
from bot.errors import Refused
from bot.linking import Invitation
from bot.places import NoLink, NoRepository, account_of, pending_key
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import Addressed
from models.base import now
from models.command import Command
from models.delivery import Disposition
from models.message import Actor
from models.pending import Pending, PendingKind
from models.picker import Picker

WHICH = "Which repository is `{line}` about?"
PLACEHOLDER = "owner/name"
REMEMBER = "remember it for this channel"
DISMISS = "Never mind"
TAKEN = "asked already, by delivery {first}"
DONE = "done, or taken back, before"
ASKED_REPOSITORY = "asked which repository is meant"
ASKED_LINK = "asked to link an account"
ASKED_FOR = timedelta(days=1)
LINE_CHARACTERS = 80
NO_WAY_TO_ASK = "I don't know which repository is meant. Name it: `{address} {verb} repo=owner/name`"


@dataclass(frozen=True)
class Question:
    """A request that waits, and what its author is asked."""

    pending: Pending
    body: str = ""
    invitation: Invitation | None = None


async def about(
    services: Services, found: Addressed, command: Command, missing: NoLink | NoRepository
) -> Question:
    """What to ask `found`'s author. Raises Refused where nobody can be asked alone."""
    message, actor = found.message, found.message.actor
    chat = services.chat_of(message.thread)
    if chat is None or actor is None:
        address = address_in(message.thread, services.settings.name)
        raise Refused(NO_WAY_TO_ASK.format(address=address, verb=command.name))
    kind = PendingKind.LINK if isinstance(missing, NoLink) else PendingKind.REPOSITORY
    pending = _pending(found, command, actor, kind)
    if isinstance(missing, NoLink):
        named = await profiles.known(services, message.thread, actor)
        return Question(pending, invitation=linking.invite(services, message, named))
    services.directory.refresh(missing.forge, missing.actor)
    picker = Picker(
        id=pending.id,
        question=WHICH.format(line=pending.line.replace("`", "'")),
        placeholder=PLACEHOLDER,
        remember="" if message.is_direct else REMEMBER,
        dismiss=DISMISS,
    )
    return Question(pending, body=chat.render_picker(picker))


def _pending(found: Addressed, command: Command, actor: Actor, kind: PendingKind) -> Pending:
    message, moment = found.message, now()
    return Pending(
        id=secrets.token_hex(8),
        key=pending_key(message, command.index, kind),
        kind=kind,
        asker=account_of(message, actor),
        thread=message.thread,
        line=command.line[:LINE_CHARACTERS],
        delivery_id=found.delivery.id,
        created_at=moment,
        expires_at=moment + ASKED_FOR,
    )


async def ask(work: UnitOfWork, found: Addressed, question: Question) -> Said:
    """Keep the request and ask its author. Once: the twin of a delivery asks nothing."""
    pending = question.pending
    if await work.keys.holder(pending.key.rpartition(":")[0]) is not None:
        return Said(disposition=Disposition.DUPLICATE, detail=DONE)
    kept = await work.pending.put(pending)
    if kept.id != pending.id and kept.delivery_id != found.delivery.id:
        return Said(disposition=Disposition.DUPLICATE, detail=TAKEN.format(first=kept.delivery_id))
    if kept.id == pending.id:
        key, text = await _told(work, pending, question.invitation)
        await replies.whisper(work, found, key, question.body, text)
    if pending.kind is PendingKind.LINK:
        return Said(disposition=Disposition.WAITING_LINK, detail=ASKED_LINK)
    return Said(disposition=Disposition.WAITING_REPOSITORY, detail=ASKED_REPOSITORY)


async def _told(work: UnitOfWork, pending: Pending, invitation: Invitation | None) -> tuple[str, str]:
    """The message's key and words. One prompt at a time: what somebody was told before stays good, and what they ask
    for meanwhile waits with it.
    """
    if invitation is None:
        return prompts.of_request(pending), ""
    if await work.people.offer_once(invitation.kept):
        await prompts.settle_codes(work, invitation.kept.account, prompts.NEWER)
        return prompts.of_code(invitation.kept), invitation.text
    return prompts.of_request(pending), invitation.again
