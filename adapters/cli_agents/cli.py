"""Agents that are command lines: an argument list, an environment and a parser make one."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.settings import search_path
from bot.workshop import Box, ProcessSpec, Running
from models.agent import AgentEvent, AgentEventKind, AgentResult, AgentStop, AgentTask

Parse = Callable[[bytes], Iterator[AgentEvent | AgentResult]]

MISSING = "`{program}` is not installed"
CRASHED = "it ended with code {code} and without a result"
STOPPED = {"timeout": AgentStop.TIMEOUT, "idle": AgentStop.IDLE, "stopped": AgentStop.CANCELLED}
SAID_NOTHING = "it said nothing for too long"
TOO_LONG = "it took too long"
WHY_STOPPED = {"timeout": TOO_LONG, "idle": SAID_NOTHING, "stopped": "it was stopped"}
# Agents were seen to hang after their last word; https://github.com/anthropics/claude-code/issues/25629
AFTER_RESULT_SECONDS = 10.0
TAIL_LINES = 30


@dataclass(frozen=True)
class CliAgent:
    """The `Agent` port. `lost_session` is what a result's error holds when the session to resume is gone."""

    name: str
    argv: Callable[[AgentTask], tuple[str, ...]]
    parse: Parse
    environment: Callable[[AgentTask], Mapping[str, str]] = lambda task: {}
    lost_session: str = ""
    features: frozenset[str] = field(default=frozenset())

    def check(self) -> str:
        """ "" when its program can be found."""
        program = self.argv(_NO_TASK)[0]
        return "" if shutil.which(program, path=search_path()) else MISSING.format(program=program)

    def run(self, task: AgentTask, box: Box) -> CliRun:
        """Start when it is first iterated over."""
        return CliRun(self, task, box)


class CliRun:
    """The `AgentRun` port."""

    def __init__(self, agent: CliAgent, task: AgentTask, box: Box) -> None:
        self.agent = agent
        self.task = task
        self.box = box
        self._running: Running | None = None
        self._result: AgentResult | None = None

    async def __aiter__(self) -> AsyncIterator[AgentEvent]:
        async for event in self._once(self.task):
            yield event
        if self._has_lost_its_session():
            # The conversation is gone, the request is not: begin afresh.
            async for event in self._once(self.task.model_copy(update={"session": None})):
                yield event

    async def result(self) -> AgentResult:
        """After the iteration."""
        return self._result or AgentResult(is_ok=False, stop=AgentStop.CRASHED, error="it never ran")

    async def cancel(self) -> None:
        """Stop it with all it started."""
        if self._running is not None:
            await self._running.stop()

    def _has_lost_its_session(self) -> bool:
        result, lost = self._result, self.agent.lost_session
        return bool(self.task.session and lost and result and not result.is_ok and lost in result.error)

    async def _once(self, task: AgentTask) -> AsyncIterator[AgentEvent]:
        running = self._running = await self.box.start(self._spec(task))
        self._result = None
        tail: deque[str] = deque(maxlen=TAIL_LINES)
        after: asyncio.Task[None] | None = None
        async for line in running.lines():
            for found in self.agent.parse(line):
                if isinstance(found, AgentResult):
                    self._result = self._result or found
                    after = after or asyncio.create_task(_stop_after(running, found))
                    continue
                if found.kind is AgentEventKind.RAW:
                    tail.append(found.text)
                yield found
            for aside in _murmured(running, tail):
                yield aside
        code = await running.wait()
        if after is not None:
            after.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await after
        # Of one that was stopped, the last words are about being stopped.
        last = tail if running.stop_reason == "end" else tail.copy()
        for aside in _murmured(running, last):
            yield aside
        self._result = self._result or _without_result(running.stop_reason, code, "\n".join(tail))

    def _spec(self, task: AgentTask) -> ProcessSpec:
        return ProcessSpec(
            argv=self.agent.argv(task),
            cwd=task.workspace,
            env=dict(self.agent.environment(task)),
            stdin=task.prompt.encode(),
            timeout_seconds=task.timeout_seconds,
            idle_seconds=task.idle_seconds,
            role="agent",
            is_stderr_apart=True,
        )


def _murmured(running: Running, tail: deque[str]) -> list[AgentEvent]:
    """What it wrote to standard error: no part of its stream, whatever it looks like."""
    told = [line.decode(errors="replace") for line in running.errors() if line.strip()]
    tail.extend(told)
    return [AgentEvent(kind=AgentEventKind.RAW, text=text, data={"stream": "stderr"}) for text in told]


async def _stop_after(running: Running, result: AgentResult) -> None:
    """After its last word it may tidy up, for a while; one that can only fail is stopped at once."""
    if result.is_ok or result.stop is not AgentStop.ERROR:
        await asyncio.sleep(AFTER_RESULT_SECONDS)
    await running.stop()


def _without_result(reason: str, code: int, tail: str) -> AgentResult:
    stop = STOPPED.get(reason, AgentStop.CRASHED)
    first = WHY_STOPPED.get(reason, CRASHED.format(code=code))
    return AgentResult(is_ok=False, stop=stop, error=f"{first}\n{tail}".strip())


_NO_TASK = AgentTask.model_validate({"prompt": "", "workspace": ".", "home": "."})
