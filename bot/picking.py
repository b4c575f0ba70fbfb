"""A choice being typed, and a choice made.

What is offered is what its author may write to, as far as it is known by now: it is looked up when the question is
asked, because an answer inside the response cannot wait for a platform. The right to what was chosen is looked up again
when the request goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import replies
from bot.chat import CHOICE, PICKER, REMEMBER, Chat
from bot.errors import Refused, StorageUnavailable
from bot.places import account_of
from bot.platform import Answer, Platform
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import Addressed, outcome_of
from models.base import now
from models.delivery import Disposition, WebhookRequest
from models.message import Actor, IncomingMessage
from models.pending import Pending, PendingState, Room
from models.picker import Choice

MOST_OFFERED = 100
PATIENCE_SECONDS = 0.3  # whoever types sees what is known by then, and more with the next letter
NOT_YOURS = "That question is for somebody else."
OVER = "That question is answered or too old. Ask again: `{address} help`"
CHOSEN = "`{repository}` it is."
REMEMBERED = (
    "`{repository}` it is, and from now on for this channel. `{address} repo` tells and changes that."
)
TICKED = "ticked beside a choice; the choice is still to be made"
DETAIL = "chose {repository} for delivery {delivery}"


async def offered(services: Services, chat: Chat, request: WebhookRequest) -> Answer | None:
    """What to offer while somebody types; None when nobody does. Nothing is stored, nobody is called."""
    asked = chat.suggestion(request)
    if asked is None:
        return None
    try:
        async with services.storage.read() as work:
            pending = await work.pending.get(asked.picker_id)
    except StorageUnavailable:
        return chat.offer(())
    if pending is None or pending.asker.id != asked.actor.id:
        return chat.offer(())
    return chat.offer(_matching(await _writable(services, pending), asked.typed))


async def _writable(services: Services, pending: Pending) -> Sequence[str]:
    forge = services.forge()
    async with services.storage.read() as work:
        account = await work.people.partner(pending.asker, forge.name, forge.integration)
    if account is None:
        return ()
    actor = Actor(id=account.id, login=account.login)
    return await services.directory.writable(forge, actor, PATIENCE_SECONDS)


def _matching(names: Sequence[str], typed: str) -> list[Choice]:
    """Those that hold what was typed, those that begin with it first."""
    wanted = typed.strip().lower()
    found = [name for name in names if wanted in name.lower()]
    found.sort(key=lambda name: (not name.lower().rpartition("/")[2].startswith(wanted), name.lower()))
    return [Choice(value=name, label=name) for name in found[:MOST_OFFERED]]


async def choose(services: Services, platform: Platform, found: Addressed) -> Disposition:
    """Somebody chose: the request goes on with it, once. Raises IntegrationError, StorageUnavailable."""
    message = found.message
    if not message.fields.get(CHOICE):
        return await _finish(services, found, TICKED)
    chosen, pending = message.fields.get(CHOICE, ""), await _pending(services, message)
    try:
        refusal = await _refusal(services, message, pending, chosen)
    except Refused as error:
        refusal = str(error)
    async with services.storage.begin() as work:
        detail = refusal or await _take(work, services, message, pending, chosen)
        await replies.whisper(work, found, f"choice:{message.semantic_key}", "", detail)
        told = DETAIL.format(repository=chosen, delivery=pending.delivery_id) if pending else detail
        await work.deliveries.finish(
            [outcome_of(found.delivery, message, Disposition.ANSWERED, told)], services.owner
        )
    services.bells.dispatcher.set()
    services.bells.courier.set()
    return Disposition.ANSWERED


async def _finish(services: Services, found: Addressed, detail: str) -> Disposition:
    """Without a word."""
    outcome = outcome_of(found.delivery, found.message, Disposition.ANSWERED, detail)
    async with services.storage.begin() as work:
        await work.deliveries.finish([outcome], services.owner)
    return Disposition.ANSWERED


async def _pending(services: Services, message: IncomingMessage) -> Pending | None:
    async with services.storage.read() as work:
        return await work.pending.get(message.fields.get(PICKER, ""))


async def _refusal(services: Services, message: IncomingMessage, pending: Pending | None, chosen: str) -> str:
    if pending is None or pending.state is not PendingState.WAITING or message.actor is None:
        return OVER.format(address=f"/{services.settings.name}")
    if account_of(message, message.actor).key != pending.asker.key:
        return NOT_YOURS
    return ""


async def _take(
    work: UnitOfWork, services: Services, message: IncomingMessage, pending: Pending | None, chosen: str
) -> str:
    address = f"/{services.settings.name}"
    if pending is None or await work.pending.answer(pending.id, chosen) is None:
        return OVER.format(address=address)
    await work.deliveries.resume([pending.delivery_id])
    if message.fields.get(REMEMBER) != "yes" or message.is_direct:
        return CHOSEN.format(repository=chosen)
    await work.rooms.put(_room(message, chosen))
    return REMEMBERED.format(repository=chosen, address=address)


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
