"""A repository's bare mirror: one fetch of what is new, whoever needs it. Never seen by an agent, never collected."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import stamina

from adapters.git import Git, Place
from adapters.workspaces import attic, locks, names
from bot.errors import JobFailed, NetworkError
from bot.platform import GitRemote
from models.job import Failure

EVERYTHING = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
LOCK_SECONDS = 900.0
ATTEMPTS = 3
FETCHING = "fetching {name}"
CLONING = "cloning {name}"
NO_START = "{what}: there is no branch, tag or commit `{start}`"


@dataclass(frozen=True)
class Mirror:
    """The mirror of `remote` at `path`. `pause_seconds` is the first pause between tries."""

    git: Git
    path: Path
    name: str
    remote: GitRemote
    pause_seconds: float = 0.5

    @property
    def place(self) -> Place:
        """For git."""
        return Place(self.path)

    @property
    def lock(self) -> Path:
        """Beside the mirror: the mirror itself may be absent."""
        return self.path.with_name(f"{self.path.name}.lock")

    async def update(self, start: str, wanted: str) -> tuple[str, str]:
        """Fetch, and say which commits `start` (branch, tag, sha) and branch `wanted` are; the latter "" when absent.

        Raises JobFailed(SETUP) when there is no `start`, IntegrationError for what keeps us from fetching.
        """
        what = (FETCHING if self.path.exists() else CLONING).format(name=self.name)
        async with locks.locked(self.lock, what, LOCK_SECONDS):
            await self._make(what)
            attic.touch(self.path)
            await self._fetch(what, *EVERYTHING)
            found = await self.commit_of(start)
            if not found and names.SHA.fullmatch(start):
                # A commit no branch holds any more; forges still serve it by its id.
                with contextlib.suppress(JobFailed):
                    found = await self._fetch_commit(what, start)
            if not found:
                raise JobFailed(Failure.SETUP, NO_START.format(what=what, start=start))
            return found, await self._resolve(f"refs/heads/{wanted}") if wanted else ""

    async def commit_of(self, start: str) -> str:
        """The commit that a branch, a tag or an id names, in this order; "" when none does."""
        for candidate in (f"refs/heads/{start}", f"refs/tags/{start}"):
            if found := await self._resolve(candidate):
                return found
        return await self._resolve(start) if names.SHA.fullmatch(start) else ""

    async def _resolve(self, name: str) -> str:
        what = FETCHING.format(name=self.name)
        query = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        code, output, _ = await self.git.attempt(what, self.place, *query)
        return "" if code else output.decode().strip()

    async def _make(self, what: str) -> None:
        if self.path.exists():
            _remove_stale_locks(self.path)
            return
        # Under another name first: a crash in the middle leaves no half mirror that looks like one.
        fresh = self.path.with_name(f"{self.path.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        await self.git.run(what, None, "init", "--quiet", "--bare", "--template=", str(fresh))
        fresh.rename(self.path)

    async def _fetch(self, what: str, *refspecs: str) -> None:
        options = (
            "--quiet",
            "--prune",
            "--no-tags",
            "--force",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
        )
        command = ("fetch", *options, self.remote.url, *refspecs)
        async for attempt in stamina.retry_context(
            NetworkError, attempts=ATTEMPTS, timeout=None, wait_initial=self.pause_seconds
        ):
            with attempt:
                await self.git.run(what, self.place, *command, remote=self.remote)

    async def _fetch_commit(self, what: str, sha: str) -> str:
        command = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", self.remote.url, sha)
        code, _, _ = await self.git.attempt(what, self.place, *command, remote=self.remote)
        return "" if code else await self._resolve(sha)


def _remove_stale_locks(path: Path) -> None:
    """Left behind by a killed git. We hold the mirror's lock: nobody else is at work in it."""
    for stale in _lock_files(path):
        stale.unlink(missing_ok=True)


def _lock_files(path: Path) -> Iterator[Path]:
    yield from path.glob("*.lock")
    yield from (path / "refs").rglob("*.lock")
