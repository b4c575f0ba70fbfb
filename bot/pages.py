"""Somebody looks at their own page of the bot: it becomes a row of the outbox, one a person, wanted again at each look.

What stands on it is read when it is shown (`homepage.py`), so that any number of changes is one page. What its reader
may type is kept with it, for who is linked (`text`) and for who is not (`body`).
"""

from __future__ import annotations

from collections.abc import Iterable

from bot import homepage
from bot.command import CommandSpec
from bot.places import account_of
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import Addressed, outcome_of
from models.base import now
from models.delivery import Disposition
from models.identity import Account
from models.message import Actor, IncomingMessage
from models.outbox import OutboxKind, OutboxRow

FREE = "`@{name} <anything>` asks the agent to do it. "
MAY = "You may type, after `/{name}`: {verbs}."
MORE = " Once your accounts are linked also: {verbs}."
SHOWN = "showed them their page"


async def show(
    services: Services, found: Addressed, actor: Actor, registry: dict[str, CommandSpec]
) -> Disposition:
    """Somebody looks at their page: it is drawn. Raises StorageUnavailable."""
    me = account_of(found.message, actor)
    async with services.storage.begin() as work:
        name = services.settings.name
        await work.outbox.put_again(
            _row(found, me, *(may_do(name, registry, is_linked=known) for known in (True, False)))
        )
        outcome = outcome_of(found.delivery, found.message, Disposition.ANSWERED, SHOWN)
        await work.deliveries.finish([outcome], services.owner)
    services.bells.courier.set()
    return Disposition.ANSWERED


async def of(work: UnitOfWork, message: IncomingMessage) -> list[Account]:
    """Whose pages may show what comes of `message`: its author's, wherever they have one."""
    if message.actor is None:
        return []
    me = account_of(message, message.actor)
    return [me] if message.thread.channel else await work.people.partners(me)


async def refresh(work: UnitOfWork, accounts: Iterable[Account]) -> None:
    """Something of theirs changed: who looked at their page lately sees it there."""
    for account in accounts:
        await work.outbox.want_again(homepage.key_of(account), homepage.OPEN_SECONDS)


def may_do(name: str, registry: dict[str, CommandSpec], *, is_linked: bool) -> str:
    """What somebody may type, by what is known of them without asking any forge. Pure."""
    free = [spec for spec in registry.values() if not spec.needs]
    bound = [spec for spec in registry.values() if spec.needs]
    shown = [*bound, *free] if is_linked else free
    more = "" if is_linked else MORE.format(verbs=_listed(bound))
    return (FREE.format(name=name) if is_linked else "") + MAY.format(name=name, verbs=_listed(shown)) + more


def _listed(specs: list[CommandSpec]) -> str:
    return ", ".join(f"`{spec.name}`" for spec in specs)


def _row(found: Addressed, me: Account, linked: str, unlinked: str) -> OutboxRow:
    moment = now()
    return OutboxRow(
        key=homepage.key_of(me),
        kind=OutboxKind.PAGE,
        platform=me.platform,
        integration=me.integration,
        thread=found.message.thread,
        audience=me.id,
        text=linked,
        body=unlinked,
        delivery_id=found.delivery.id,
        request_id=found.delivery.request_id,
        due_at=moment,
        created_at=moment,
    )
