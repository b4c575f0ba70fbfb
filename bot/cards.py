"""What a job's card says, from the job and its events alone. How it looks is each platform's `markup.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot import phrases
from bot.discretion import told_at
from bot.facts import merge
from bot.safety import headline
from models.agent import AgentEventKind
from models.base import now
from models.card import Card, CardState, CardStep
from models.job import Failure, Job, JobEvent, JobEventType, JobStatus

MARKER = "bellhop:{handle}"
QUEUED = "👀 {what} · queued{place}. Stop: `{stop}`"
NO_WORKER = "; no worker is running"
BEHIND = ", {position} behind {ahead}"
WAITING = "waiting "
WORKING = "⚙️ {what} · working{attempt}. Stop: `{stop}`"
STOPPING = "⏹ {handle} is being stopped by @{by}"
DONE = "✅ {handle} done in {took}{cost} · {outcome}"
ANSWERED = "✅ {handle} answered in {took}{cost}"
NO_CHANGE = "✅ {handle} done in {took}{cost} · no change was needed"
FAILED = "❌ {handle} failed {where}: {why}.{kept}"
CANCELLED = "⏹ {handle} stopped by @{by}{after}.{removed}"
LOST = "{handle} {text}"
ATTEMPT = ", attempt {attempt} of {most}"
BRANCH_KEPT = " Branch kept: `{branch}`."
BRANCH_REMOVED = " Branch removed."
SAYS = "“{said}”"
SHOWN_STEPS = 12
SAID_CHARACTERS = 120

WHERE = {
    Failure.LOST: "for good",
    Failure.TIMEOUT: "by its time limit",
    Failure.IDLE: "by silence",
    Failure.OOM: "out of memory",
    Failure.SETUP: "in set-up",
    Failure.BUDGET: "by its budget",
    Failure.AGENT: "in the agent",
    Failure.CHECKS: "in checks",
    Failure.CONFLICT: "on a conflict",
    Failure.POLICY: "before the push",
    Failure.PUBLISH: "in publishing",
    Failure.UPSTREAM: "on the platform",
    Failure.INTERNAL: "inside Bellhop",
}


@dataclass(frozen=True)
class Situation:
    """What a card needs besides the job: who is ahead in line, whether anybody works, how commands are typed here,
    and what time it is.
    """

    ahead: Sequence[Job] = ()
    is_worked: bool = True
    slash: str = "/bellhop"
    at: datetime = field(default_factory=now)
    facts: dict[str, Any] = field(default_factory=dict)


def marker(handle: str) -> str:
    """By which a card of ours is found again."""
    return MARKER.format(handle=handle)


def draw(job: Job, situation: Situation) -> Card:
    """The card of `job` as it should be now. Pure."""
    facts: dict[str, Any] = {"links": {}, "cost_usd": 0.0, **merge(job.events)}
    state = _state(job, facts)
    return Card(
        job_id=job.id,
        handle=job.handle,
        state=state,
        headline=_headline(job, state, facts, situation),
        steps=_steps(job),
        body=job.result.explanation if job.result else "",
        details=job.failure_detail.partition("\n")[2].strip(),
        details_title="Output",
        links=tuple(facts["links"].items()),
        next_commands=_next(job, state, facts, situation.slash),
        stop=_stop(job, situation.slash),
        marker=marker(job.handle),
    )


def _state(job: Job, facts: dict[str, Any]) -> CardState:
    if job.status is JobStatus.COMPLETED:
        is_done = any(facts.get(name) for name in ("pull_number", "branch", "outcome"))
        return CardState.DONE if is_done else CardState.ANSWERED
    return {
        JobStatus.QUEUED: CardState.QUEUED,
        JobStatus.RUNNING: CardState.RUNNING,
        JobStatus.PARKED: CardState.PARKED,
        JobStatus.FAILED: CardState.FAILED,
    }.get(job.status, CardState.CANCELLED)


def what(job: Job) -> str:
    """`J-7K3Q fix "failing test" on acme/api#42`. The request's words are somebody's: made harmless here."""
    asked = phrases.short(headline(phrases.first_line(job.request.text))).replace('"', "'")
    quoted = f' "{asked}"' if asked else ""
    return f"{job.handle} {job.request.verb}{quoted} on {job.thread}"


def _headline(job: Job, state: CardState, facts: dict[str, Any], situation: Situation) -> str:
    if job.cancel_requested_at and not job.status.is_terminal:
        return STOPPING.format(handle=job.handle, by=job.cancel_requested_by)
    stop = _stop(job, situation.slash)
    if state is CardState.QUEUED:
        return QUEUED.format(what=what(job), place=_place(job, situation), stop=stop)
    if state in {CardState.RUNNING, CardState.PARKED}:
        attempt = ATTEMPT.format(attempt=job.attempt, most=job.max_attempts) if job.attempt > 1 else ""
        return WORKING.format(what=what(job), attempt=attempt, stop=stop)
    return _ending(job, state, facts)


def _stop(job: Job, slash: str) -> str:
    """Once: who is being stopped already needs no second word."""
    is_over = job.status.is_terminal or job.cancel_requested_at is not None
    return "" if is_over else f"{slash} cancel {job.handle}"


def _place(job: Job, situation: Situation) -> str:
    if situation.ahead:
        asked = job.context.thread if job.context else None
        nearest = told_at(situation.ahead[-1], asked)
        return BEHIND.format(
            position=phrases.ordinal(len(situation.ahead) + 1), ahead=describe_ahead(nearest, situation.at)
        )
    return "" if situation.is_worked else NO_WORKER


def describe_ahead(job: Job, at: datetime) -> str:
    """`J-7JX1 (acme/api#42, @ana, 4 min)`: for how long it works, else for how long it waits itself."""
    who = f", @{job.requester.login}" if job.requester else ""
    is_waiting = job.status is JobStatus.QUEUED
    since = job.created_at if is_waiting else job.start_time
    lasts = f", {WAITING if is_waiting else ''}{phrases.minutes(at - since)}" if since else ""
    return f"{job.handle} ({job.thread}{who}{lasts})"


def _ending(job: Job, state: CardState, facts: dict[str, Any]) -> str:
    took = phrases.duration(job.end_time - job.start_time) if job.end_time and job.start_time else "0s"
    cost = f" · {phrases.money(facts['cost_usd'])}" if facts["cost_usd"] else ""
    if state is CardState.DONE:
        return DONE.format(handle=job.handle, took=took, cost=cost, outcome=_outcome(facts))
    if state is CardState.ANSWERED:
        form = NO_CHANGE if facts.get("is_unchanged") else ANSWERED
        return form.format(handle=job.handle, took=took, cost=cost)
    if state is CardState.FAILED and job.failure:
        why = job.failure_detail.partition("\n")[0].rstrip(".")
        kept = BRANCH_KEPT.format(branch=facts["kept_branch"]) if facts.get("kept_branch") else ""
        return FAILED.format(handle=job.handle, where=WHERE[job.failure], why=why, kept=kept)
    after = f" after {took}" if job.start_time else " before it began"
    branch = _left(job, facts)
    removed = BRANCH_REMOVED if facts.get("removed_branch") else branch
    return CANCELLED.format(handle=job.handle, by=job.cancel_requested_by, after=after, removed=removed)


def _left(job: Job, facts: dict[str, Any]) -> str:
    """What stays of a cancelled job: a branch that could not be removed, or one that is not its own."""
    pushed = facts.get("branch", "")
    is_others = bool(pushed) and pushed.rpartition("/")[2] != job.handle
    branch = facts.get("kept_branch") or (pushed if is_others else "")
    return BRANCH_KEPT.format(branch=branch) if branch else ""


def _outcome(facts: dict[str, Any]) -> str:
    if facts.get("outcome"):
        return str(facts["outcome"])
    files = f", {phrases.counted(facts['files'], 'file')}" if facts.get("files") else ""
    if not facts.get("pull_number"):
        parts = [f"branch `{facts['branch']}`{files}"]
    else:
        draft = " (draft)" if facts.get("is_draft") else ""
        verb = " updated" if facts.get("is_update") else ""
        parts = [f"PR #{facts['pull_number']}{draft}{verb}{files}"]
    if facts.get("checks"):
        parts.append(str(facts["checks"]))
    return " · ".join(parts)


def _steps(job: Job) -> tuple[CardStep, ...]:
    """The story so far: phases with their result, checks, what was worth a notice, and what the agent said last."""
    steps: list[CardStep] = []
    said = ""
    for event in job.events:
        if event.type == JobEventType.AGENT:
            said = _said(event) or said
        elif event.type == JobEventType.STEP:
            said = ""
            steps = [*_ended(steps, is_ok=True), CardStep(text=event.data or "")]
        elif "lost" in event.facts:
            text = LOST.format(handle=job.handle, text=event.data)
            warning = CardStep(text=text, is_done=True, is_ok=False, is_warning=True)
            steps = [*_ended(steps, is_ok=False), warning]
        elif event.type in {JobEventType.CHECK, JobEventType.CHANGE, JobEventType.NOTICE}:
            steps.append(CardStep(text=event.data or "", is_done=True, is_ok=event.success is not False))
    if job.status.is_terminal:
        # What was under way when the job was stopped or failed was not done.
        steps = _ended(steps, is_ok=job.status is JobStatus.COMPLETED)
    elif said:
        steps.append(CardStep(text=SAYS.format(said=said)))
    return tuple(steps[-SHOWN_STEPS:])


def _ended(steps: Sequence[CardStep], *, is_ok: bool) -> list[CardStep]:
    """With an end to what was under way."""
    end = {"is_done": True, "is_ok": is_ok}
    return [step if step.is_done else step.model_copy(update=end) for step in steps]


def _said(event: JobEvent) -> str:
    """An agent's words, as one harmless line; "" for its tool calls."""
    if event.facts.get("kind") != AgentEventKind.TEXT:
        return ""
    return phrases.short(headline(phrases.first_line(event.data or "")), SAID_CHARACTERS)


def _next(job: Job, state: CardState, facts: dict[str, Any], slash: str) -> tuple[str, ...]:
    if state in {CardState.FAILED, CardState.CANCELLED}:
        return (f"{slash} retry {job.handle}", f"{slash} logs {job.handle}")
    if state is CardState.DONE and "outcome" not in facts:
        return (f"{slash} undo {job.handle}", f"{slash} logs {job.handle}")
    if state is CardState.DONE:
        return (f"{slash} retry {job.request.text}", f"{slash} logs {job.handle}")
    if state is CardState.ANSWERED:
        return (f"{slash} fix", f"{slash} logs {job.handle}")
    # While it works the headline says how to stop it.
    return (f"{slash} status {job.handle}",) if job.cancel_requested_at else ()
