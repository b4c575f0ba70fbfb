"""The `git` program on the server's bare repositories, one child process a call."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from playground.github.records import EMPTY_SHA

COMMAND_TIMEOUT_SECONDS = 60
# GitHub answers fetches of any reachable commit and partial clones; pruning in the background would race with tests.
CONFIG = """[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[receive]
\tautogc = false
[gc]
\tauto = 0
[core]
\tlogAllRefUpdates = false
\thooksPath = "{hooks}"
"""
# The per-branch refusal of a protected branch, in GitHub's words; the host hands in the patterns with each push.
# docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches
UPDATE_HOOK = """#!/bin/sh
set -f
for pattern in $PLAYGROUND_PROTECTED; do
  case "$1" in refs/heads/$pattern)
    echo "error: GH006: Protected branch update failed for $1." >&2
    echo "error: Changes must be made through a pull request." >&2
    exit 1 ;;
  esac
done
"""


class GitFailure(Exception):
    """Running git on a pretend repository ended with an error; the text is git's own."""


class Git:
    """Bare repositories below one folder, named by repository id."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.program = shutil.which("git") or "git"
        self.hooks = root / "hooks"
        self.config = root / "config"

    def prepare(self) -> None:
        """Make the folder, one configuration for all repositories, the hook that refuses protected branches."""
        self.hooks.mkdir(parents=True, exist_ok=True)
        hook = self.hooks / "update"
        hook.write_text(UPDATE_HOOK)
        hook.chmod(0o755)
        self.config.write_text(CONFIG.format(hooks=self.hooks))

    def path(self, repository_id: int) -> Path:
        """Where the bare repository is."""
        return self.root / f"{repository_id}.git"

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment without the configuration of the person who runs the server."""
        folders = f"{Path(self.program).parent}:/usr/bin:/bin"
        plain = {"PATH": folders, "HOME": str(self.root), "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1"}
        return plain | {"GIT_CONFIG_GLOBAL": str(self.config), "TZ": "UTC"} | dict(extra or {})

    async def run(
        self, repository_id: int, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None
    ) -> bytes:
        """The output of `git <arguments>` in the repository; raises GitFailure."""
        command = [self.program, f"--git-dir={self.path(repository_id)}", *arguments]
        return await self._execute(command, stdin, extra)

    async def text(self, repository_id: int, *arguments: str) -> str:
        """The output as text without the last line end."""
        return (await self.run(repository_id, *arguments)).decode("utf-8", "replace").rstrip("\n")

    async def _execute(self, command: Sequence[str], stdin: bytes, extra: Mapping[str, str] | None) -> bytes:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env=self.environment(extra)
        )
        try:
            async with asyncio.timeout(COMMAND_TIMEOUT_SECONDS):
                output, errors = await process.communicate(stdin)
        except (TimeoutError, asyncio.CancelledError):
            with suppress(ProcessLookupError):
                process.kill()
            raise
        if process.returncode:
            raise GitFailure(f"git {command[2]}: {errors.decode('utf-8', 'replace').strip()}")
        return output

    async def create(self, repository_id: int, default_branch: str) -> None:
        """An empty bare repository."""
        path = str(self.path(repository_id))
        await self._execute(
            [self.program, "init", "--quiet", "--bare", f"--initial-branch={default_branch}", path], b"", None
        )

    async def fork(self, source_id: int, target_id: int) -> None:
        """A bare copy with its own objects."""
        source, target = str(self.path(source_id)), str(self.path(target_id))
        await self._execute([self.program, "clone", "--quiet", "--bare", source, target], b"", None)
        await self.run(target_id, "remote", "remove", "origin")

    async def refs(self, repository_id: int, prefix: str = "refs") -> dict[str, str]:
        """Ref name -> sha of everything at or below the prefix."""
        listing = await self.text(repository_id, "for-each-ref", "--format=%(refname) %(objectname)", prefix)
        return dict(line.split(" ", 1) for line in listing.splitlines())

    async def resolve(self, repository_id: int, name: str) -> str | None:
        """The commit that a branch, tag, sha or ref names; branches win, as in GitHub's API."""
        for candidate in (f"refs/heads/{name}", f"refs/tags/{name}", name):
            try:
                return await self.text(
                    repository_id, "rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}"
                )
            except GitFailure:
                continue
        return None

    async def update(self, repository_id: int, ref: str, new: str, old: str | None = None) -> None:
        """Set a ref, or delete it when `new` is all zeros; `old` guards against a race."""
        arguments = ["update-ref", ref, new, *([old] if old else [])]
        await self.run(repository_id, *(arguments if new != EMPTY_SHA else ["update-ref", "-d", ref]))

    async def bring(self, source_id: int, target_id: int, sha: str, ref: str) -> None:
        """Fetch a commit of one repository into a ref of another (how pull requests from forks arrive)."""
        source = str(self.path(source_id))
        await self.run(target_id, "fetch", "--quiet", "--no-tags", source, f"+{sha}:{ref}")

    async def is_ancestor(self, repository_id: int, older: str, newer: str) -> bool:
        """Whether `newer` contains `older`."""
        try:
            await self.run(repository_id, "merge-base", "--is-ancestor", older, newer)
        except GitFailure:
            return False
        return True
