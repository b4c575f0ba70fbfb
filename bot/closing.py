"""What is no longer wanted: closing the issue, or deleting the request, cancels what is still queued for it."""

from __future__ import annotations

from bot import order, prompts, retraction, trail
from bot.errors import InvalidTransition
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import Addressed, outcome_of
from models.base import now
from models.delivery import Disposition
from models.job import Job, JobEvent, JobEventType, JobStatus
from models.message import IncomingMessage, ThreadKind

CANCELLED = "cancelled {handles}, still queued"
NOTHING = "nothing was queued for it"
BECAUSE_CLOSED = "{place} was closed"
BECAUSE_DELETED = "the request was deleted"
LOST = "finishing delivery {id}: somebody else holds it now"


async def close(services: Services, found: Addressed) -> Disposition:
    """Cancel what is queued, remember that the change is closed, and end the delivery."""
    message = found.message
    async with services.storage.begin() as work:
        cancelled = await _cancel_queued(work, message)
        if message.is_deleted:
            withdrawn = await work.pending.withdraw(message.semantic_key)
            await prompts.settle(work, withdrawn, prompts.TAKEN_BACK)
        if message.thread.kind is ThreadKind.PULL_REQUEST and not message.is_deleted:
            await _close_change(work, message)
        disposition, detail = _ending(message, cancelled)
        if cancelled:
            told = {"delivery": found.delivery.id, "jobs": [job.handle for job in cancelled]}
            await trail.of_person(work, message, "closed", told, found.delivery.request_id)
        outcome = outcome_of(found.delivery, message, disposition, detail)
        if not await work.deliveries.finish([outcome], services.owner):
            raise InvalidTransition(LOST.format(id=found.delivery.id))
    for job in cancelled:
        await order.moved(services, job)
    return disposition


async def _cancel_queued(work: UnitOfWork, message: IncomingMessage) -> list[Job]:
    key = message.thread.key
    if message.is_deleted:
        jobs = await work.jobs.of_comment(key, message.comment_id)
        why = BECAUSE_DELETED
    else:
        jobs = await work.jobs.at_thread(key, is_active=True)
        why = BECAUSE_CLOSED.format(place=message.thread.name)
    by = message.actor.login if message.actor else ""
    cancelled = []
    for job in jobs:
        if job.status is JobStatus.QUEUED:
            await work.jobs.add_event(job.id, JobEvent(type=JobEventType.NOTICE, data=why, timestamp=now()))
            cancelled.append(await retraction.cancel(work, job.id, by))
    return cancelled


async def _close_change(work: UnitOfWork, message: IncomingMessage) -> None:
    number = message.thread.number
    change = await work.changes.find(message.thread.place, number) if number else None
    if change is not None and change.pull_number == number and change.is_open:
        await work.changes.keep(change.model_copy(update={"is_open": False, "updated_at": now()}))


def _ending(message: IncomingMessage, cancelled: list[Job]) -> tuple[Disposition, str]:
    if cancelled:
        return Disposition.ACCEPTED, CANCELLED.format(handles=", ".join(job.handle for job in cancelled))
    return (Disposition.IGNORED_DELETED if message.is_deleted else Disposition.IGNORED_EVENT), NOTHING
