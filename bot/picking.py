"""A choice being typed, and a choice made.

What is offered is what its author may write to, as far as it is known by now: it is looked up when the question is
asked, because an answer inside the response cannot wait for a platform. The right to what was chosen is looked up again
when the request goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import replies
from bot.chat import CHOICE, DISMISS, PICKER, REMEMBER, Chat, Suggestion
from bot.errors import StorageUnavailable
from bot.places import account_of
from bot.platform import Answer, Platform
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import Addressed, outcome_of
from models.base import now
from models.delivery import Disposition, WebhookRequest
from models.identity import Account
from models.message import Actor, IncomingMessage
from models.pending import Pending, PendingState, Room
from models.picker import Choice

MOST_OFFERED = 100
PATIENCE_SECONDS = 0.3  # whoever types sees what is known by then, and more with the next letter
NOT_YOURS = "That question is for somebody else."
TOO_OLD = "That question is too old. Ask again: `{address} help`"
WITHDRAWN = "That was taken back. Ask again: `{address} help`"
ALREADY = "`{repository}` it is; that was chosen already."
DISMISSED = "Never mind, then: nothing is done about `{line}`."
DISMISSED_DETAIL = "its author took it back"
CHOSEN = "`{repository}` it is."
REMEMBERED = (
    "`{repository}` it is, and from now on for this channel. `{address} repo` tells and changes that."
)
TICKED = "ticked beside a choice; the choice is still to be made"
DETAIL = "chose {repository} for delivery {delivery}"


@dataclass(frozen=True)
class Click:
    """What is said about a click. It is over: that stands in the place of the question from now on."""

    text: str
    detail: str = ""  # for `why`, where it is not the same
    is_over: bool = True


async def offered(services: Services, chat: Chat, request: WebhookRequest) -> Answer | None:
    """What to offer while somebody types; None when nobody does. Nothing is stored, nobody is called."""
    asked = chat.suggestion(request)
    if asked is None:
        return None
    try:
        return chat.offer(_matching(await _writable(services, asked), asked.typed))
    except StorageUnavailable:
        return chat.offer(())


async def _writable(services: Services, asked: Suggestion) -> Sequence[str]:
    forge = services.forge()
    async with services.storage.read() as work:
        asker = asked.owner or await _asker(work, asked)
        account = await work.people.partner(asker, forge.name, forge.integration) if asker else None
    if account is None:
        return ()
    actor = Actor(id=account.id, login=account.login)
    return await services.directory.writable(forge, actor, PATIENCE_SECONDS)


async def _asker(work: UnitOfWork, asked: Suggestion) -> Account | None:
    """Who was asked, when it is they who type."""
    pending = await work.pending.get(asked.picker_id)
    return pending.asker if pending is not None and pending.asker.id == asked.actor.id else None


def _matching(names: Sequence[str], typed: str) -> list[Choice]:
    """Those that hold what was typed, those that begin with it first."""
    wanted = typed.strip().lower()
    found = [name for name in names if wanted in name.lower()]
    found.sort(key=lambda name: (not name.lower().rpartition("/")[2].startswith(wanted), name.lower()))
    return [Choice(value=name, label=name) for name in found[:MOST_OFFERED]]


async def choose(services: Services, platform: Platform, found: Addressed) -> Disposition:
    """Somebody chose, or took the request back: it goes on, or ends, once. Raises StorageUnavailable."""
    message = found.message
    if not message.fields.get(CHOICE) and DISMISS not in message.fields:
        return await _finish(services, found, TICKED)
    async with services.storage.begin() as work:
        click = await _click(work, services, message)
        tell = replies.replace if click.is_over else _beside
        await tell(work, found, f"choice:{message.semantic_key}", click.text)
        outcome = outcome_of(found.delivery, message, Disposition.ANSWERED, click.detail or click.text)
        await work.deliveries.finish([outcome], services.owner)
    services.bells.dispatcher.set()
    services.bells.courier.set()
    return Disposition.ANSWERED


async def _finish(services: Services, found: Addressed, detail: str) -> Disposition:
    """Without a word."""
    outcome = outcome_of(found.delivery, found.message, Disposition.ANSWERED, detail)
    async with services.storage.begin() as work:
        await work.deliveries.finish([outcome], services.owner)
    return Disposition.ANSWERED


async def _beside(work: UnitOfWork, found: Addressed, key: str, text: str) -> None:
    await replies.whisper(work, found, key, "", text)


async def _click(work: UnitOfWork, services: Services, message: IncomingMessage) -> Click:
    pending, address = await work.pending.get(message.fields.get(PICKER, "")), f"/{services.settings.name}"
    if pending is not None and not _is_askers(message, pending):
        return Click(NOT_YOURS, is_over=False)
    if pending is None or pending.state is not PendingState.WAITING:
        return _over(pending, address)
    if DISMISS in message.fields:
        return await _dismiss(work, pending)
    return await _take(work, message, pending, address) or Click(TOO_OLD.format(address=address))


def _is_askers(message: IncomingMessage, pending: Pending) -> bool:
    return message.actor is not None and account_of(message, message.actor).key == pending.asker.key


def _over(pending: Pending | None, address: str) -> Click:
    """What is said of a question that waits no more."""
    if pending is not None and pending.state is PendingState.ANSWERED:
        return Click(ALREADY.format(repository=pending.answer))
    if pending is not None and pending.state is PendingState.WITHDRAWN:
        return Click(WITHDRAWN.format(address=address))
    return Click(TOO_OLD.format(address=address))


async def _dismiss(work: UnitOfWork, pending: Pending) -> Click:
    """Its author wants it no more; when the rest of the same message goes on, it is not asked about again."""
    saying = pending.key.rpartition(":")[0]
    await work.pending.withdraw(saying)
    await work.keys.take(saying, pending.delivery_id)
    await work.deliveries.tell_late([pending.delivery_id], DISMISSED_DETAIL)
    return Click(DISMISSED.format(line=pending.line.replace("`", "'")), DISMISSED_DETAIL)


async def _take(work: UnitOfWork, message: IncomingMessage, pending: Pending, address: str) -> Click | None:
    """None: its time is over, by the database's clock."""
    chosen = message.fields[CHOICE]
    if await work.pending.answer(pending.id, chosen) is None:
        return None
    await work.deliveries.resume([pending.delivery_id])
    detail = DETAIL.format(repository=chosen, delivery=pending.delivery_id)
    if message.fields.get(REMEMBER) != "yes" or message.is_direct:
        return Click(CHOSEN.format(repository=chosen), detail)
    await work.rooms.put(_room(message, chosen))
    return Click(REMEMBERED.format(repository=chosen, address=address), detail)


def _room(message: IncomingMessage, repository: str) -> Room:
    thread = message.thread
    return Room(
        platform=message.source.value,
        integration=thread.integration,
        workspace=thread.workspace,
        channel=thread.channel,
        repository=repository,
        set_by=message.actor.id if message.actor else "",
        updated_at=now(),
    )
