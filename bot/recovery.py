"""What makes up for the dead: lost workers and lost hints."""

from __future__ import annotations

from bot import ending, order, retraction
from bot.phrases import duration
from bot.run import fuse_seconds
from bot.services import Services
from models.base import now
from models.job import Failure, Job, JobEvent, JobEventType

LOST_AGAIN = "lost its worker after {after}; retried as attempt {attempt} of {most}"
LOST_FOR_GOOD = "lost its worker after {after}, in {most} attempts"
BATCH = 50
CANCEL_PATIENCE_SECONDS = 3.0  # its host ends a process that stands still first


async def recover_lost(services: Services) -> bool:
    """Running jobs whose process is gone, or was silent for too long: cancelled if that was asked for, else tried again
    visibly, else failed. True: something was settled, so there may be more.
    """
    is_any_settled = False
    for job in await _lost(services):
        settled = await _recover(services, job)
        if settled is not None:
            is_any_settled = True
            await order.moved(services, settled)
    return is_any_settled


async def _lost(services: Services) -> list[Job]:
    """At most a batch. Late is not lost: who lives is left out, for that one's supervisor to end if it stands still.
    However many of those there are, the lost ones behind them are found.
    """
    limit = BATCH
    while True:
        expired, alive = await _expired(services, limit)
        lost = [job for job in expired if job.cancel_requested_at or (job.id, job.attempt) not in alive]
        if lost or len(expired) < limit:
            return lost[:BATCH]
        limit *= 2


async def _expired(services: Services, limit: int) -> tuple[list[Job], set[tuple[str, int]]]:
    """Whose lease is over for long enough, and which attempts of those we see alive."""
    lease_seconds = services.settings.lease_seconds
    async with services.storage.read() as work:
        expired = await work.jobs.expired(
            limit,
            patience_seconds=fuse_seconds(lease_seconds) - lease_seconds,
            cancel_patience_seconds=CANCEL_PATIENCE_SECONDS,
        )
        horses = await work.workers.horses([job.id for job in expired])
    return expired, {(each.job_id, each.attempt) for each in horses if services.is_alive(each)}


async def _recover(services: Services, job: Job) -> Job | None:
    after = duration(now() - job.start_time) if job.start_time else "a moment"
    is_last = job.attempt >= job.max_attempts
    async with services.storage.begin() as work:
        if job.cancel_requested_at is not None:
            settled = await work.jobs.cancel_expired(job.id)
        elif is_last:
            text = LOST_FOR_GOOD.format(after=after, most=job.max_attempts)
            settled = await work.jobs.give_up(job.id, job.attempt, Failure.LOST, text)
        else:
            settled = await work.jobs.requeue(job.id, job.attempt)
            if settled is not None:
                text = LOST_AGAIN.format(after=after, attempt=settled.attempt, most=job.max_attempts)
                event = JobEvent(
                    type=JobEventType.NOTICE, data=text, timestamp=now(), facts={"lost": job.attempt}
                )
                await work.jobs.add_event(job.id, event)
        if settled is not None:
            await work.outbox.want(job.id, is_urgent=True)
            await retraction.keep(work, settled)
            await ending.tell(work, settled)
    return settled


async def tell_again(services: Services) -> bool:
    """Queued jobs that could start: their hint may be lost, so it is given again. Telling twice is harmless."""
    async with services.storage.read() as work:
        waiting = await work.jobs.claimable(BATCH)
    for job in waiting:
        if not await services.queue.tell(job):
            return False
    return False
