"""Whose turn it is: jobs of one place run one after the other, in the order they were asked for."""

from __future__ import annotations

from bot.services import Services
from models.change import Change
from models.job import Job
from models.message import Thread


def lock_key(place: Thread, thread: Thread, change: Change | None) -> str:
    """What a job owns while it runs. An issue and the pull request we opened for it are one place.

    `place` is where the work is, `thread` where it was asked: a conversation without an issue or pull request of its
    own is a line of its own, until its pull request is there.
    """
    number = (change.issue_number or change.pull_number) if change else place.number
    if number is None:
        return thread.key
    return place.model_copy(update={"number": number}).key


async def moved(services: Services, job: Job) -> None:
    """`job` was settled or queued again: the next in its line is told, and all who wait there see their new place."""
    if not job.lock_key:
        return
    async with services.storage.begin() as work:
        line = await work.jobs.line(job.lock_key)
        for waiting in line:
            await work.outbox.want(waiting.id)
    if line:
        await services.queue.tell(line[0])
    services.bells.courier.set()
