"""From a kept delivery to its one disposition: normalize, parse, permit, run.

What concerns nobody is settled in batches, without a call to anybody. What is addressed is worked on beside
the loop, in the
order of its thread: facts are fetched first, then one short transaction holds the semantic key, the job, the
answer and the disposition together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot import conversation, triage
from bot.errors import BellhopError, IntegrationError, RateLimitError, StorageUnavailable
from bot.flights import Failed, Flights
from bot.platform import Platform
from bot.services import Services
from bot.triage import Addressed
from models.delivery import Delivery, Disposition, Outcome

CLAIM = 200
AT_ONCE = 32
LEASE_SECONDS = 30.0
WORK_SECONDS = 25.0
MOST_ATTEMPTS = 8
LARGE_BODY_BYTES = 24 * 1024
LONGEST_RETRY_SECONDS = 120.0
GAVE_UP = "gave up after {attempts} attempts: {error}"

Report = Callable[[Delivery, Disposition | None, BaseException | None], None]


class Dispatcher:
    """One platform's dispatcher: a platform that hangs delays nobody else's deliveries."""

    def __init__(
        self, services: Services, platform: Platform, report: Report, failed: Failed | None = None
    ) -> None:
        self.services = services
        self.platform = platform
        self.report = report
        self.flights = Flights(AT_ONCE, failed)
        self._last_of_thread: dict[str, asyncio.Task[None]] = {}

    async def step(self) -> bool:
        """Claim what is due; settle at once what concerns nobody, start the rest. True: there may be more."""
        await self.flights.room()
        async with self.services.storage.begin() as work:
            batch = await work.deliveries.claim(
                self.services.owner,
                CLAIM,
                LEASE_SECONDS,
                platform=self.platform.name,
                integration=self.platform.integration,
            )
        if not batch:
            return False
        settled: list[Outcome] = []
        for delivery in batch:
            found = await self._look(delivery)
            if isinstance(found, Addressed):
                self._start(found)
            else:
                settled.append(found)
                self.report(delivery, found.disposition, None)
            # A long batch of large payloads must not hold up requests that arrive meanwhile.
            await asyncio.sleep(0)
        if settled:
            async with self.services.storage.begin() as work:
                await work.deliveries.finish(settled, self.services.owner)
        return len(batch) == CLAIM

    async def _look(self, delivery: Delivery) -> Outcome | Addressed:
        """Reading a long text takes longer than the loop may stand still."""
        if len(delivery.request.body) > LARGE_BODY_BYTES:
            return await asyncio.to_thread(triage.look, self.services, self.platform, delivery)
        return triage.look(self.services, self.platform, delivery)

    async def close(self) -> None:
        """Let what is under way end."""
        await self.flights.land(WORK_SECONDS)

    def _start(self, found: Addressed) -> None:
        key = found.message.thread.key
        before = self._last_of_thread.get(key)
        task = self.flights.start(self._work(found, before))
        self._last_of_thread[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._last_of_thread.get(key) is done:
            del self._last_of_thread[key]

    async def _work(self, found: Addressed, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        delivery = found.delivery
        try:
            async with asyncio.timeout(WORK_SECONDS):
                disposition = await conversation.hold(self.services, self.platform, found)
            self.report(delivery, disposition, None)
        except StorageUnavailable as error:
            self.report(delivery, None, error)  # its lease runs out, and it is due again
        except (BellhopError, TimeoutError) as error:
            self.report(delivery, None, error)
            await self._again(found, error, _may_help(error))
        except Exception as error:  # noqa: BLE001 - a defect in one command must not lose the delivery
            self.report(delivery, None, error)
            await self._again(found, error, delivery.attempts < 3)

    async def _again(self, found: Addressed, error: BaseException, may_help: bool) -> None:
        """Put it off, or end it with a word to the person who asked."""
        delivery = found.delivery
        if may_help and delivery.attempts < MOST_ATTEMPTS:
            told = error.retry_after_seconds if isinstance(error, RateLimitError) else 0.0
            delay = max(min(2.0**delivery.attempts, LONGEST_RETRY_SECONDS), told)
            async with self.services.storage.begin() as work:
                await work.deliveries.postpone(delivery.id, self.services.owner, delay, describe(error))
            return
        is_upstream = isinstance(error, IntegrationError | TimeoutError)
        disposition = Disposition.ERROR_UPSTREAM if is_upstream else Disposition.ERROR_INTERNAL
        detail = GAVE_UP.format(attempts=delivery.attempts, error=describe(error))
        await conversation.apologize(self.services, found, disposition, detail)
        self.services.bells.courier.set()


def describe(error: BaseException) -> str:
    """For people: our own errors in their words, anything else by its type alone (its text may hold anything)."""
    return str(error) if isinstance(error, BellhopError) else type(error).__name__


def _may_help(error: BaseException) -> bool:
    return error.retryable if isinstance(error, IntegrationError) else isinstance(error, TimeoutError)
