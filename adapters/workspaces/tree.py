"""One job's workspace: the tree that agent and checks work in, and our own repository beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.git import Git, Place
from adapters.workspaces import commits, handouts, leaks, objects, staging
from adapters.workspaces.commits import Signing
from adapters.workspaces.push import Push
from adapters.workspaces.staging import Staged
from bot.errors import JobFailed
from bot.platform import GitRemote
from bot.workshop import Checkout, Commit, Diff, Leak
from models.job import Failure

LOOKING = "looking at what changed in {name}"
NOT_COMMITTED = "pushing {branch}: nothing is committed"


class GitWorkspace:
    """See `bot.workshop.Workspace`. What `diff` saw is what `commit` commits: nothing slips in between."""

    def __init__(self, git: Git, folder: Path, checkout: Checkout, shas: tuple[str, str, str]) -> None:
        self.path = folder / "tree"
        self.home = folder / "home"
        self.is_home_new = True
        self.base_sha, self.head_sha, self.start_sha = (
            shas  # merge base with the start, our branch's tip, what is checked out
        )
        self.head_message = ""
        self.signing = Signing()
        self.pause_seconds = 0.5
        self.handouts: Path | None = None
        self._folder = folder
        self._git = git
        self._checkout = checkout
        self._place = Place(folder / "git", self.path, folder / "git" / "index")
        self._staged: Staged | None = None
        self._commit: tuple[Commit, str] | None = None

    @property
    def place(self) -> Place:
        """Our own repository."""
        return self._place

    @property
    def _what(self) -> str:
        return LOOKING.format(name=self._checkout.repository)

    async def texts(self, names: Sequence[str]) -> Mapping[str, str]:
        """The named files of the base: what earlier work of ours on the branch did to them does not count."""
        return await objects.texts(self._git, self._place, self._what, self.base_sha, names)

    async def hand_over(self, name: str, content: bytes) -> Path:
        """Put a file beside the tree; see `adapters/workspaces/handouts.py`."""
        path = await asyncio.to_thread(handouts.write, self._folder, name, content)
        self.handouts = path.parent
        return path

    async def diff(self) -> Diff:
        """Between what was checked out and the tree as it is now. This is what `commit` will commit."""
        self._staged = await staging.stage(self._git, self._place, self.path, self._what)
        seen = await objects.compare(self._git, self._place, self._what, self._start_tree, self._staged.tree)
        return seen.model_copy(update={"files": (*seen.files, *self._staged.left_out)})

    @property
    def _start_tree(self) -> str:
        return f"{self.start_sha}^{{tree}}"

    async def secrets_in(self, values: Sequence[str]) -> list[Leak]:
        """What changed and holds one of `values` or what looks like a secret; see `adapters/workspaces/leaks.py`."""
        known = [*values, *(remote.token.get_secret_value() for remote in self._remotes)]
        staged = self._staged or await staging.stage(self._git, self._place, self.path, self._what)
        changed = await objects.changes(self._git, self._place, self._what, self._start_tree, staged.tree)
        return await leaks.find(self._git, self._place, self._what, changed, known)

    @property
    def _remotes(self) -> tuple[GitRemote, ...]:
        both = (self._checkout.remote, self._checkout.branch_remote)
        return tuple(remote for remote in both if remote is not None)

    async def commit(self, commit: Commit) -> str:
        """Commit what `diff` saw last (the tree as it is now, when it was never asked); the sha."""
        staged = self._staged or await staging.stage(self._git, self._place, self.path, self._what)
        sha = await self._make(commit, staged.tree, self.start_sha)
        self._commit = commit, sha
        return sha

    async def _make(self, commit: Commit, tree: str, parent: str) -> str:
        return await commits.make(self._git, self._place, commit, tree, parent, self.signing)

    async def push(self, to: GitRemote | None = None) -> str:
        """Push the branch with a lease on what it was when fetched; see `adapters/workspaces/push.py`.

        `to`: a repository that there was not when this was checked out.
        """
        if self._commit is None:
            raise JobFailed(Failure.INTERNAL, NOT_COMMITTED.format(branch=self._checkout.branch))
        commit, sha = self._commit
        remote = to or self._checkout.branch_remote or self._checkout.remote
        push = Push(
            self._git,
            self._place,
            remote,
            self._checkout.branch,
            self._checkout.repository,
            self.pause_seconds,
        )

        async def remake(tree: str, parent: str) -> str:
            return await self._make(commit, tree, parent)

        self.head_sha = await push.push(sha, self.head_sha, remake)
        self._commit = commit, self.head_sha
        return self.head_sha
