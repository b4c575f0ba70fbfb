"""The change a conversation works on: that of its issue or pull request, else that of the jobs it asked for before."""

from __future__ import annotations

from bot import choice
from bot.ports import UnitOfWork
from models.change import Change
from models.message import Thread


async def found(work: UnitOfWork, place: Thread, thread: Thread) -> Change | None:
    """The open one of `place` (where the work is) or of `thread` (where it was asked), else the newest closed one."""
    if place.number is not None:
        return await work.changes.find(place.place, place.number)
    if not thread.root:
        return None  # a whole channel is no conversation
    changes = []
    for job in await choice.jobs_here(work, thread):
        change = await work.changes.of_job(job.id)
        if change is not None and change.place == place.place:
            changes.append(change)
    is_open = (change for change in changes if change.is_open)
    return next(is_open, None) or next(iter(changes), None)
