"""Keeping a job: the one way a request becomes work. Limits, place in line, card, all in the caller's transaction."""

from __future__ import annotations

import uuid
from dataclasses import replace

from bot import cards, changing, choice, handles, options, order
from bot.command import Ask, Said
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.base import now
from models.change import Change
from models.delivery import Disposition
from models.job import Job, JobContext, JobEvent, JobEventType, JobRequest
from models.message import Thread
from models.outbox import OutboxKind, OutboxRow

PERSON_LIMIT = "You have {count} jobs queued or running, and {most} is the limit. `{slash} jobs --mine`"
PLACE_LIMIT = "{place} has {count} jobs queued or running, and {most} is the limit. `{slash} jobs`"
FREE_TEXT = "read as free text, so as `fix`; `{slash} help` lists the verbs"
KEPT = "{handle} kept"
FROM_FORK = (
    "This pull request comes from a fork, and the `{runner}` runner runs no code of strangers. "
    "`{slash} help` says what can be done here."
)


def change_request(ask: Ask, *, is_fresh: bool = False) -> JobRequest:
    """A job that may change code, with the options as typed. Fresh: as if nothing had been done here before."""
    typed = ask.command.options
    return JobRequest(
        verb=ask.command.name,
        text=ask.command.text,
        agent=typed.get("agent", ""),
        model=typed.get("model", ""),
        branch=typed.get("branch", ""),
        pr=typed.get("pr", "draft"),
        is_fresh=is_fresh,
    )


async def with_context(ask: Ask) -> Ask:
    """`ask` with what surrounds the request. Looks it up; runs before the transaction. Raises Refused."""
    options.check(ask)
    context = await ask.services.home_of(ask.message.thread).context_of(ask.message)
    if ask.there != ask.message.thread:
        context = _placed(context, ask)
    check_trust(ask, context)
    return replace(ask, context=context)


def _placed(context: JobContext, ask: Ask) -> JobContext:
    """Asked for on a chat: the work is elsewhere, and what it is called goes by that."""
    return context.model_copy(
        update={
            "thread": ask.message.thread,
            "target": ask.there,
            "repository": ask.there.repository,
            "issue_key": ask.there.name,
            "platform_user_id": ask.actor.id,
        }
    )


def check_trust(ask: Ask, context: JobContext) -> None:
    """Raises Refused for code of strangers where the runner is no wall against it."""
    if context.is_fork and not ask.services.runner.may_run_untrusted:
        raise Refused(FROM_FORK.format(runner=ask.services.runner.name, slash=ask.slash))


async def job(work: UnitOfWork, ask: Ask, request: JobRequest, context: JobContext | None = None) -> Said:
    """Keep a job for `request`. Refuses beyond the limits; raises Refused for options that cannot be met here."""
    context = context or ask.context
    # Asked for from elsewhere (`retry J-7K3Q`), a job still works, waits and counts where its request was made.
    place = (context and context.place) or ask.there
    thread = (context and context.thread) or ask.message.thread
    if (limit := await _over_limit(work, ask, place)) is not None:
        return limit
    change = await changing.found(work, place, thread)
    options.check_here(ask, request, context, change if change and change.is_open else None)
    kept = await _create(work, ask, request, context, await _line(work, ask, place, thread, change))
    await work.outbox.put(card_row(kept, ask))
    return Said(disposition=Disposition.ACCEPTED, detail=KEPT.format(handle=kept.handle), tell=(kept,))


async def _line(work: UnitOfWork, ask: Ask, place: Thread, thread: Thread, change: Change | None) -> str:
    """What the job owns while it runs. A command typed to a whole channel begins a conversation of its own, and what is
    asked for below its card goes on with it.
    """
    key = order.lock_key(place, thread, change)
    if key != thread.key or not thread.channel:
        return key
    if not thread.root:
        return ask.message.semantic_key
    head = (await choice.jobs_here(work, thread))[-1:]
    return head[0].lock_key if head else key


async def _over_limit(work: UnitOfWork, ask: Ask, place: Thread) -> Said | None:
    settings = ask.services.settings
    mine = await work.jobs.count_active(place.instance, requester_id=ask.account.id)
    if mine >= settings.max_jobs_per_person:
        text = PERSON_LIMIT.format(count=mine, most=settings.max_jobs_per_person, slash=ask.slash)
        return Said(text=text, disposition=Disposition.DENIED_LIMIT, detail=text)
    here = await work.jobs.count_active(place.place)
    if here >= settings.max_jobs_per_repository:
        most = settings.max_jobs_per_repository
        text = PLACE_LIMIT.format(place=place.repository, count=here, most=most, slash=ask.slash)
        return Said(text=text, disposition=Disposition.DENIED_LIMIT, detail=text)
    return None


async def _create(
    work: UnitOfWork, ask: Ask, request: JobRequest, context: JobContext | None, lock_key: str
) -> Job:
    handle, moment = await handles.new(work.jobs), now()
    kept = Job(
        id=str(uuid.uuid4()),
        handle=handle,
        max_attempts=ask.services.settings.max_attempts,
        request=request,
        context=context,
        requester=ask.account,
        lock_key=lock_key,
        delivery_id=ask.delivery_id,
        request_id=ask.request_id,
        created_at=moment,
        updated_at=moment,
    )
    await work.jobs.create_job(kept)
    if ask.command.is_free_text:
        note = JobEvent(type=JobEventType.NOTICE, data=FREE_TEXT.format(slash=ask.slash), timestamp=moment)
        await work.jobs.add_event(kept.id, note)
    return kept


def card_row(kept: Job, ask: Ask) -> OutboxRow:
    """The job's one card, where it was asked for."""
    moment, thread = now(), ask.message.thread
    return OutboxRow(
        key=f"card:{kept.id}",
        kind=OutboxKind.CARD,
        platform=thread.source.value,
        integration=thread.integration,
        thread=thread,
        marker=cards.marker(kept.handle),
        job_id=kept.id,
        delivery_id=ask.delivery_id,
        request_id=ask.request_id,
        due_at=moment,
        created_at=moment,
    )
