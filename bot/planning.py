"""Where a job works: which branch, on what, and whose pull request it belongs to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from bot import changing, options, permissions, retraction
from bot.errors import JobFailed
from bot.patience import patiently
from bot.platform import Forge, RepositoryInfo
from bot.run import Run
from bot.workshop import Checkout
from models.change import Change
from models.job import Failure, Job, JobContext
from models.message import Thread

NO_PLACE = "finding the repository: the request names none"
ARCHIVED = "{repository} is archived"
NO_BRANCH = "finding the branch `{branch}` of {repository}: there is none of that name"
NO_RIGHT = "@{login} may not do that any more: it needs {needs} on {place}, they have {has}"
FORK = "the pull request comes from a fork, and the local runner runs no code of strangers"


@dataclass(frozen=True)
class Plan:
    """What to check out and what to do with the outcome. `change` is the earlier work this job continues.

    `head_repository` is where the branch is pushed; "" means to a fork that is made when there is something to push.
    """

    thread: Thread
    context: JobContext
    checkout: Checkout
    base: str
    change: Change | None
    head_repository: str

    @property
    def branch(self) -> str:
        """Where the work is pushed."""
        return self.checkout.branch


async def make(run: Run, forge: Forge) -> Plan:
    """The plan. Raises JobFailed, IntegrationError."""
    job = run.job
    context, thread = place(job)
    change = await _continued(run, forge, thread)
    slash = f"/{run.services.settings.name}"
    if (conflict := options.branch_conflict(job.request, context, change, slash)) is not None:
        raise JobFailed(Failure.SETUP, conflict)  # the change came to be while the job waited
    base, start_sha = await _base(job, context, forge, change)
    branch = change.branch if change else f"{run.services.settings.branch_prefix}/{job.handle}"
    head_repository = await _head_repository(run, forge, thread.repository, branch, change)
    is_forked = head_repository not in {"", thread.repository}
    checkout = Checkout(
        repository=thread.repository,
        remote=forge.remote(thread.repository),
        start=base,
        start_sha=start_sha,
        branch=branch,
        branch_remote=forge.remote(head_repository) if is_forked else None,
        # Of the branch: a change is gone on with from several places, and in each the agent's session must be there.
        home_key=hashlib.sha256(f"{thread.place}{branch}".encode()).hexdigest()[:24],
    )
    return Plan(thread, context, checkout, base, change, head_repository)


def place(job: Job) -> tuple[JobContext, Thread]:
    there = job.place
    if job.context is None or there is None or not there.repository:
        raise JobFailed(Failure.SETUP, NO_PLACE)
    return job.context, there


async def check_rights(run: Run) -> None:
    """A job may wait in line for hours: whoever asked must still have the right when it starts. Raises JobFailed."""
    thread, requester = place(run.job)[1], run.job.requester
    if requester is None:
        return
    role = await run.services.home_of(thread).role_of(requester, thread.repository)
    needs = permissions.JOBS_NEED
    if not permissions.decide(needs, role, thread.repository).is_allowed:
        told = {"needs": needs.label, "place": thread.repository, "has": role.label}
        raise JobFailed(Failure.POLICY, NO_RIGHT.format(login=requester.login, **told))


async def _continued(run: Run, forge: Forge, thread: Thread) -> Change | None:
    """The open change of this conversation. One whose pull request was closed meanwhile is not continued."""
    home = run.job.context.thread if run.job.context else None
    if run.job.request.is_fresh:
        return None
    async with run.services.storage.read() as work:
        change = await changing.found(work, thread, home or thread)
    if change is None or not change.is_open:
        return None
    if change.pull_number is None:
        return change
    pull = await forge.pull(thread.repository, change.pull_number)
    return change if pull.is_open else None


async def _base(job: Job, context: JobContext, forge: Forge, change: Change | None) -> tuple[str, str]:
    """The branch the work is offered to, and the commit that was seen when it was asked for."""
    info = await forge.repository(context.repository)
    if info.is_archived:
        raise JobFailed(Failure.SETUP, ARCHIVED.format(repository=info.name))
    if change is not None:
        return change.base, ""
    if context.pull_number is not None:
        if context.is_fork:
            raise JobFailed(Failure.POLICY, FORK)
        # Only what the requester saw is worked on: a push between request and start is not what they asked about.
        return context.head_ref, context.head_sha
    return await _asked_base(job.request.branch, forge, info), ""


async def _asked_base(asked: str, forge: Forge, info: RepositoryInfo) -> str:
    """`branch=` names what the work is offered to: a branch, for a pull request wants one."""
    if asked in {"", info.default_branch}:
        return info.default_branch
    if not await forge.has_branch(info.name, asked):
        told = NO_BRANCH.format(branch=options.shown(asked), repository=info.name)
        raise JobFailed(Failure.SETUP, told)
    return asked


async def _head_repository(
    run: Run, forge: Forge, repository: str, branch: str, change: Change | None
) -> str:
    if change is not None:
        return change.head_repository or repository
    if run.job.request.is_read_only:
        return repository  # nothing will be pushed
    if run.job.attempt > 1 and (earlier := await _pushed_to(run, branch)):
        return earlier
    return repository if await forge.may_push(repository, branch) else ""


async def _pushed_to(run: Run, branch: str) -> str:
    """Where an earlier attempt pushed, or was about to; "" when none came so far."""
    async with run.services.storage.read() as work:
        job = await work.jobs.get_job(run.job.id)
    events = reversed(job.events if job else ())
    targets = (event.facts[retraction.TARGET] for event in events if retraction.TARGET in event.facts)
    return next((str(target["repository"]) for target in targets if target["branch"] == branch), "")


async def forked(run: Run, forge: Forge, plan: Plan) -> Plan:
    """`plan` with a place to push to. Only now is a fork made: most questions and failures need none.

    Raises IntegrationError.
    """
    if plan.head_repository:
        return plan
    repository = await patiently(run, lambda: forge.fork(plan.thread.repository))
    checkout = plan.checkout.model_copy(update={"branch_remote": forge.remote(repository)})
    return replace(plan, head_repository=repository, checkout=checkout)
