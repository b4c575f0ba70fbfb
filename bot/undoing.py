"""Undoing a change: close its pull request, delete its branch."""

from __future__ import annotations

from bot import planning, trail
from bot.errors import JobFailed
from bot.patience import patiently
from bot.ports import UnitOfWork
from bot.run import Run
from models.base import now
from models.change import Change
from models.job import Failure, Job, JobEventType, JobResult

CLOSING = "Closing PR #{number}"
DELETING = "Deleting `{branch}`"
GONE = "finding the change of {handle}: there is none any more"
UNDONE_PULL = "Closed PR #{number} and deleted `{branch}`."
UNDONE_BRANCH = "Deleted `{branch}`."


async def undo(run: Run) -> JobResult:
    """Idempotent: what is closed or gone already stays so."""
    change, forge = await _change(run), run.services.forge_of(planning.place(run.job)[1])
    number, home = change.pull_number, change.head_repository or change.repository
    if number is not None:
        run.event(JobEventType.STEP, CLOSING.format(number=number))
        await run.check()
        await patiently(run, lambda: forge.close_pull(change.repository, number))
    run.event(JobEventType.STEP, DELETING.format(branch=change.branch))
    await run.check()
    await patiently(run, lambda: forge.delete_branch(home, change.branch))
    async with run.services.storage.begin() as work:
        await work.changes.keep(change.model_copy(update={"is_open": False, "updated_at": now()}))
        await trail.of_job(work, run.job, "undone", branch=change.branch, number=number)
    form = UNDONE_PULL if change.pull_number is not None else UNDONE_BRANCH
    text = form.format(number=change.pull_number, branch=change.branch)
    run.event(JobEventType.CHANGE, text, success=True, facts={"outcome": text.rstrip(".")})
    return JobResult(result="undone")


async def change_of(work: UnitOfWork, job: Job) -> Change | None:
    """The change `job` (with its events) worked on, also when a later job of the conversation went on with it."""
    if (own := await work.changes.of_job(job.id)) is not None:
        return own
    branches = {event.facts["branch"] for event in job.events if "branch" in event.facts}
    thread = job.place
    if thread is None or thread.number is None:
        return None
    change = await work.changes.find(thread.place, thread.number)
    return change if change is not None and change.branch in branches else None


async def _change(run: Run) -> Change:
    handle = run.job.request.text
    async with run.services.storage.read() as work:
        found = await work.jobs.by_handle(handle)
        undone = await work.jobs.get_job(found[0].id) if found else None
        change = await change_of(work, undone) if undone else None
    if change is None:
        raise JobFailed(Failure.SETUP, GONE.format(handle=handle))
    return change
