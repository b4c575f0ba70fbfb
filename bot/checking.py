"""Running a repository's own checks over a change, in the box."""

from __future__ import annotations

from collections import deque
from time import monotonic

from bot import checks as found_checks
from bot import counts as found_counts
from bot.errors import JobCancelled
from bot.run import Run
from bot.safety import mask
from bot.workshop import Box, ProcessSpec, Workspace
from models.job import JobEventType
from models.pipeline import Checks, CheckStep, StepResult, Verdict

TAIL_LINES = 60
COUNTED_LINES = 5000  # summaries come last
LINE_CHARACTERS = 2000
KEPT_CHARACTERS = 1024 * 1024  # of one command's output, in the log
NOT_KEPT = "[more output is not kept]"
STOPPED = "running `{name}`: it was stopped"
LOG_LINES = 50  # so many lines make one event


async def plan(workspace: Workspace) -> Checks:
    """What to run. The configuration is the base's own: a change may not choose its judges."""
    return found_checks.find(await workspace.texts(found_checks.LOOKED_AT))


async def carry_out(run: Run, checks: Checks, workspace: Workspace, box: Box) -> Verdict:
    """Run set-up and checks in order; after a failed step the rest is not run."""
    results: list[StepResult] = []
    for step in (*checks.setup, *checks.steps):
        result = await _step(run, step, checks, workspace, box)
        results.append(result)
        if not result.is_ok:
            break
    is_ok = all(result.is_ok for result in results)
    verdict = Verdict(is_ok=is_ok, source=checks.source, results=tuple(results))
    run.event(JobEventType.CHECK, verdict.summary, success=is_ok, facts={"checks": verdict.summary})
    return verdict


async def _step(run: Run, step: CheckStep, checks: Checks, workspace: Workspace, box: Box) -> StepResult:
    began = monotonic()
    spec = ProcessSpec(
        argv=("/bin/sh", "-c", step.run),
        cwd=workspace.path,
        timeout_seconds=min(checks.timeout_seconds, run.seconds_left()),
        idle_seconds=run.services.settings.idle_timeout_seconds,
        role="check",
    )
    running = await box.start(spec)
    heard: deque[str] = deque(maxlen=COUNTED_LINES)
    log = _Log(run)
    async for raw in running.lines():
        line = mask(raw.decode(errors="replace").rstrip("\n"), run.services.known_secrets)[:LINE_CHARACTERS]
        heard.append(line)
        log.add(line)
    log.write()
    code = await running.wait()
    if running.stop_reason == "stopped":
        raise JobCancelled(STOPPED.format(name=step.name))  # it did not fail: whoever stopped us says why
    counts = found_counts.count("\n".join(heard))
    return StepResult(
        name=step.name,
        is_ok=code == 0 and running.stop_reason == "end",
        exit_code=code,
        seconds=monotonic() - began,
        tail="\n".join(list(heard)[-TAIL_LINES:]),
        tests_passed=counts.passed if counts else None,
        tests_failed=counts.failed if counts else None,
        stop=running.stop_reason,
    )


class _Log:
    """A command's output on its way into events, a batch of lines each, and no more than can be kept."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines: list[str] = []
        self._room = KEPT_CHARACTERS

    def add(self, line: str) -> None:
        """The next line."""
        if self._room < 0:
            return
        self._room -= len(line) + 1
        self._lines.append(line if self._room >= 0 else NOT_KEPT)
        if len(self._lines) >= LOG_LINES:
            self.write()

    def write(self) -> None:
        """What waits for its batch to fill."""
        if self._lines:
            self._run.event(JobEventType.LOG, "\n".join(self._lines))
            self._lines = []
