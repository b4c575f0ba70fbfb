"""What a job's end is followed by besides its card, in the transaction of the end (or of going back into its line)."""

from __future__ import annotations

from bot import homepage, telling, trail
from bot.ports import UnitOfWork
from models.job import Job


async def tell(work: UnitOfWork, job: Job) -> None:
    """The audit's row, the channels that follow the repository, the page of whoever asked for it."""
    await trail.of_ending(work, job)
    await telling.of_ending(work, job)
    await homepage.refresh(work, job)
