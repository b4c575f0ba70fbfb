"""From a checked change to a pull request. Each step can be done twice with one effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot import cards, planning, proposal, retraction, trail
from bot.agents_at_work import Work
from bot.errors import JobFailed
from bot.patience import patiently
from bot.planning import Plan
from bot.platform import Forge, PullRequest, PullRequestDraft
from bot.ports import UnitOfWork
from bot.run import Run
from bot.safety import clip, harmless, mask
from bot.workshop import Diff, Workspace
from models.agent import AgentState
from models.base import now
from models.change import Change
from models.job import Failure, Job, JobEventType, JobResult
from models.pipeline import Verdict

PUBLISHING = "Publishing"
PUSHED = "Pushed `{branch}`"
OPENED = "Opened PR #{number}"
UPDATED = "Updated PR #{number}"
STAYS = "PR #{number} was there already and stays as it is: `pr={asked}` was not met"
BODY_CHARACTERS = 40_000
RESTORED = "The work of an earlier attempt."
UNKNOWN_CHECKS = "not known"


@dataclass(frozen=True)
class Offer:
    """What is to be published."""

    work: Work
    diff: Diff
    verdict: Verdict


def is_published(job: Job, workspace: Workspace) -> bool:
    """Whether an earlier attempt of this job already pushed: its commit is the branch's tip."""
    return f"{proposal.JOB_TRAILER}: {job.handle}" in workspace.head_message.splitlines()


async def publish(run: Run, forge: Forge, plan: Plan, workspace: Workspace, offer: Offer) -> JobResult:
    """Commit, push, open the pull request. With failing checks the branch is pushed, and the job ends as failed.

    Raises JobFailed, JobCancelled, LeaseLost, IntegrationError.
    """
    summary = clip(mask(offer.work.result.summary, run.services.known_secrets), BODY_CHARACTERS)
    await run.check()
    plan = await planning.forked(run, forge, plan)
    await workspace.commit(await proposal.commit(run, forge, plan, summary))
    run.event(JobEventType.STEP, PUBLISHING, facts=retraction.facts(plan.head_repository, plan.branch))
    await run.flush()  # whoever finds the branch, or takes it back, must know of it and how the checks ended
    await run.check()
    sha = await workspace.push(plan.checkout.branch_remote)
    await _pushed(run, plan, offer, sha)
    await run.check()
    return await _offer(run, forge, plan, offer, sha)


async def _offer(run: Run, forge: Forge, plan: Plan, offer: Offer, sha: str) -> JobResult:
    summary = clip(mask(offer.work.result.summary, run.services.known_secrets), BODY_CHARACTERS)
    if not offer.verdict.is_ok:
        await run.agent_state(AgentState.FINISHED)
        tail = next((r.tail for r in offer.verdict.results if not r.is_ok), "")
        raise _kept(run, plan, offer.verdict.summary, tail)
    result = await finish(run, forge, plan, sha, summary, offer.verdict.summary)
    await run.agent_state(AgentState.FINISHED)
    return result


def _kept(run: Run, plan: Plan, checks: str, tail: str = "") -> JobFailed:
    """Failing checks: people may look at the branch, and a follow-up goes on with it."""
    run.event(JobEventType.NOTICE, PUSHED.format(branch=plan.branch), facts={"kept_branch": plan.branch})
    return JobFailed(Failure.CHECKS, checks, tail)


async def resume(run: Run, forge: Forge, plan: Plan, sha: str) -> JobResult:
    """An earlier attempt pushed `sha` and died: what was left to do. How its checks went is in the job's events."""
    async with run.services.storage.read() as unit:
        job = await unit.jobs.get_job(run.job.id)
    checks = [event for event in (job.events if job else ()) if event.type == JobEventType.CHECK]
    if checks and checks[-1].success is False:
        await _remember(run, plan, sha, None)
        raise _kept(run, plan, checks[-1].data or "")
    told = (checks[-1].data or "") if checks else UNKNOWN_CHECKS
    return await finish(run, forge, plan, sha, RESTORED, told)


async def finish(run: Run, forge: Forge, plan: Plan, sha: str, summary: str, checks: str) -> JobResult:
    """Open or find the pull request of what was pushed as `sha`."""
    if run.job.request.pr == "none" and not (plan.change and plan.change.pull_number):
        await _remember(run, plan, sha, None)
        return JobResult(result=plan.branch, explanation=harmless(summary))
    await run.check()
    pull = await patiently(run, lambda: _pull(run, forge, plan, summary, checks))
    await _remember(run, plan, sha, pull)
    # A cancel that came while it was opened still counts: what is new is taken back then.
    await run.check()
    is_update = plan.change is not None and plan.change.pull_number == pull.number
    form = UPDATED if is_update else OPENED
    run.event(
        JobEventType.CHANGE,
        form.format(number=pull.number),
        success=True,
        is_urgent=True,
        facts={
            "pull_number": pull.number,
            "is_draft": pull.is_draft,
            "is_update": is_update,
            "branch": plan.branch,
            "links": {f"PR #{pull.number}": pull.url},
        },
    )
    return JobResult(result=pull.url, explanation=harmless(summary))


async def _pull(run: Run, forge: Forge, plan: Plan, summary: str, checks: str) -> PullRequest:
    repository = plan.thread.repository
    if plan.change is not None and plan.change.pull_number is not None:
        pull = await forge.pull(repository, plan.change.pull_number)
        _tell_unmet(run, pull)
        return pull
    template = await forge.pull_template(repository, plan.base)
    return await forge.open_pull(
        PullRequestDraft(
            repository=repository,
            head_repository=plan.head_repository,
            head=plan.branch,
            base=plan.base,
            title=proposal.title(run.job),
            body=proposal.body(run.job, plan, summary, checks, template),
            is_draft=run.job.request.pr != "ready",
            marker=cards.marker(run.job.handle),
        )
    )


def _tell_unmet(run: Run, pull: PullRequest) -> None:
    """A pull request that came to be while the job waited is not opened the way this one asked for."""
    asked = run.job.request.pr
    if asked == "none" or (asked == "ready" and pull.is_draft):
        run.event(JobEventType.NOTICE, STAYS.format(number=pull.number, asked=asked))


async def _pushed(run: Run, plan: Plan, offer: Offer, sha: str) -> None:
    facts = {"branch": plan.branch, "files": len(offer.diff.files), "sha": sha}
    run.event(JobEventType.CHANGE, PUSHED.format(branch=plan.branch), success=True, facts=facts)
    await _remember(run, plan, sha, None, offer.work)


async def _remember(
    run: Run, plan: Plan, sha: str, pull: PullRequest | None, work: Work | None = None
) -> Change:
    """Keep what the conversation's branch is now, so that a follow-up continues on it."""
    await run.flush()
    thread = plan.thread
    async with run.services.storage.begin() as unit:
        known = plan.change or await unit.changes.of_job(run.job.id)
        change = known or Change(
            place=thread.place,
            repository=thread.repository,
            issue_number=thread.number if plan.context.pull_number is None else None,
            branch=plan.branch,
            base=plan.base,
            head_repository=plan.head_repository,
            updated_at=now(),
        )
        news: dict[str, object] = {"head_sha": sha, "job_id": run.job.id, "updated_at": now()}
        if pull is not None:
            news |= {"pull_number": pull.number, "pull_url": pull.url}
        if work is not None:
            news |= {"agent": work.agent.name, "session": work.result.session}
        await _put_on_record(unit, run.job, change, news)
        return await unit.changes.keep(change.model_copy(update=news))


async def _put_on_record(unit: UnitOfWork, job: Job, change: Change, news: Mapping[str, object]) -> None:
    if "pull_number" not in news:
        if (change.head_sha, change.job_id) != (news["head_sha"], job.id):  # else it is on record
            await trail.of_job(unit, job, "pushed", branch=change.branch, sha=news["head_sha"])
        return
    action = "pull_updated" if change.pull_number == news["pull_number"] else "pull_opened"
    await trail.of_job(unit, job, action, number=news["pull_number"], url=news["pull_url"])


async def remember_session(run: Run, plan: Plan, session: str | None) -> None:
    """After a run without a change: the next follow-up continues the same session."""
    if plan.change is None or session is None:
        return
    async with run.services.storage.begin() as unit:
        await unit.changes.keep(plan.change.model_copy(update={"session": session, "updated_at": now()}))
