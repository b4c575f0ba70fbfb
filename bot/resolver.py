"""The resolver: workspace, agent, checks, publish. One job from a request to a pull request, or to an honest end.

Whether something changed is what git on the host says, never what the agent says. Right before a push and before a pull
request the attempt is checked: a worker that was thought dead changes nothing any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot import (
    agents_at_work,
    attachments,
    checking,
    diff_policy,
    folders,
    planning,
    prompt,
    publishing,
    undoing,
)
from bot.agents_at_work import Work
from bot.diff_policy import Limits
from bot.errors import JobFailed
from bot.patience import patiently
from bot.planning import Plan
from bot.run import Run
from bot.safety import mask
from bot.workshop import Box, Diff, Workspace
from models.agent import AgentState
from models.job import Failure, JobEventType, JobResult

FETCHING = "Fetching `{repository}`"
WORKING = "`{agent}` at work"
CHECKING = "Running checks ({source})"
NO_CHANGE = "Nothing was changed."
VIOLATES = "the change may not be pushed: {first}"
UNCHANGED_FACTS = {"is_unchanged": True}


async def resolve(run: Run) -> JobResult:
    """Do what the job asks. Raises JobFailed (with its reason), JobCancelled, LeaseLost,
    IntegrationError, StorageUnavailable.
    """
    await patiently(run, lambda: planning.check_rights(run))
    if run.job.request.verb == "undo":
        return await undoing.undo(run)
    forge = run.services.forge_of(planning.place(run.job)[1])
    plan = await patiently(run, lambda: planning.make(run, forge))
    run.event(JobEventType.STEP, FETCHING.format(repository=plan.thread.repository), is_urgent=True)
    async with run.services.workspaces.open(run.job.id, run.job.attempt, plan.checkout) as workspace:
        run.folders.know(workspace.path, folders.WORKSPACE)
        run.folders.know(workspace.home, folders.HOME)
        if publishing.is_published(run.job, workspace):
            # An earlier attempt pushed and died before it could say so.
            return await publishing.resume(run, forge, plan, workspace.head_sha)
        async with run.services.runner.open(workspace.path, workspace.home, run.on_start) as box:
            run.stoppers.append(box.stop_all)
            return await _work(run, plan, workspace, box)


async def _work(run: Run, plan: Plan, workspace: Workspace, box: Box) -> JobResult:
    job = run.job
    agent = agents_at_work.choose(run, plan.change)
    handed = await attachments.hand_over(run, workspace)
    told = prompt.write(job, is_continued=plan.change is not None, files=handed)
    if told.notice:
        run.event(JobEventType.NOTICE, told.notice)
    run.event(JobEventType.STEP, WORKING.format(agent=agent.name))
    work = await agents_at_work.let_work(run, agent, plan, workspace, box, told.text)
    diff = await workspace.diff()
    if job.request.is_read_only or diff.is_empty:
        return await _answer(run, plan, work, diff)
    await _obey(run, diff, workspace)
    checks = await checking.plan(workspace)
    run.event(JobEventType.STEP, CHECKING.format(source=checks.source))
    verdict = await checking.carry_out(run, checks, workspace, box)
    await box.stop_all()
    forge = run.services.forge_of(plan.thread)
    publish = publishing.publish(run, forge, plan, workspace, publishing.Offer(work, diff, verdict))
    return await _undisturbed(run, publish)


async def _undisturbed(run: Run, publish: Coroutine[Any, Any, JobResult]) -> JobResult:
    """Run the publication as one piece: whatever interrupts us now is obeyed at its next check, never in the middle of
    a push. A shutdown lets it end: what is pushed is then offered too.
    """
    task = asyncio.create_task(publish)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        return task.result()


async def _answer(run: Run, plan: Plan, work: Work, diff: Diff) -> JobResult:
    """No change: the agent's words are the result."""
    if not run.job.request.is_read_only:
        run.event(JobEventType.NOTICE, NO_CHANGE, facts=UNCHANGED_FACTS)
    await publishing.remember_session(run, plan, work.result.session)
    await run.agent_state(AgentState.FINISHED)
    kept = "" if diff.is_empty else "changes were thrown away"
    return JobResult(
        result=kept or "answered", explanation=mask(work.result.summary, run.services.known_secrets)
    )


async def _obey(run: Run, diff: Diff, workspace: Workspace) -> None:
    settings = run.services.settings
    limits = Limits(max_files=settings.max_changed_files, max_lines=settings.max_changed_lines)
    # What is too large is refused for that: nobody looks through it.
    is_searchable = diff_policy.is_searchable(diff, limits)
    leaks = await workspace.secrets_in(run.services.known_secrets) if is_searchable else []
    if found := diff_policy.violations(diff, limits, leaks):
        listed = "\n".join(f"- {each}" for each in found)
        raise JobFailed(Failure.POLICY, VIOLATES.format(first=found[0]), listed)
