"""Letting an agent work: its events become the job's, its result is looked at twice."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import JobFailed
from bot.planning import Plan
from bot.run import Run
from bot.safety import clip, mask
from bot.workshop import Agent, Box, Workspace
from models.agent import AgentEvent, AgentEventKind, AgentResult, AgentState, AgentStop, AgentTask
from models.change import Change
from models.job import Failure, JobEventType

NO_AGENT = "finding the agent: none is called {name}"
MISSING = "starting {name}: {missing}"
FAILED = "{name} gave up: {error}"
WITHOUT_RESULT = "{name} ended without a result"
MOST_EVENT_CHARACTERS = 4000
MOST_EVENTS = 5000  # of one run; an agent that babbles fills no database
NOT_KEPT = "[more of what {name} said is not kept]"
FORGOTTEN = "`{name}` remembers nothing of the earlier conversation here; it begins from the code as it is"
FAILURES = {
    AgentStop.TIMEOUT: Failure.TIMEOUT,
    AgentStop.IDLE: Failure.IDLE,
    AgentStop.BUDGET: Failure.BUDGET,
}
LOGGED = {AgentEventKind.RAW, AgentEventKind.TOOL_RESULT, AgentEventKind.SESSION}


@dataclass(frozen=True)
class Work:
    """What the agent says came of it."""

    agent: Agent
    result: AgentResult


def choose(run: Run, change: Change | None) -> Agent:
    """The agent that was asked for, else the one that worked here before, else the default. Raises JobFailed."""
    agents = run.services.agents
    earlier = change.agent if change and change.agent in agents else ""
    name = run.job.request.agent or earlier or run.services.settings.agent
    agent = agents.get(name)
    if agent is None:
        raise JobFailed(Failure.SETUP, NO_AGENT.format(name=name))
    if missing := agent.check():
        raise JobFailed(Failure.SETUP, MISSING.format(name=name, missing=missing))
    return agent


async def let_work(run: Run, agent: Agent, plan: Plan, workspace: Workspace, box: Box, text: str) -> Work:
    """Run the agent to its end. Raises JobFailed with the reason when its result is not a good one."""
    settings = run.services.settings
    task = AgentTask(
        prompt=text,
        workspace=workspace.path,
        home=workspace.home,
        readable=(workspace.handouts,) if workspace.handouts else (),
        session=_session(run, agent, plan.change, workspace),
        model=run.job.request.model or None,
        is_read_only=run.job.request.is_read_only,
        timeout_seconds=run.seconds_left(),
        idle_seconds=settings.idle_timeout_seconds,
    )
    await run.agent_state(AgentState.LOADING)
    working = agent.run(task, box)
    count = 0
    async for event in working:
        count += 1
        if count == 1:
            await run.agent_state(AgentState.RUNNING)
        if count <= MOST_EVENTS:
            _note(run, event)
    if count > MOST_EVENTS:
        run.event(JobEventType.LOG, NOT_KEPT.format(name=agent.name))
    result = _told(run, await working.result())
    if result.cost_usd or result.tokens_in:
        tokens = {"tokens_in": result.tokens_in, "tokens_out": result.tokens_out}
        run.event(JobEventType.USAGE, facts={"cost_usd": result.cost_usd, **tokens})
    await _judge(run, agent, result)
    return Work(agent, result)


def _session(run: Run, agent: Agent, change: Change | None, workspace: Workspace) -> str | None:
    """What to go on with: only the agent that began a session knows it, and not every agent keeps one."""
    is_theirs = change is not None and change.agent == agent.name and "resume" in agent.features
    session = change.session if change is not None and is_theirs else None
    if session is None or not workspace.is_home_new:
        return session
    run.event(JobEventType.NOTICE, FORGOTTEN.format(name=agent.name))
    return None


def _told(run: Run, result: AgentResult) -> AgentResult:
    told = {"summary": run.folders.told(result.summary), "error": run.folders.told(result.error)}
    return result.model_copy(update=told)


def _note(run: Run, event: AgentEvent) -> None:
    """Agent output is masked before it is stored anywhere."""
    text = clip(mask(event.text, run.services.known_secrets), MOST_EVENT_CHARACTERS)
    if text:
        kind = JobEventType.LOG if event.kind in LOGGED else JobEventType.AGENT
        run.event(kind, text, facts={"kind": event.kind.value})


async def _judge(run: Run, agent: Agent, result: AgentResult) -> None:
    if result.is_ok:
        return
    state = AgentState.STOPPED if result.stop is AgentStop.CANCELLED else AgentState.ERROR
    await run.agent_state(state)
    error = mask(result.error, run.services.known_secrets)
    first, _, rest = error.partition("\n")
    text = FAILED.format(name=agent.name, error=first) if first else WITHOUT_RESULT.format(name=agent.name)
    raise JobFailed(FAILURES.get(result.stop, Failure.AGENT), text, rest)
