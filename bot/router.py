"""From a kept delivery to its one disposition: normalize, parse, permit, run.

What concerns nobody is settled in batches, without a call to anybody. What is addressed is worked on beside
the loop, in the
order of its thread: facts are fetched first, then one short transaction holds the semantic key, the job, the
answer and the disposition together.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot import backoff, conversation, telling, triage
from bot.errors import BellhopError, IntegrationError, StorageUnavailable
from bot.flights import Failed
from bot.lines import Lines
from bot.platform import Platform
from bot.ports import CLAIM_BYTES
from bot.services import Services
from bot.triage import Addressed
from models.delivery import Delivery, Disposition, Outcome, Postponement, WebhookRequest
from models.news import News

CLAIM = 200
AT_ONCE = 32
LEASE_SECONDS = 30.0
RENEW_SECONDS = 10.0
ROOM_SECONDS = 1.0
WORK_SECONDS = 25.0
STOP_SECONDS = 25.0  # so long a stop waits for what is in line and at work
LARGE_BODY_BYTES = 24 * 1024
FULL_BYTES = CLAIM_BYTES // 8  # so much in one claim: a large one may wait for which there was no space
GAVE_UP = "gave up after {attempts} attempts: {error}"


@dataclass
class Sorted:
    """A batch: what concerns nobody, who is started only after others were told, and what they are told of."""

    settled: list[Outcome] = field(default_factory=list)
    waiting: list[Addressed] = field(default_factory=list)
    heard: list[tuple[Delivery, News]] = field(default_factory=list)


Report = Callable[[Delivery, Disposition | None, BaseException | None], None]


class Dispatcher:
    """One platform's dispatcher: a platform that hangs delays nobody else's deliveries."""

    def __init__(
        self, services: Services, platform: Platform, report: Report, failed: Failed | None = None
    ) -> None:
        self.services = services
        self.platform = platform
        self.report = report
        self.lines = Lines(AT_ONCE, self._work, failed)
        self._renewed_at = 0.0

    async def step(self) -> bool:
        """Claim what is due; settle at once what concerns nobody, start the rest. True: there may be more."""
        await self._renew_in_time()
        if not await self.lines.room(ROOM_SECONDS):
            return True
        batch = await self._claim()
        if not batch:
            return False
        await self._settle(await self._sort(batch))
        return len(batch) == CLAIM or sum(len(each.request.body) for each in batch) > FULL_BYTES

    async def _sort(self, batch: Sequence[Delivery]) -> Sorted:
        """Look at each. Who is addressed is started, but not before others are told of what the same delivery tells."""
        made = Sorted()
        for delivery in batch:
            found, news = await self._look(delivery)
            if news is not None:
                made.heard.append((delivery, news))
            if not isinstance(found, Addressed):
                made.settled.append(found)
                self.report(delivery, found.disposition, None)
            elif news is not None or made.waiting:
                made.waiting.append(found)  # and all behind it, so that threads keep their order
            else:
                self._start(found)
            # A long batch of large payloads must not hold up requests that arrive meanwhile.
            await asyncio.sleep(0)
        return made

    async def _settle(self, made: Sorted) -> None:
        tellings = await telling.due(self.services, self.platform, made.heard)
        if made.settled or tellings:
            async with self.services.storage.begin() as work:
                await telling.put(work, tellings)
                await work.deliveries.finish(made.settled, self.services.owner)
        for found in made.waiting:
            self._start(found)
        if tellings:
            self.services.bells.courier.set()

    async def renew(self) -> None:
        """Prolong the leases of all that are in line or at work. Whom another process has by now leaves the line."""
        held = self.lines.held
        self._renewed_at = asyncio.get_running_loop().time()
        if held:
            async with self.services.storage.begin() as work:
                kept = await work.deliveries.renew(held, self.services.owner, LEASE_SECONDS)
            self.lines.drop(held - kept)

    async def _renew_in_time(self) -> None:
        now = asyncio.get_running_loop().time()
        if not self.lines.held:
            self._renewed_at = now
        elif now - self._renewed_at >= RENEW_SECONDS:
            await self.renew()

    async def _claim(self) -> list[Delivery]:
        async with self.services.storage.begin() as work:
            return await work.deliveries.claim(
                self.services.owner,
                CLAIM,
                LEASE_SECONDS,
                platform=self.platform.name,
                integration=self.platform.integration,
                most_bytes=CLAIM_BYTES,
            )

    async def _look(self, delivery: Delivery) -> tuple[Outcome | Addressed, News | None]:
        """Reading a long text takes longer than the loop may stand still."""
        if len(delivery.request.body) > LARGE_BODY_BYTES:
            return await asyncio.to_thread(self._read, delivery)
        return self._read(delivery)

    def _read(self, delivery: Delivery) -> tuple[Outcome | Addressed, News | None]:
        return triage.look(self.services, self.platform, delivery), telling.read(self.platform, delivery)

    async def close(self) -> None:
        """Let what is in line and at work end; what was not begun is due again at once."""
        with contextlib.suppress(StorageUnavailable):
            await self.renew()
        left = await self.lines.land(STOP_SECONDS)
        if left:
            async with self.services.storage.begin() as work:
                await work.deliveries.give_back(left, self.services.owner)

    def _start(self, found: Addressed) -> None:
        """What is understood needs its raw request no more: who waits in line shall not hold its bytes."""
        delivery = found.delivery.model_copy(update={"request": WebhookRequest()})
        self.lines.join(replace(found, delivery=delivery), len(found.delivery.request.body))

    async def _work(self, found: Addressed) -> None:
        delivery = found.delivery
        try:
            async with asyncio.timeout(WORK_SECONDS):
                disposition = await conversation.hold(self.services, self.platform, found)
            self.report(delivery, disposition, None)
        except StorageUnavailable as error:
            self.report(delivery, None, error)  # its lease runs out, and it is due again
        except Exception as error:  # noqa: BLE001 - a defect in one command must not lose the delivery
            await self._again(found, error)

    async def _again(self, found: Addressed, error: Exception) -> None:
        """Put it off, or end it with a word to the person who asked."""
        services, delivery = self.services, found.delivery
        delay = backoff.delay_seconds(error, delivery.attempts)
        if delay is not None:
            self.report(delivery, None, error)
            later = Postponement(
                delivery_id=delivery.id,
                delay_seconds=delay,
                detail=describe(error),
                waits_for=backoff.waits_for(error),
                **triage.told_by(found.message),
            )
            is_told = backoff.is_told(error, delivery.attempts)
            await conversation.put_off(services, found, later, is_told=is_told)
        else:
            is_upstream = isinstance(error, IntegrationError | TimeoutError)
            disposition = Disposition.ERROR_UPSTREAM if is_upstream else Disposition.ERROR_INTERNAL
            self.report(delivery, disposition, error)
            detail = GAVE_UP.format(attempts=delivery.attempts, error=describe(error))
            await conversation.apologize(services, found, disposition, detail)
        services.bells.courier.set()


def describe(error: BaseException) -> str:
    """For people: our own errors in their words, anything else by its type alone (its text may hold anything)."""
    return str(error) if isinstance(error, BellhopError) else type(error).__name__
