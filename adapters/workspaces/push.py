"""Pushing one branch, so that it is known afterwards whether it happened and nobody else's work is ever overwritten.

A lease names what the branch must still be (git-scm.com/docs/git-push, --force-with-lease). An answer that got lost is
looked up before the push is repeated. A branch that moved is fetched and our one commit is put on top of it, once.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import stamina

from adapters.git import Git, Place, secrets_of
from adapters.git_errors import explain, masked
from bot.errors import JobFailed, NetworkError
from bot.platform import GitRemote
from models.job import Failure

ATTEMPTS = 3
PUSHING = "pushing {branch} to {name}"
MOVED_ON = "{what}: the branch keeps moving"
GONE = "{what}: the branch was deleted meanwhile"
REFUSED = "{what}: {said}"
CONFLICTS = "{what}: somebody else changed the same lines ({files})"
# git-scm.com/docs/git-push#_output: "<flag>\t<from>:<to>\t<summary> (<reason>)"
STATUS = re.compile(r"^(?P<flag>[ +\-*!=])\t[^\t]*\t(?P<summary>.*)$", re.MULTILINE)
STALE = re.compile(
    r"stale info|non-fast-forward|fetch first|needs force|already exists|cannot lock ref|failed to update ref",
    re.IGNORECASE,
)
REMOTE = re.compile(r"^remote: ?(.*?)\s*$", re.MULTILINE)

#: Makes our commit anew on another parent: the new tree and the new parent go in, the new sha comes out.
Remake = Callable[[str, str], Awaitable[str]]


class Moved(Exception):
    """The branch is not what the lease says."""


@dataclass(frozen=True)
class Push:
    """One branch of one remote, seen from one GIT_DIR."""

    git: Git
    place: Place
    remote: GitRemote
    branch: str
    name: str
    pause_seconds: float = 0.5

    @property
    def what(self) -> str:
        """For error texts."""
        return PUSHING.format(branch=self.branch, name=self.name)

    @property
    def ref(self) -> str:
        """The branch's full name."""
        return f"refs/heads/{self.branch}"

    async def push(self, sha: str, expected: str, remake: Remake) -> str:
        """Make the branch `sha`, if it still is `expected` ("": absent); else put our commit on top. The new sha.

        Raises JobFailed (CONFLICT, PUBLISH), IntegrationError.
        """
        try:
            return await self.send(sha, expected)
        except Moved:
            theirs = await self._fetch(expected)
        if theirs == sha:
            # git's HTTP client sends again what got no answer: our own first try is what stood in the second one's way.
            return sha
        rebased = await remake(await self._merge(sha, theirs), theirs)
        try:
            return await self.send(rebased, theirs)
        except Moved:
            raise JobFailed(Failure.CONFLICT, MOVED_ON.format(what=self.what)) from None

    async def send(self, sha: str, expected: str) -> str:
        """Push with a lease; `sha` "" deletes. Tries again when the network failed. Raises Moved for another branch."""
        tries = stamina.retry_context(
            NetworkError, attempts=ATTEMPTS, timeout=None, wait_initial=self.pause_seconds
        )
        is_known = True
        async for attempt in tries:
            with attempt:
                if not is_known:
                    # The last try may have taken effect although no answer said so.
                    now = await self.tip()
                    if now == sha:
                        return sha
                    if now != expected:
                        raise Moved
                is_known = False
                await self._send(sha, expected)
        return sha

    async def _send(self, sha: str, expected: str) -> None:
        lease = f"--force-with-lease={self.ref}:{expected}"
        options = ("--porcelain", "--no-verify", "--no-signed", "--recurse-submodules=no", "--atomic", lease)
        code, output, errors = await self.git.attempt(
            self.what, self.place, "push", *options, self.remote.url, f"{sha}:{self.ref}", remote=self.remote
        )
        if code:
            raise self._refusal(output.decode(errors="replace"), errors)

    def _refusal(self, output: str, errors: str) -> Exception:
        secrets = secrets_of(self.remote)
        refused = next((match for match in STATUS.finditer(output) if match["flag"] == "!"), None)
        if refused is None:
            return explain(self.what, errors, secrets)
        told = [line for line in REMOTE.findall(errors) if line]
        # "atomic transaction failed" has its reason in a line of the server's.
        if any(STALE.search(each) for each in (refused["summary"], *told)):
            return Moved()
        said = "; ".join([*told[-6:], refused["summary"]])
        return JobFailed(
            Failure.PUBLISH,
            REFUSED.format(what=self.what, said=masked(said, secrets)[:500]),
            masked(errors, secrets),
        )

    async def tip(self) -> str:
        """What the branch is on the remote now; "" when absent."""
        output = await self.git.text(
            self.what, self.place, "ls-remote", self.remote.url, self.ref, remote=self.remote
        )
        listed = (line.partition("\t") for line in output.splitlines())
        return next((sha for sha, _, name in listed if name == self.ref), "")

    async def _fetch(self, expected: str) -> str:
        theirs = await self.tip()
        if not theirs:
            raise JobFailed(Failure.CONFLICT, GONE.format(what=self.what))
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance")
        await self.git.run(
            self.what, self.place, "fetch", *options, self.remote.url, theirs, remote=self.remote
        )
        return theirs

    async def _merge(self, ours: str, theirs: str) -> str:
        """The tree of our commit's change on top of `theirs`. Works on objects alone: no file, no hook, no filter.

        Three parentless stand-ins make our commit's parent the merge base, whatever the histories are.
        """
        base = await self._stand_in(f"{ours}^^{{tree}}")
        mine = await self._stand_in(f"{ours}^{{tree}}", "-p", base)
        other = await self._stand_in(f"{theirs}^{{tree}}", "-p", base)
        merge = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", other, mine)
        code, output, errors = await self.git.attempt(self.what, self.place, *merge)
        tree, *files = [part.decode(errors="replace") for part in output.split(b"\0") if part]
        if code == 1:
            raise JobFailed(Failure.CONFLICT, CONFLICTS.format(what=self.what, files=", ".join(files[:10])))
        if code:
            raise explain(self.what, errors)
        return tree

    async def _stand_in(self, tree: str, *parents: str) -> str:
        nobody = {
            f"GIT_{role}_{part}": "nobody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
        }
        output = await self.git.run(
            self.what, self.place, "commit-tree", tree, *parents, "-m", "-", extra=nobody
        )
        return output.decode().strip()
