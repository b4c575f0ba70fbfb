"""This host's workspaces: opened for a job, cleaned up after it, swept when their job is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.git import Git, Place
from adapters.workspaces import attic, locks, names
from adapters.workspaces.commits import Signing
from adapters.workspaces.mirror import Mirror
from adapters.workspaces.push import Moved, Push
from adapters.workspaces.staging import ATTRIBUTES, LEFTOVERS
from adapters.workspaces.tree import GitWorkspace
from bot.errors import IntegrationError, JobFailed
from bot.platform import GitRemote
from bot.workshop import Checkout, Workspace
from models.job import Failure

OPENING = "opening a workspace of {name}"
MOVED = "{what}: `{start}` is not the commit any more that was asked about"
NO_DISK = "{what}: {reason}"
TAKEN = "{what}: another process uses its folder"
CHECKED_OUT = "As it was checked out."
NOBODY = {f"GIT_{role}_{part}": "nobody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
AGENT = "[user]\n\tname = agent\n\temail = agent@localhost\n"


class GitWorkspaces:
    """See `bot.workshop.Workspaces`. `root` is the data folder; `branch_prefix` begins every branch we may push."""

    def __init__(
        self,
        root: Path,
        git: Git | None = None,
        *,
        branch_prefix: str = "bellhop",
        signing: Signing | None = None,
        pause_seconds: float = 0.5,
        idle_days: int = 90,
    ) -> None:
        self._idle_seconds = idle_days * 86_400.0
        self._root = root.absolute()
        self._git = git or Git()
        self._prefix = branch_prefix
        self._signing = signing or Signing()
        self._pause_seconds = pause_seconds

    @asynccontextmanager
    async def open(self, job_id: str, attempt: int, checkout: Checkout) -> AsyncIterator[Workspace]:
        """Fetch, check out, and clean up at the end. Raises JobFailed (SETUP, CONFLICT), IntegrationError."""
        _check(checkout, self._prefix)
        folder = self._root / "work" / f"{names.key(job_id)}-{attempt}"
        what = OPENING.format(name=checkout.repository)
        home = self._home(checkout)
        lock, is_new = await asyncio.to_thread(_prepare, self._root, folder, home, what)
        try:
            workspace = await self._check_out(folder, checkout)
            workspace.is_home_new = is_new
            yield workspace
        finally:
            with contextlib.suppress(OSError):
                attic.touch(home)
            await asyncio.shield(asyncio.to_thread(_clear, folder))
            os.close(lock)

    def _home(self, checkout: Checkout) -> Path:
        return self._root / "homes" / names.key(checkout.home_key)

    def _mirror(self, repository: str, remote: GitRemote) -> Mirror:
        path = self._root / "repos" / names.mirror_path(remote.url)
        return Mirror(self._git, path, repository, remote, self._pause_seconds)

    async def _check_out(self, folder: Path, checkout: Checkout) -> GitWorkspace:
        mirror = self._mirror(checkout.repository, checkout.remote)
        start, head = await mirror.update(checkout.start, "" if checkout.branch_remote else checkout.branch)
        what = OPENING.format(name=checkout.repository)
        if checkout.start_sha and checkout.start_sha != start:
            raise JobFailed(Failure.CONFLICT, MOVED.format(what=what, start=checkout.start))
        place = Place(folder / "git", folder / "tree", folder / "git" / "index")
        await self._make_repository(what, place, mirror)
        if checkout.branch_remote is not None:
            head = await self._fetch_fork(place, checkout, checkout.branch_remote)
        base = await self._merge_base(what, place, start, head)
        workspace = GitWorkspace(self._git, folder, checkout, (base, head, head or start))
        workspace.home = self._home(checkout)
        workspace.signing, workspace.pause_seconds = self._signing, self._pause_seconds
        await self._git.run(what, place, "read-tree", "--reset", "-u", workspace.start_sha)
        if head:
            workspace.head_message = await self._git.text(
                what, place, "log", "-1", "--no-show-signature", "--format=%B", head
            )
        await self._make_throw_away(what, workspace)
        return workspace

    async def _make_repository(self, what: str, place: Place, mirror: Mirror) -> None:
        await self._git.run(what, None, "init", "--quiet", "--bare", "--template=", str(place.git_dir))
        (place.git_dir / "objects" / "info").mkdir(exist_ok=True)
        (place.git_dir / "objects" / "info" / "alternates").write_text(f"{mirror.path / 'objects'}\n")
        (place.git_dir / "info").mkdir(exist_ok=True)
        (place.git_dir / "info" / "exclude").write_text("\n".join(LEFTOVERS) + "\n")
        (place.git_dir / "info" / "attributes").write_text(ATTRIBUTES)

    async def _fetch_fork(self, place: Place, checkout: Checkout, remote: GitRemote) -> str:
        push = Push(self._git, place, remote, checkout.branch, checkout.repository)
        head = await push.tip()
        if head:
            what = OPENING.format(name=checkout.repository)
            options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance")
            await self._git.run(what, place, "fetch", *options, remote.url, head, remote=remote)
        return head

    async def _merge_base(self, what: str, place: Place, start: str, head: str) -> str:
        if not head:
            return start
        code, output, _ = await self._git.attempt(what, place, "merge-base", start, head)
        return start if code else output.decode().split()[0]

    async def _make_throw_away(self, what: str, workspace: GitWorkspace) -> None:
        """Agents like `git diff`: a repository of one commit, its own objects, no remote, never read by us again."""
        theirs = Place(workspace.path / ".git", workspace.path)
        await self._git.run(what, None, "init", "--quiet", "--template=", str(workspace.path))
        commit = ("commit-tree", f"{workspace.start_sha}^{{tree}}", "-m", CHECKED_OUT)
        made = await self._git.run(what, workspace.place, *commit, extra=NOBODY)
        pack = ("pack-objects", "--quiet", "--revs", str(theirs.git_dir / "objects" / "pack" / "pack"))
        await self._git.run(what, workspace.place, *pack, stdin=made)
        await self._git.run(what, theirs, "update-ref", "HEAD", made.decode().strip())
        shutil.copyfile(workspace.place.git_dir / "index", theirs.git_dir / "index")
        (theirs.git_dir / "info").mkdir(exist_ok=True)
        (theirs.git_dir / "info" / "exclude").write_text("\n".join(LEFTOVERS) + "\n")
        with (theirs.git_dir / "config").open("a") as config:
            config.write(AGENT)

    async def delete_branch(self, repository: str, remote: GitRemote, branch: str) -> None:
        """Delete one of our branches. One that is gone already is deleted. Raises JobFailed, IntegrationError."""
        names.repository(repository)
        mirror = self._mirror(repository, remote)
        async with self._some_repository(mirror) as place:
            push = Push(
                self._git,
                place,
                remote,
                names.own_branch(branch, self._prefix),
                repository,
                self._pause_seconds,
            )
            with contextlib.suppress(Moved):
                if tip := await push.tip():
                    await push.send("", tip)

    @asynccontextmanager
    async def _some_repository(self, mirror: Mirror) -> AsyncIterator[Place]:
        """git pushes from within a repository only, even a deletion."""
        folder = self._root / "work" / f"deleting-{os.getpid()}-{id(mirror)}"
        try:
            await self._git.run(
                OPENING.format(name=mirror.name),
                None,
                "init",
                "--quiet",
                "--bare",
                "--template=",
                str(folder),
            )
            yield Place(folder)
        finally:
            await asyncio.to_thread(_clear, folder)

    async def sweep(self, live_job_ids: frozenset[str]) -> int:
        """Remove trees of jobs that are not among the live, unless a process still holds them. Returns how many."""
        return await asyncio.to_thread(_sweep, self._root / "work", live_job_ids)

    async def prune(self) -> int:
        """Remove homes and mirrors that nobody used for `idle_days`. Returns how many."""
        return await asyncio.to_thread(attic.prune, self._root, self._idle_seconds)


def _check(checkout: Checkout, prefix: str) -> None:
    """Every name, before any of them reaches a command line or a path. Raises JobFailed(SETUP)."""
    names.repository(checkout.repository)
    names.own_branch(checkout.branch, prefix)
    names.branch(checkout.start)
    if checkout.start_sha:
        names.sha(checkout.start_sha)
    for remote in (checkout.remote, checkout.branch_remote):
        if remote is not None:
            names.mirror_path(remote.url)


def _prepare(root: Path, folder: Path, home: Path, what: str) -> tuple[int, bool]:
    """An empty folder of this attempt, its lock held, and the home: whether that is new. Blocks."""
    try:
        _clear(folder)
        (folder / "tree").mkdir(parents=True, mode=0o700)
        is_new = attic.use_home(root, home)
        lock = locks.take(folder / "lock")
    except OSError as error:
        raise IntegrationError(NO_DISK.format(what=what, reason=error.strerror), "disk_full") from None
    if lock is None:
        raise IntegrationError(TAKEN.format(what=what), "busy", retryable=True)
    return lock, is_new


def _sweep(work: Path, live: frozenset[str]) -> int:
    removed = 0
    for folder in work.iterdir() if work.is_dir() else ():
        if folder.name.rpartition("-")[0] in live or not folder.is_dir():
            continue
        lock = locks.take(folder / "lock")
        if lock is None:
            continue
        _clear(folder)
        os.close(lock)
        removed += 1
    return removed


def _clear(folder: Path) -> None:
    """Remove it, whatever an agent did to its permissions. Links are removed, never followed. Blocks."""
    if not folder.exists():
        return
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)
        return
    with contextlib.suppress(OSError):
        folder.chmod(stat.S_IRWXU)
    for path, folders, _ in os.walk(folder):
        for name in folders:
            # Before it is entered: what cannot be listed is not walked.
            inner = Path(path, name)
            with contextlib.suppress(OSError):
                if not inner.is_symlink():
                    inner.chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
