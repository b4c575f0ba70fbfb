"""What is told in a channel of a private repository: only what whoever subscribed may still read.

Asked right before it leaves, so that nothing is told any more once the right is lost; they are told so once a day,
alone, and it goes on by itself when they have the right again.
"""

from __future__ import annotations

from bot.services import Services
from models.base import now
from models.identity import Account
from models.outbox import OutboxKind, OutboxRow
from models.pending import Subscription

SOME_CHANNEL = "A channel of ours"
HELD = (
    "{channel} follows `{repository}` because you asked for it, but your account on {forge} can't read it any more, "
    "or is linked no more; so I tell nothing of it there. `/{name} unsubscribe {repository}` ends it, `/{name} whoami` "
    "says as whom I know you."
)
UNSAYABLE = (
    "{channel} follows `{repository}` because you asked for it, but I can't write there ({error}). Invite me, or end "
    "it: `/{name} unsubscribe {repository}`"
)


async def may_be_told(services: Services, row: OutboxRow) -> bool:
    """Whether a piece of news may leave now. Raises IntegrationError (retryable) when nobody can tell."""
    subscription = await _subscription(services, row)
    if subscription is None:
        return False  # ended meanwhile
    if not row.reaction or await _may_read(services, subscription):
        return True
    await _tell_subscriber(services, subscription, HELD, "")
    return False


async def give_up(services: Services, row: OutboxRow, error: Exception) -> None:
    """The channel takes nothing from us: whoever subscribed is told."""
    subscription = await _subscription(services, row)
    if subscription is not None:
        await _tell_subscriber(services, subscription, UNSAYABLE, str(error))


async def _subscription(services: Services, row: OutboxRow) -> Subscription | None:
    async with services.storage.read() as work:
        followed = await work.rooms.followed(row.platform, row.integration, row.thread.channel)
    return next((each for each in followed if each.repository == row.target_id), None)


async def _may_read(services: Services, subscription: Subscription) -> bool:
    forge = services.platforms.get((subscription.forge, subscription.forge_integration))
    if forge is None:
        return False
    async with services.storage.read() as work:
        account = await work.people.partner(_subscriber(subscription), forge.name, forge.integration)
    return account is not None and await services.readers.may_read(forge, account, subscription.repository)


def _subscriber(subscription: Subscription) -> Account:
    return Account(
        platform=subscription.platform,
        integration=subscription.integration,
        workspace=subscription.thread.workspace,
        id=subscription.by,
    )


async def _tell_subscriber(services: Services, subscription: Subscription, form: str, error: str) -> None:
    """Once a day."""
    thread, repository, moment = subscription.thread, subscription.repository, now()
    text = form.format(
        channel=f"#{thread.channel_name}" if thread.channel_name else SOME_CHANNEL,
        repository=repository,
        forge=subscription.forge,
        name=services.settings.name,
        error=error,
    )
    row = OutboxRow(
        key=f"held:{thread.place}:{repository}:{subscription.by}:{moment:%Y%m%d}",
        kind=OutboxKind.REPLY,
        platform=subscription.platform,
        integration=subscription.integration,
        # In the conversation with them: they may have left the channel, or we may never have been in it.
        thread=thread.model_copy(update={"channel": subscription.by, "channel_name": ""}),
        text=text,
        due_at=moment,
        created_at=moment,
    )
    async with services.storage.begin() as work:
        await work.outbox.put(row)
