"""Commands as processes of this host, in a group of their own, with almost nothing of our environment.

This is no wall against hostile code: it runs as our user, with our files and our network. It keeps honest mistakes in
order, hands nobody a secret, and leaves nobody running. Code of strangers (forks) is refused by whoever asks `Runner`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from adapters.processes import family, launcher
from bot.settings import Settings, search_path
from bot.workshop import ProcessSpec

LAUNCHER = str(launcher.__file__)
LONGEST_LINE_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
# A cancel is done within 15 s: 3 to notice it, and this.
GRACES_SECONDS = ((signal.SIGINT, 3.0), (signal.SIGTERM, 2.0))
# When the command has ended but somebody holds its output open.
LINGER_SECONDS = 2.0

OnStart = Callable[[int, str], Awaitable[None]]


class LocalRunner:
    """The `Runner` port."""

    name = "local"
    may_run_untrusted = False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @asynccontextmanager
    async def open(self, workspace: Path, home: Path, on_start: OnStart) -> AsyncIterator[LocalBox]:
        """A box; whatever still runs in it at the end is stopped."""
        box = LocalBox(workspace, home, on_start)
        try:
            yield box
        finally:
            await box.stop_all()


class LocalBox:
    """The `Box` port."""

    def __init__(self, workspace: Path, home: Path, on_start: OnStart) -> None:
        self.workspace = workspace
        self.home = home
        self.on_start = on_start
        self.mark = secrets.token_hex(8)
        self.running: list[LocalRunning] = []

    async def start(self, spec: ProcessSpec) -> LocalRunning:
        """Start the command; it begins when `on_start` has returned."""
        given = await asyncio.to_thread(_spooled, spec.stdin)
        go_read, go_write = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", LAUNCHER, str(go_read), str(os.getpid()), *spec.argv,
                cwd=spec.cwd, env=self._environment(spec), stdin=given, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT, start_new_session=True, pass_fds=(go_read,),
            )  # fmt: skip
            running = LocalRunning(process, spec, self.mark)
            self.running.append(running)
            await self.on_start(process.pid, spec.role)
            os.write(go_write, b"1")
        finally:
            given.close()
            os.close(go_read)
            os.close(go_write)
        return running

    async def stop_all(self) -> None:
        """Stop every command, all at once."""
        await asyncio.gather(*(running.stop() for running in self.running))

    def _environment(self, spec: ProcessSpec) -> dict[str, str]:
        """All a command gets of us. No byte code: two versions of a file within a second would share it."""
        return {
            "PATH": search_path(),
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "CI": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
            family.MARK: self.mark,
            **spec.env,
        }


class LocalRunning:
    """The `Running` port."""

    def __init__(self, process: asyncio.subprocess.Process, spec: ProcessSpec, mark: str) -> None:
        self.pid = process.pid
        self.stop_reason = "end"
        if process.stdout is None:
            raise ValueError("reading a command: it was started without a pipe")
        self._process = process
        self._output = process.stdout
        self._spec = spec
        self._mark = mark
        self._began = self._heard = asyncio.get_running_loop().time()
        self._stopping: asyncio.Task[None] | None = None

    async def lines(self) -> AsyncIterator[bytes]:
        """Line by line; the watchdogs run here."""
        rest = b""
        while chunk := await self._read():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line
            if len(rest) > LONGEST_LINE_BYTES:
                yield rest
                rest = b""
        if rest:
            yield rest

    async def wait(self) -> int:
        """The exit code, when nobody of the family is left."""
        code = await self._process.wait()
        await self._end()
        return code

    async def stop(self) -> None:
        """End the group and all that left it. A command that ended is not called stopped."""
        if self._process.returncode is None and self.stop_reason == "end":
            self.stop_reason = "stopped"
        await self._end()

    async def _read(self) -> bytes:
        """The next piece of output; empty at its end, or when a watchdog ended it."""
        exited_at: float | None = None
        clock = asyncio.get_running_loop().time
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(self._patience(), 0.5)):
                    chunk = await self._output.read(CHUNK_BYTES)
                    self._heard = clock()
                    return chunk
            if self._process.returncode is not None:
                exited_at = exited_at or clock()
                if clock() - exited_at > LINGER_SECONDS:
                    await self._end()
                    return b""
            elif self._patience() <= 0:
                self.stop_reason = (
                    "idle" if self._left(self._spec.timeout_seconds, self._began) > 0 else "timeout"
                )
                await self._end()
                return b""

    def _patience(self) -> float:
        idle = self._left(self._spec.idle_seconds, self._heard)
        return max(min(idle, self._left(self._spec.timeout_seconds, self._began)), 0.0)

    @staticmethod
    def _left(limit_seconds: float, since: float) -> float:
        return since + limit_seconds - asyncio.get_running_loop().time()

    async def _end(self) -> None:
        """Once, however many ask; a caller that is cancelled leaves it running to its end."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(family.end(self.pid, self._mark, GRACES_SECONDS))
        await asyncio.shield(self._stopping)
        await self._process.wait()


def _spooled(data: bytes) -> IO[bytes]:
    """As a file without a name: a pipe would have to be fed while the output is read."""
    spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who starts the process
    spool.write(data)
    spool.seek(0)
    return spool
