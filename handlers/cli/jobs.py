"""`bellhop jobs`: the jobs from the command line."""

from __future__ import annotations

import argparse
import sys

from bot import order, retraction, trail
from bot.ports import Jobs
from bot.services import Services
from handlers.cli import output
from models.job import GithubResolverJob, Job, JobStatus

COLUMNS = ("handle", "kind", "status", "attempt", "requester", "thread", "created_at", "failure", "id")
NONE = "no job {id}"
SEVERAL = "{id} could be {handles}"
OPERATOR = "the operator"
CANCELLED = "{handle} is {status}"
STOPPING = "{handle} is being stopped"


async def run(services: Services, args: argparse.Namespace) -> int:
    """Do the action that was asked for; its exit code."""
    return await {"list": listing, "show": show, "cancel": cancel}[args.action](services, args)


async def listing(services: Services, args: argparse.Namespace) -> int:
    """Newest first."""
    async with services.storage.read() as work:
        rows = await work.jobs.page(
            requester_id=None, repository=args.repository, before=None, limit=args.limit
        )
    summaries = [row.to_summary_dict() for row in rows]
    if args.json:
        output.as_json(summaries)
    else:
        output.table(summaries, COLUMNS)
    return 0


async def show(services: Services, args: argparse.Namespace) -> int:
    """One, with its events."""
    async with services.storage.read() as work:
        job = await _find(work.jobs, args.id)
        job = await work.jobs.get_job(job.id) if job else None
    if job is None:
        return 1
    if args.json:
        output.as_json(job.to_dict() | _resolver_view(job))
        return 0
    output.facts(job.to_summary_dict())
    for event in job.events:
        stamp = event.timestamp.strftime("%H:%M:%S") if event.timestamp else ""
        output.line(f"{event.seq:>5} {stamp} {event.type:<8} {event.data or ''}")
    return 0


def _resolver_view(job: Job) -> dict[str, object]:
    """The job as the shared-infrastructure document describes a resolver job; nothing for other kinds."""
    try:
        return {"resolver_job": GithubResolverJob.of(job).model_dump(mode="json")}
    except ValueError:
        return {}


async def cancel(services: Services, args: argparse.Namespace) -> int:
    """Ask for a cancel, as the operator."""
    async with services.storage.begin() as work:
        job = await _find(work.jobs, args.id, is_whole=True)
        if job is None:
            return 1
        after = await retraction.cancel(work, job.id, OPERATOR)
        if not job.status.is_terminal:
            await trail.of_operator(work, "cancel", job.thread, job=job.handle)
    text = CANCELLED if after.status.is_terminal else STOPPING
    sys.stdout.write(text.format(handle=after.handle, status=after.status.value) + "\n")
    if after.status is JobStatus.CANCELLED:
        await order.moved(services, after)
    return 0


async def _find(jobs: Jobs, typed: str, *, is_whole: bool = False) -> Job | None:
    if len(typed) == 36:
        found = [job] if (job := await jobs.get_job(typed)) else []
    else:
        handle = typed.upper() if typed.upper().startswith("J-") else f"J-{typed.upper()}"
        found = await jobs.by_handle(handle)
        found = [job for job in found if job.handle == handle] or ([] if is_whole else found)
    if len(found) == 1:
        return found[0]
    handles = ", ".join(job.handle for job in found)
    sys.stderr.write((SEVERAL if found else NONE).format(id=typed, handles=handles) + "\n")
    return None
