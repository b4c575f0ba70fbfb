"""The courier makes platforms match what the outbox wants: one create, then edits, never two of anything.

Before a row is sent its attempt is on disk (the claim). After an answer that may have been lost, it waits,
looks for its own earlier message by author and marker, and only then creates; younger twins are deleted.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from bot import cards, enclosures, homepage, retraction, secrecy, telling, unsaid, whispers
from bot.errors import AuthenticationError, IntegrationError, NetworkError, RateLimitError
from bot.flights import Failed, Flights
from bot.platform import Platform, Posted
from bot.services import Services
from models.card import Card
from models.outbox import OutboxKind, OutboxRow

AT_ONCE = 16
WORKERS_SILENT_SECONDS = 30.0
FIRST_RETRY_SECONDS = 1.0
AMBIGUOUS_RETRY_SECONDS = 3.0  # platforms list a new comment a moment after they made it
REFUSED_RETRY_SECONDS = 60.0  # the token: somebody must renew it first
LONGEST_RETRY_SECONDS = 300.0
LEASE_MORE_SECONDS = 5.0
MOST_ATTEMPTS = 300  # of up to five minutes: about a day
TOO_LONG = "sending: it took too long"
NEWS = frozenset({OutboxKind.NEWS, OutboxKind.DIGEST})
NOT_SAYABLE = "not sent: {error}"


class Courier:
    """One platform's courier: a platform that hangs delays nobody else's messages."""

    def __init__(self, services: Services, platform: Platform, failed: Failed | None = None) -> None:
        self.services = services
        self.platform = platform
        self.flights = Flights(AT_ONCE, failed)
        # One sending may take two calls' time (find, post); the lease is longer, so nobody else sends it meanwhile.
        self.send_seconds = 2 * platform.call_timeout_seconds
        self.lease_seconds = self.send_seconds + LEASE_MORE_SECONDS
        self._quiet_until = 0.0  # the platform said when to come back, and meant all of us, not one message

    async def step(self) -> bool:
        """Claim what is due and start sending it. True: there may be more due right now."""
        await self.flights.room()
        if asyncio.get_running_loop().time() < self._quiet_until:
            return False
        here = {"platform": self.platform.name, "integration": self.platform.integration}
        # Most looks find nothing, and deliveries that come in shall not wait for the turn of one that does not write.
        async with self.services.storage.read() as work:
            if not await work.outbox.has_due(**here):
                return False
        async with self.services.storage.begin() as work:
            owner, free = self.services.owner, self.flights.free
            rows = await work.outbox.claim(owner, free, self.lease_seconds, **here)
        for row in rows:
            self.flights.start(self._send(row))
        return bool(rows)

    async def close(self) -> None:
        """Let what is being sent be sent."""
        await self.flights.land(self.platform.call_timeout_seconds)

    async def _send(self, row: OutboxRow) -> None:
        services, platform = self.services, self.platform
        try:
            async with asyncio.timeout(self.send_seconds):
                await _carry(services, row, platform)
        except TimeoutError:
            await _postpone(services, row, AMBIGUOUS_RETRY_SECONDS, NetworkError(TOO_LONG))
        except RateLimitError as error:
            if error.is_for_all:
                self._quiet_until = asyncio.get_running_loop().time() + error.retry_after_seconds
            await _postpone(services, row, error.retry_after_seconds, error)
        except IntegrationError as error:
            is_lost = not _may_pass(row, error) or row.attempts >= MOST_ATTEMPTS
            if is_lost:
                await _bury(services, row, error)
            else:
                await _postpone(services, row, _delay(row, error), error)
            await unsaid.tell_who_asked(services, row, error, is_lost=is_lost)
        # Whatever waited behind this row of the thread is due now.
        services.bells.courier.set()


def spare_seconds(platform: Platform) -> float:
    """How much of a dead courier's lease on a first try need not be waited for: it began with the call that sends.

    What remains is that call's time, and the time until what it did can be found.
    """
    return platform.call_timeout_seconds + LEASE_MORE_SECONDS - AMBIGUOUS_RETRY_SECONDS


async def _carry(services: Services, row: OutboxRow, platform: Platform) -> None:
    if row.kind is OutboxKind.REACTION:
        await platform.react(row.thread, row.target_kind, row.target_id, row.reaction)
        await _shown(services, row, platform, Posted(id=row.target_id), "")
    elif row.kind is OutboxKind.RETRACTION:
        await retraction.carry_out(services, row)
        await _shown(services, row, platform, Posted(id=""), "")
    elif row.kind is OutboxKind.PAGE:
        await _show_page(services, row)
        await _shown(services, row, platform, Posted(id=""), "")
    elif row.kind is OutboxKind.FILE:
        await _shown(services, row, platform, await enclosures.send(services, row, platform), "")
    elif row.kind in NEWS and not await secrecy.may_be_told(services, row):
        await _shown(services, row, platform, Posted(id=""), "")
    else:
        await _show(services, row, platform)


async def _show_page(services: Services, row: OutboxRow) -> None:
    if (chat := services.chat_of(row.thread)) is not None:
        page = homepage.draw(await homepage.look(services, row))
        await chat.show_page(row.audience, chat.render_page(page))


async def _show(services: Services, row: OutboxRow, platform: Platform) -> None:
    card = await _card(services, row)
    body = row.body or await _body(row, platform, card)
    digest = hashlib.sha256(body.encode()).hexdigest()
    if row.audience and (chat := services.chat_of(row.thread)) is not None:
        await _shown(services, row, platform, Posted(id=await whispers.send(chat, row, body)), digest)
        return
    if row.remote_id is None and row.is_ambiguous:
        row = row.model_copy(update={"remote_id": await _adopt(platform, row)})
    if row.remote_id is None:
        posted = await platform.post(row.thread, body)
    elif digest == row.shown_digest:
        posted = Posted(id=row.remote_id, url=row.remote_url)
    else:
        posted = await _edit(platform, row, body)
    await _shown(services, row, platform, posted, digest, await enclosures.after(services, row, card, posted))


async def _edit(platform: Platform, row: OutboxRow, body: str) -> Posted:
    try:
        return await platform.edit(row.thread, str(row.remote_id), body)
    except IntegrationError as error:
        if error.error_type != "not_found":
            raise
        # Somebody deleted the card. A job's end must still be seen, so it is told again; unless an earlier attempt told
        # it already and its answer was lost.
        again = await _adopt(platform, row) if row.is_ambiguous else None
        return await (platform.edit(row.thread, again, body) if again else platform.post(row.thread, body))


async def _adopt(platform: Platform, row: OutboxRow) -> str | None:
    """The id of our own earlier message, if an earlier attempt made one. Younger twins go."""
    found = await platform.find(row.thread, row.marker)
    for twin in found[1:]:
        await platform.delete(row.thread, twin.id)
    return found[0].id if found else None


async def _body(row: OutboxRow, platform: Platform, card: Card | None) -> str:
    if card is None:
        return platform.render_reply(telling.shown_text(row), row.marker)
    if len(card.body) <= enclosures.QUICK_CHARACTERS:
        return platform.render_card(card)
    # Reading a long text takes longer than the loop may stand still.
    return await asyncio.to_thread(platform.render_card, card)


async def _card(services: Services, row: OutboxRow) -> Card | None:
    """The job's card as it should be now; None for what is said in words."""
    if row.kind is OutboxKind.REPLY or row.job_id is None:
        return None
    async with services.storage.read() as work:
        job = await work.jobs.get_job(row.job_id)
        ahead = await work.jobs.ahead_of(job) if job else []
        alive = await work.workers.alive(WORKERS_SILENT_SECONDS)
    if job is None:
        return None
    situation = cards.Situation(ahead=ahead, is_worked=bool(alive), slash=f"/{services.settings.name}")
    return cards.draw(job, situation)


async def _shown(
    services: Services,
    row: OutboxRow,
    platform: Platform,
    posted: Posted,
    digest: str,
    behind: Sequence[OutboxRow] = (),
) -> None:
    """It is visible; what is to be said `behind` it is kept with that."""
    async with services.storage.begin() as work:
        await work.outbox.shown(
            row,
            services.owner,
            remote_id=posted.id,
            remote_url=posted.url,
            digest=digest,
            pace_seconds=platform.pace_seconds,
        )
        for each in behind:
            await work.outbox.put(each)


def _may_pass(row: OutboxRow, error: IntegrationError) -> bool:
    """Whether the same message may be taken later. A refused token is renewed; a deleted thread does not come back.

    Where we may not write, an answer waits until we may; news would only pile up.
    """
    if isinstance(error, AuthenticationError):
        return not (error.is_forbidden and row.kind in NEWS)
    return error.retryable


def _delay(row: OutboxRow, error: IntegrationError) -> float:
    first = AMBIGUOUS_RETRY_SECONDS if error.is_ambiguous else FIRST_RETRY_SECONDS
    if isinstance(error, AuthenticationError):
        first = REFUSED_RETRY_SECONDS
    return min(first * 2.0 ** min(max(row.attempts - 1, 0), 9), LONGEST_RETRY_SECONDS)


async def _postpone(
    services: Services, row: OutboxRow, delay_seconds: float, error: IntegrationError
) -> None:
    # An earlier attempt that may have taken effect stays in doubt, whatever this one met.
    is_ambiguous = row.is_ambiguous or error.is_ambiguous
    async with services.storage.begin() as work:
        await work.outbox.postpone(
            row, services.owner, delay_seconds=delay_seconds, error=str(error), is_ambiguous=is_ambiguous
        )


async def _bury(services: Services, row: OutboxRow, error: Exception) -> None:
    if row.kind is OutboxKind.RETRACTION:
        await retraction.give_up(services, row, error)
    if row.kind in NEWS:
        await secrecy.give_up(services, row, error)
    async with services.storage.begin() as work:
        await work.outbox.bury(row, services.owner, NOT_SAYABLE.format(error=error))
