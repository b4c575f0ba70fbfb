"""Where work is done, in memory: a tree that is a mapping, a box whose commands are written down, an agent that plays.

`world` is what the "remote" holds: branches by name, each with its tip's sha, message and files. It outlives attempts.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import JobFailed
from bot.platform import GitRemote
from bot.workshop import Box, Checkout, Commit, Diff, FileChange, Leak, ProcessSpec
from models.agent import AgentEvent, AgentEventKind, AgentResult, AgentStop, AgentTask
from models.job import Failure

Files = dict[str, str]
Hook = Callable[[], Awaitable[None]]
NOWHERE = Path("/nowhere")
MOVED = "opening a workspace: `{start}` is not the commit any more that was asked about"
NO_START = "fetching: there is no branch, tag or commit `{start}`"


@dataclass
class Tip:
    """A branch."""

    sha: str
    message: str
    files: Files


@dataclass
class World:
    """The remote's branches, by repository and name; `refusal` is raised by the next push."""

    branches: dict[tuple[str, str], Tip] = field(default_factory=dict)
    refusal: Exception | None = None
    before_push: Hook | None = None
    after_push: Hook | None = None
    commits: list[Commit] = field(default_factory=list)
    pushes: list[str] = field(default_factory=list)
    opened: list[Checkout] = field(default_factory=list)
    forgotten_homes: set[str] = field(default_factory=set)
    _shas: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def put(self, name: str, files: Files, message: str = "As it was.", repository: str = "acme/shop") -> Tip:
        tip = Tip(f"{next(iter(self._shas)):040x}", message, dict(files))
        self.branches[repository, name] = tip
        return tip

    def tip(self, name: str, repository: str = "acme/shop") -> Tip | None:
        return self.branches.get((repository, name))


class FakeWorkspace:
    """The `Workspace` port."""

    def __init__(self, world: World, checkout: Checkout) -> None:
        self.world = world
        self.checkout = checkout
        self.path = NOWHERE
        self.home = NOWHERE
        self.is_home_new = checkout.home_key in world.forgotten_homes
        start = world.tip(checkout.start, checkout.repository)
        if start is None:
            raise JobFailed(Failure.SETUP, NO_START.format(start=checkout.start))
        if checkout.start_sha and checkout.start_sha != start.sha:
            raise JobFailed(Failure.CONFLICT, MOVED.format(start=checkout.start))
        head = world.tip(checkout.branch, self._where)
        self.base_sha = start.sha
        self.head_sha = head.sha if head else ""
        self.head_message = head.message if head else ""
        self.base = dict(start.files)
        self.before = dict((head or start).files)
        self.files = dict(self.before)
        self.handed: dict[str, bytes] = {}
        self.handouts: Path | None = None

    @property
    def _where(self) -> str:
        remote = self.checkout.branch_remote or self.checkout.remote
        return remote.url.removeprefix("https://git.example/").removesuffix(".git")

    async def texts(self, names: Sequence[str]) -> Mapping[str, str]:
        return {name: text for name, text in self.base.items() if name in names}

    async def hand_over(self, name: str, content: bytes) -> Path:
        assert "/" not in name
        assert name not in self.handed
        self.handed[name] = content
        self.handouts = NOWHERE / "attachments"
        return self.handouts / name

    async def diff(self) -> Diff:
        paths = sorted(p for p in {*self.before, *self.files} if self.before.get(p) != self.files.get(p))
        files = tuple(
            FileChange(
                path=path,
                status="D" if path not in self.files else "M" if path in self.before else "A",
                mode="100644",
                size_bytes=len(self.files.get(path, "")),
            )
            for path in paths
        )
        return Diff(files=files, added_lines=len(files))

    async def secrets_in(self, values: Sequence[str]) -> list[Leak]:
        return [
            Leak(path=path) for path, text in self.files.items() if any(value in text for value in values)
        ]

    async def commit(self, commit: Commit) -> str:
        self.world.commits.append(commit)
        return "c" * 40

    async def push(self, to: GitRemote | None = None) -> str:
        self.checkout = self.checkout.model_copy(update={"branch_remote": to or self.checkout.branch_remote})
        if self.world.before_push is not None:
            await self.world.before_push()
        if self.world.refusal is not None:
            raise self.world.refusal
        commit = self.world.commits[-1]
        trailers = "\n".join(f"{name}: {value}" for name, value in commit.trailers)
        tip = self.world.put(
            self.checkout.branch, self.files, f"{commit.message}\n\n{trailers}\n", self._where
        )
        self.world.pushes.append(self.checkout.branch)
        self.head_sha = tip.sha
        if self.world.after_push is not None:
            await self.world.after_push()
        return tip.sha


class FakeWorkspaces:
    """The `Workspaces` port."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.last: FakeWorkspace | None = None

    @asynccontextmanager
    async def open(self, job_id: str, attempt: int, checkout: Checkout) -> AsyncIterator[FakeWorkspace]:
        self.world.opened.append(checkout)
        self.last = FakeWorkspace(self.world, checkout)
        yield self.last

    async def delete_branch(self, repository: str, remote: GitRemote, branch: str) -> None:
        self.world.branches.pop((repository, branch), None)

    async def sweep(self, live_job_ids: frozenset[str]) -> int:
        return 0

    async def prune(self) -> int:
        return 0


@dataclass
class FakeRunning:
    """The `Running` port: says its lines, ends with its code."""

    said: Sequence[str]
    code: int = 0
    reason: str = "end"
    hook: Hook | None = None
    pid: int = 4242

    async def lines(self) -> AsyncIterator[bytes]:
        if self.hook is not None:
            await self.hook()
        for line in self.said:
            yield line.encode()

    def errors(self) -> Sequence[bytes]:
        return ()

    async def wait(self) -> int:
        return self.code

    async def stop(self) -> None:
        self.reason = "stopped"

    @property
    def stop_reason(self) -> str:
        return self.reason


class FakeBox:
    """The `Box` port."""

    def __init__(self, runner: FakeRunner) -> None:
        self.runner = runner

    async def start(self, spec: ProcessSpec) -> FakeRunning:
        self.runner.started.append(spec)
        return self.runner.ends.get(spec.argv[-1]) or FakeRunning(["3 passed in 0.01s"])

    async def stop_all(self) -> None:
        self.runner.stops += 1


class FakeRunner:
    """The `Runner` port. `ends` says by the command line how a command goes; others pass three tests."""

    name = "local"
    may_run_untrusted = False

    def __init__(self) -> None:
        self.started: list[ProcessSpec] = []
        self.ends: dict[str, FakeRunning] = {}
        self.stops = 0

    @asynccontextmanager
    async def open(
        self, workspace: Path, home: Path, on_start: Callable[[int, str], Awaitable[None]]
    ) -> AsyncIterator[FakeBox]:
        yield FakeBox(self)


class FakeAgent:
    """The `Agent` and `AgentRun` ports: plays one part, the same each time, and remembers its tasks."""

    features = frozenset({"resume"})

    def __init__(self, workspaces: FakeWorkspaces, name: str = "scripted") -> None:
        self.name = name
        self.workspaces = workspaces
        self.tasks: list[AgentTask] = []
        self.says: list[AgentEvent] = [AgentEvent(kind=AgentEventKind.TEXT, text="Looking at calc.py")]
        self.writes: Files = {"calc.py": "fixed"}
        self.answer = AgentResult(
            is_ok=True, summary="Guarded it.", session="s-1", cost_usd=1.18, tokens_in=9
        )
        self.hook: Hook | None = None
        self.missing = ""
        self.is_cancelled = asyncio.Event()

    def check(self) -> str:
        return self.missing

    def run(self, task: AgentTask, box: Box) -> FakeAgent:
        self.tasks.append(task)
        return self

    async def __aiter__(self) -> AsyncIterator[AgentEvent]:
        for event in self.says:
            yield event
        if self.hook is not None:
            await self.hook()
        assert self.workspaces.last is not None
        self.workspaces.last.files.update(self.writes)

    async def result(self) -> AgentResult:
        return self.answer

    async def cancel(self) -> None:
        self.is_cancelled.set()

    def gives_up(self, stop: AgentStop, error: str) -> None:
        self.answer = AgentResult(is_ok=False, stop=stop, error=error, session="s-1")
