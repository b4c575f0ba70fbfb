"""Where work is done: a checked-out tree, a box to run commands in, and the agents that run in it.

The agent and the checks run inside the box. Git runs outside, on the host, with its own GIT_DIR: nothing in
the tree can change what it does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from bot.platform import GitRemote
from models.agent import AgentEvent, AgentResult, AgentTask
from models.base import Noun


class Checkout(Noun):
    """What to check out. `branch` is ours (created at `start` when it is new);

    `start` is a branch, tag or sha of `remote`.
    """

    repository: str
    remote: GitRemote
    start: str
    start_sha: str = ""  # when set: the commit that was seen; the start must still be it
    branch: str
    branch_remote: GitRemote | None = None  # where our branch lives when it is a fork
    home_key: str  # the agent's home is kept under this name, per branch


class FileChange(Noun):
    """One path of a diff. `mode` is git's new file mode ("120000" is a link, "160000" another repository)."""

    path: str
    status: str  # A, M, D, T
    mode: str
    size_bytes: int
    link_target: str = ""


class Diff(Noun):
    """What git on the host says changed."""

    files: tuple[FileChange, ...] = ()
    added_lines: int = 0
    deleted_lines: int = 0

    @property
    def is_empty(self) -> bool:
        """Nothing changed."""
        return not self.files


class Leak(Noun):
    """A changed path that adds a secret. `what` names the kind it looks like; "" is a value we know.

    Not `is_searched`: it is too large to be looked through, and may hold anything.
    """

    path: str
    what: str = ""
    is_searched: bool = True


class Commit(Noun):
    """A commit to be made. Trailers come as ("Co-authored-by", "Ana <...>")."""

    message: str
    author_name: str
    author_email: str
    trailers: tuple[tuple[str, str], ...] = ()


class Workspace(Protocol):
    """One job's tree."""

    path: Path
    home: Path
    handouts: Path | None  # where what was handed over lies; None as long as nothing was
    is_home_new: bool  # it remembers nothing: this host never saw the conversation, or forgot it
    base_sha: str
    head_sha: str  # of the branch as it is on the remote; "" when it is new there
    head_message: str  # that commit's whole message, trailers included

    async def texts(self, names: Sequence[str]) -> Mapping[str, str]:
        """The named files of the base, before we changed anything, now or in an earlier job. `*` patterns match;

        absent ones are left out.
        """

    async def hand_over(self, name: str, content: bytes) -> Path:
        """Put a file where the agent can read it, outside the tree: it is in no diff and no commit, and goes with
        the workspace. `name` is a new one, a single part of a path. Raises OSError.
        """

    async def diff(self) -> Diff:
        """Between what was checked out and the tree as it is now."""

    async def secrets_in(self, values: Sequence[str]) -> list[Leak]:
        """What changed and holds one of `values`, or what looks like a secret and was not there before: in content,
        name or link target, whatever kind of file it is.
        """

    async def commit(self, commit: Commit) -> str:
        """Commit the whole tree; the sha. Hooks, filters and configuration of the tree are never used."""

    async def push(self, to: GitRemote | None = None) -> str:
        """Push the branch with a lease on what it was when fetched. A moved branch is fetched, our commit
        rebased, tried again. `to`: a fork that there was not yet when this was opened.

        Returns the pushed sha. Raises JobFailed(CONFLICT) when the rebase conflicts, (PUBLISH) when the push
        is refused.
        """


class Workspaces(Protocol):
    """Mirrors, trees and agent homes on this host."""

    def open(self, job_id: str, attempt: int, checkout: Checkout) -> AbstractAsyncContextManager[Workspace]:
        """Fetch, check out, and clean up at the end. Raises JobFailed(SETUP) or IntegrationError."""

    async def delete_branch(self, repository: str, remote: GitRemote, branch: str) -> None: ...
    async def sweep(self, live_job_ids: frozenset[str]) -> int:
        """Remove trees of jobs that are not among the live. Returns how many."""

    async def prune(self) -> int:
        """Remove agents' homes and mirrors that nobody used for long. Returns how many."""


class ProcessSpec(Noun):
    """A command for the box. `env` is all it gets besides the box's own few variables.

    `is_stderr_apart`: what it writes to standard error is `errors`, and never in the midst of its output.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = {}
    stdin: bytes = b""
    timeout_seconds: float
    idle_seconds: float
    role: str = "check"
    is_stderr_apart: bool = False


class Running(Protocol):
    """A command that runs in the box, in its own process group."""

    pid: int

    def lines(self) -> AsyncIterator[bytes]:
        """Its output, line by line, both streams (unless apart), each line 16 MiB at most.

        Ends when all writers are gone or it was stopped.
        """

    def errors(self) -> Sequence[bytes]:
        """Lines of its standard error, when that is apart, since last asked; cut and thinned when they are many.

        All have come when `wait` returns.
        """

    async def wait(self) -> int:
        """Its exit code; negative: the signal."""

    async def stop(self) -> None:
        """SIGINT, SIGTERM, SIGKILL to the whole group, each after the other's grace. Returns when nobody is left."""

    @property
    def stop_reason(self) -> str:
        """ "end", "timeout", "idle" or "stopped"."""


class Box(Protocol):
    """One job's place to run commands."""

    async def start(self, spec: ProcessSpec) -> Running: ...
    async def stop_all(self) -> None: ...


class Runner(Protocol):
    """Makes boxes. `on_start` is told of each process group before anything else happens with it."""

    name: str
    may_run_untrusted: bool

    def open(
        self, workspace: Path, home: Path, on_start: Callable[[int, str], Awaitable[None]]
    ) -> AbstractAsyncContextManager[Box]: ...


class Agent(Protocol):
    """A coding agent behind its command line."""

    @property
    def name(self) -> str: ...
    @property
    def features(self) -> frozenset[str]:
        """ "resume": it goes on with an earlier session."""

    def check(self) -> str:
        """ "" when it can run here, else one line saying what is missing."""

    def run(self, task: AgentTask, box: Box) -> AgentRun: ...


class AgentRun(Protocol):
    """One run: iterate over its events, then ask for the result."""

    def __aiter__(self) -> AsyncIterator[AgentEvent]: ...
    async def result(self) -> AgentResult: ...
    async def cancel(self) -> None: ...
