"""The audit's rows: who did what, appended in the transaction that decides it, from the delivery to the pull request.

Rows of one request share its request id. What a job does is Bellhop's doing, on behalf of whoever asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.ports import UnitOfWork
from models.audit import AuditRecord
from models.base import now
from models.identity import Account
from models.job import Job
from models.message import IncomingMessage

BOT = "bellhop"
OPERATOR = "operator"  # whoever may run the command line on the host


def name_of(message: IncomingMessage) -> str:
    """Who wrote it, by what never changes; "" for nobody."""
    return f"{message.source}:{message.actor.id}" if message.actor else ""


async def of_person(
    work: UnitOfWork, message: IncomingMessage, action: str, detail: Mapping[str, Any], request_id: str
) -> None:
    """Somebody asked for `action` in a thread."""
    thread = message.thread
    subject = f"{thread.room}#{thread.root}" if thread.channel else thread.name
    await _append(work, name_of(message), action, subject, detail, request_id)


async def of_operator(work: UnitOfWork, action: str, subject: str, **detail: Any) -> None:
    """Somebody on the host did it."""
    await _append(work, OPERATOR, action, subject, detail, "")


async def of_job(work: UnitOfWork, job: Job, action: str, **detail: Any) -> None:
    """Something came of a job: `job_started`, `job_completed`, `pushed`, `pull_opened`."""
    place = job.place
    asked = f"{place.source}:{job.requester.id}" if place and job.requester else ""
    told = {
        "job": job.handle,
        "attempt": job.attempt,
        "delivery": job.delivery_id,
        "asked_by": asked,
        **detail,
    }
    await _append(work, BOT, action, job.thread, told, job.request_id)


async def of_ending(work: UnitOfWork, job: Job) -> None:
    """A job came to its end, or went back into its line."""
    why = {"failure": job.failure.value} if job.failure else {}
    by = {"cancelled_by": job.cancel_requested_by} if job.cancel_requested_by else {}
    await of_job(work, job, f"job_{job.status.value}", **why, **by)


async def of_link(work: UnitOfWork, account: Account, own: Account, request_id: str) -> None:
    """Whoever signed in as `own` said that `account` is theirs too."""
    detail = {"workspace": account.workspace, "login": own.login}
    name = f"{account.platform}:{account.id}"
    await _append(work, f"{own.platform}:{own.id}", "link_confirmed", name, detail, request_id)


async def _append(
    work: UnitOfWork, actor: str, action: str, subject: str, detail: Mapping[str, Any], request_id: str
) -> None:
    await work.audit.append(
        AuditRecord(
            at=now(), actor=actor, action=action, subject=subject, detail=detail, request_id=request_id
        )
    )
