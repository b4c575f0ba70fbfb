"""What is past its time goes: deliveries with their keys, the logs of ended jobs, what was sent, questions and codes.

A few rows at each look, so that nobody waits for it; a full look is followed by the next at once. Whoever asks for
what is gone is told how long it was kept.
"""

from __future__ import annotations

from datetime import timedelta

from bot.services import Services
from bot.settings import Settings
from models.base import now
from models.job import Job

PRUNE_ROWS = 100
TRIM_EVENTS = 500
LINKING_DAYS = 1  # after a code's few minutes


async def prune(services: Services) -> bool:
    """Delete finished deliveries and semantic keys past their time. True: there is more."""
    older_than = now() - timedelta(days=services.settings.retention_days)
    async with services.storage.begin() as work:
        gone = await work.deliveries.prune(older_than, PRUNE_ROWS)
    return gone >= PRUNE_ROWS


async def trim_jobs(services: Services) -> bool:
    """Delete the logs of jobs that ended long ago, and their cards' rows. True: there is more."""
    older_than = now() - timedelta(days=services.settings.job_retention_days)
    async with services.storage.begin() as work:
        gone = await work.retention.trim_jobs(older_than, TRIM_EVENTS)
    return gone >= TRIM_EVENTS


async def prune_outbox(services: Services) -> bool:
    """Delete what was sent long ago, or could not be. True: there is more.

    Never before the deliveries it answered: replayed, they would be answered twice.
    """
    settings = services.settings
    older_than = now() - timedelta(days=max(settings.job_retention_days, settings.retention_days))
    async with services.storage.begin() as work:
        gone = await work.retention.prune_outbox(older_than, PRUNE_ROWS)
    return gone >= PRUNE_ROWS


async def prune_linkings(services: Services) -> bool:
    """Delete codes that link accounts, used or not, a day after their time. True: there is more."""
    older_than = now() - timedelta(days=LINKING_DAYS)
    async with services.storage.begin() as work:
        gone = await work.retention.prune_linkings(older_than, PRUNE_ROWS)
    return gone >= PRUNE_ROWS


async def prune_pending(services: Services) -> bool:
    """Delete requests that wait for no answer any more, as long after their end as deliveries. True: there is more."""
    older_than = now() - timedelta(days=services.settings.retention_days)
    async with services.storage.begin() as work:
        gone = await work.retention.prune_pending(older_than, PRUNE_ROWS)
    return gone >= PRUNE_ROWS


def is_forgotten(job: Job, settings: Settings) -> bool:
    """Whether `job` (with its events) ended so long ago that its log is gone; what it told in it may be there."""
    is_old = job.end_time is not None and now() - job.end_time > timedelta(days=settings.job_retention_days)
    return is_old and len(job.events) < job.last_seq
