"""The way of a browser that opened a link: to the forge, back, and to the question whether both accounts are theirs.

A link can be passed on, or be sent to somebody by whoever asked for it: then the chat account of one person meets the
forge account of another. So nothing is joined before whoever signed in has seen both and said that both are theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import linking, tickets, trail
from bot.errors import IntegrationError, Refused
from bot.ports import UnitOfWork
from bot.services import Services, is_chat
from bot.sign_in import SignIn
from bot.tickets import Ticket
from models.identity import Account, Linking, Visit
from models.message import Actor

BACK = "/link/callback"
MOST_ARRIVALS = 10  # of one link: each asks the forge once
GONE = "This link is not good any more: it works once, and for a quarter of an hour. Ask for a new one on your chat."
ASTRAY = "This does not belong to the link you opened last in this browser. Open the link in your chat again."
USED = "That sign-in was used already. Open the link in your chat again."
DENIED = "You did not sign in, so nothing was linked. To try again, open the link in your chat once more."
TURNED_AWAY = "{forge} did not let you sign in ({error}), so nothing was linked."
NOT_A_PERSON = "@{login} is no person's account, so nobody is linked with it. Sign in as yourself."
DENIAL = "access_denied"
WORD = re.compile(r"[a-z_]{1,60}")
NO_REASON = "it did not say why"


class Gone(Refused):
    """The link is unknown, used, or too old."""


class Astray(Refused):
    """The browser is not the one that opened the link, or is elsewhere on its way."""


@dataclass(frozen=True)
class Pair:
    """The account the link was told to, and the one that signed in; `name` is how people see the first called.

    `displaced` were linked with the second so far, and would be no more.
    """

    account: Account
    own: Account
    name: str = ""
    displaced: tuple[Account, ...] = ()
    is_joined: bool = False


async def begin(services: Services, token: str, held: Ticket | None) -> tuple[Ticket, str]:
    """The ticket of a browser that opens a link, and where it is sent. Raises Gone, StorageUnavailable.

    Keeps nothing, so previews of links are harmless. A browser that opens its link twice keeps its ticket.
    """
    sign_in = _sign_in(services)
    if not tickets.TOKEN.fullmatch(token):
        raise Gone(GONE)
    async with services.storage.read() as work:
        await _open(work, token)
        is_under_way = held is not None and held.token == token and await work.visits.find(held.id) is None
    ticket = held if held is not None and is_under_way else tickets.fresh(token)
    return ticket, sign_in.address(_back(services), ticket.state, ticket.challenge)


async def come_back(services: Services, ticket: Ticket | None, state: str, code: str, error: str) -> None:
    """The browser came back from the forge: be told who it is, once. Raises Refused, IntegrationError."""
    sign_in = _sign_in(services)
    if ticket is None or not tickets.agrees(state, ticket.state):
        raise Astray(ASTRAY)
    await _arrive(services, ticket)
    if error or not code:
        raise Refused(DENIED if error == DENIAL else _turned_away(services, error))
    actor = await sign_in.account(_back(services), code, ticket.verifier)
    own = await _person(services, actor)
    async with services.storage.begin() as work:
        if not await work.visits.recognize(ticket.id, own):
            raise Gone(GONE)


def _turned_away(services: Services, error: str) -> str:
    why = error if WORD.fullmatch(error) else NO_REASON
    return TURNED_AWAY.format(forge=services.forge().name, error=why)


async def _arrive(services: Services, ticket: Ticket) -> None:
    """Its state is used up before anybody is asked: of two that come back with it, one goes on."""
    async with services.storage.begin() as work:
        found = await _open(work, ticket.token)
        visit = Visit(id=ticket.id, linking=found.digest, expires_at=found.expires_at)
        if not await work.visits.arrive(visit, MOST_ARRIVALS):
            raise Astray(USED)


async def _person(services: Services, actor: Actor) -> Account:
    """Who signed in: never the bot, for then somebody would act with its rights."""
    forge = services.forge()
    own_id = forge.own_id or (await forge.me()).id
    if actor.is_bot or actor.id == own_id:
        raise Refused(NOT_A_PERSON.format(login=actor.login))
    return Account(platform=forge.name, integration=forge.integration, id=actor.id, login=actor.login)


async def look(services: Services, ticket: Ticket | None) -> Pair:
    """Both accounts, to be shown to whoever signed in. Raises Refused, StorageUnavailable."""
    async with services.storage.read() as work:
        pair, _ = await _pair(work, ticket)
    return Pair(pair.account, pair.own, await _name(services, pair.account), pair.displaced, pair.is_joined)


async def confirm(services: Services, ticket: Ticket | None, seal: str, request_id: str) -> Pair:
    """Both are theirs: join them, and let go on what waited. Doing it twice changes nothing. Raises as `look`."""
    if ticket is None or not tickets.agrees(seal, ticket.seal):
        raise Astray(ASTRAY)
    async with services.storage.begin() as work:
        pair, found = await _pair(work, ticket)
        if pair.is_joined:
            return pair
        used = await work.people.redeem(found.digest, pair.own)
        if used is None:
            raise Gone(GONE)
        waiting = await linking.join(work, services, used, pair.own)
        await linking.tell(work, services, used, pair.own, goes_on=bool(waiting))
        await trail.of_link(work, used.account, pair.own, request_id)
    services.bells.dispatcher.set()
    services.bells.courier.set()
    return pair


async def _pair(work: UnitOfWork, ticket: Ticket | None) -> tuple[Pair, Linking]:
    visit = await work.visits.find(ticket.id) if ticket is not None else None
    if visit is None or visit.account is None:
        raise Astray(ASTRAY)
    found, own = await work.people.linking(visit.linking), visit.account
    if found is None or (found.used_by is not None and found.used_by.key != own.key):
        raise Gone(GONE)
    if found.used_by is not None:
        return Pair(found.account, own, is_joined=True), found
    return Pair(found.account, own, displaced=tuple(await linking.rivals(work, found.account, own))), found


async def _open(work: UnitOfWork, token: str) -> Linking:
    found = await work.people.offered(tickets.digest(token))
    if found is None:
        raise Gone(GONE)
    return found


async def _name(services: Services, account: Account) -> str:
    """How people see them called there; what is known without asking when nobody answers."""
    known = Actor(id=account.id, login=account.login)
    platform = services.platforms.get((account.platform, account.integration))
    try:
        told = await platform.profile(known) if platform is not None and is_chat(platform) else known
    except IntegrationError:
        told = known
    return told.display_name or told.login or told.id


def _sign_in(services: Services) -> SignIn:
    found = services.sign_in()
    if found is None:
        raise Gone(GONE)
    return found


def _back(services: Services) -> str:
    return services.settings.public_url + BACK
