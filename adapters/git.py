"""The git program on the host, so that nothing a repository holds can change what it does.

Every call gets its own environment: no configuration but ours, no hooks, no file-system monitor, no drivers, only
http(s), no prompt, no redirect, limits on time and output. The credential goes by environment as a header for exactly
one host: it is in no URL, no argv, no file.

git-scm.com/docs/git-config (GIT_CONFIG_COUNT, http.<url>.*, protocol.allow), git-scm.com/docs/git (environment)
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from adapters.git_errors import OutputTooLong, explain
from bot.errors import IntegrationError, NetworkError
from bot.platform import GitRemote

CONFIG = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.pager": "cat",
    "core.editor": "true",
    "core.askPass": "",
    "core.sshCommand": "false",
    "core.gitProxy": "false",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.quotePath": "false",
    "core.logAllRefUpdates": "false",
    "credential.helper": "",
    "protocol.allow": "never",
    "protocol.https.allow": "always",
    "protocol.http.allow": "always",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "push.recurseSubmodules": "no",
    "push.gpgSign": "false",
    "diff.ignoreSubmodules": "all",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
    "commit.gpgSign": "false",
    "init.defaultBranch": "main",
}
NOWHERE = "/nonexistent"  # as HOME: no ~/.netrc, no ~/.gitconfig
TIMEOUT_SECONDS = 120.0
MOST_OUTPUT_BYTES = 64 * 1024 * 1024
MOST_ERROR_BYTES = 64 * 1024
TOO_SLOW = "git gave no answer within {seconds:.0f} seconds"
MISSING = "git is not installed"


@dataclass(frozen=True)
class Place:
    """Which repository a call is about. `work_tree` and `index` only where files are looked at."""

    git_dir: Path
    work_tree: Path | None = None
    index: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Named by environment, so that git looks for nothing by itself."""
        found = {"GIT_DIR": str(self.git_dir)}
        if self.work_tree is not None:
            found["GIT_WORK_TREE"] = str(self.work_tree)
        if self.index is not None:
            found["GIT_INDEX_FILE"] = str(self.index)
        return found


@dataclass(frozen=True)
class Git:
    """How git is run. `proxy` and `ca_bundle` are the operator's, for all remotes."""

    path: str = field(default_factory=lambda: os.pathsep.join(os.get_exec_path()))
    proxy: str = ""
    ca_bundle: str = ""
    timeout_seconds: float = TIMEOUT_SECONDS
    network_timeout_seconds: float = 900.0

    async def run(
        self,
        what: str,
        place: Place | None,
        *arguments: str,
        remote: GitRemote | None = None,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
    ) -> bytes:
        """The output of `git <arguments>`. `what` begins the text of an error: "fetching acme/shop".

        Raises AuthenticationError, NotFoundError, NetworkError, IntegrationError ("disk_full", "git"), without secrets.
        """
        code, output, errors = await self.attempt(
            what, place, *arguments, remote=remote, stdin=stdin, extra=extra
        )
        if code:
            raise explain(what, errors, secrets_of(remote))
        return output

    async def attempt(
        self,
        what: str,
        place: Place | None,
        *arguments: str,
        remote: GitRemote | None = None,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, str]:
        """Exit code, output and error text, for calls whose failure means something. Raises IntegrationError."""
        environment = self._environment(place, remote) | dict(extra or {})
        seconds = self.network_timeout_seconds if remote else self.timeout_seconds
        program = shutil.which("git", path=self.path)
        if program is None:
            raise IntegrationError(f"{what}: {MISSING}", "setup")
        try:
            async with asyncio.timeout(seconds):
                return await _communicate((program, *arguments), environment, stdin)
        except TimeoutError:
            raise NetworkError(f"{what}: {TOO_SLOW.format(seconds=seconds)}") from None
        except OutputTooLong as error:
            raise IntegrationError(f"{what}: {error}", "git") from None

    async def text(
        self, what: str, place: Place | None, *arguments: str, remote: GitRemote | None = None
    ) -> str:
        """`run`, as text without the last line's end."""
        return (await self.run(what, place, *arguments, remote=remote)).decode(errors="replace").rstrip("\n")

    def _environment(self, place: Place | None, remote: GitRemote | None) -> dict[str, str]:
        config = CONFIG | {"http.proxy": self.proxy} if self.proxy else dict(CONFIG)
        if self.ca_bundle:
            config["http.sslCAInfo"] = self.ca_bundle
        if remote is not None:
            config |= _credential(remote)
        fixed = {
            "PATH": self.path,
            "LC_ALL": "C",
            "TZ": "UTC",
            "HOME": NOWHERE,
            "XDG_CONFIG_HOME": NOWHERE,
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_CONFIG_COUNT": str(len(config)),
        }
        for number, (key, value) in enumerate(config.items()):
            fixed |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return fixed | (place.environment if place else {})


def _basic(remote: GitRemote) -> str:
    pair = f"{remote.username}:{remote.token.get_secret_value()}"
    return base64.b64encode(pair.encode()).decode()


def _credential(remote: GitRemote) -> dict[str, str]:
    """The header for this host only: after a rewritten URL or a redirect to another host it is not sent."""
    if not remote.token.get_secret_value():
        return {}
    parts = urlsplit(remote.url)
    host = parts.netloc.rpartition("@")[2]
    return {f"http.{parts.scheme}://{host}/.extraHeader": f"Authorization: Basic {_basic(remote)}"}


def secrets_of(remote: GitRemote | None) -> tuple[str, ...]:
    """What of `remote` may stand in no text."""
    if remote is None or not remote.token.get_secret_value():
        return ()
    return (_basic(remote), remote.token.get_secret_value())


async def _communicate(
    argv: tuple[str, ...], environment: Mapping[str, str], stdin: bytes
) -> tuple[int, bytes, str]:
    process = await asyncio.create_subprocess_exec(
        *argv,
        env=environment,
        cwd="/",
        stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, errors, _ = await asyncio.gather(
            _read(process.stdout, MOST_OUTPUT_BYTES), _read_tail(process.stderr), _feed(process.stdin, stdin)
        )
        return await process.wait(), output, errors.decode(errors="replace")
    finally:
        await _end(process)


async def _read(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    found = bytearray()
    while stream is not None and (chunk := await stream.read(256 * 1024)):
        found += chunk
        if len(found) > limit:
            raise OutputTooLong(limit)
    return bytes(found)


async def _read_tail(stream: asyncio.StreamReader | None) -> bytes:
    """The last of it: progress and warnings may be long, the reason stands at the end."""
    found = b""
    while stream is not None and (chunk := await stream.read(64 * 1024)):
        found = (found + chunk)[-MOST_ERROR_BYTES:]
    return found


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    with contextlib.suppress(ConnectionError):
        stream.write(data)
        await stream.drain()
        stream.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Nothing of it is left: git's own children (git-remote-https) are in its group."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await asyncio.shield(process.wait())
