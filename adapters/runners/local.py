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
from adapters.processes.lines import Splitter
from adapters.processes.murmur import Murmur
from bot.settings import Settings, search_path
from bot.workshop import ProcessSpec

LAUNCHER = str(launcher.__file__)
CHUNK_BYTES = 64 * 1024
# A cancel is done within 15 s: 3 to notice it, and this.
GRACES_SECONDS = ((signal.SIGINT, 3.0), (signal.SIGTERM, 2.0))
# When the command has ended but somebody holds its output open.
LINGER_SECONDS = 2.0
LOOK_SECONDS = 0.5

Process = asyncio.subprocess.Process
Output = tuple[asyncio.StreamReader, asyncio.ReadTransport]
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
            await box.close()


class LocalBox:
    """The `Box` port."""

    def __init__(self, workspace: Path, home: Path, on_start: OnStart) -> None:
        self.workspace = workspace
        self.home = home
        self.on_start = on_start
        self.running: list[LocalRunning] = []

    async def start(self, spec: ProcessSpec) -> LocalRunning:
        """Start the command; it begins when `on_start` has returned."""
        given, mark = await asyncio.to_thread(_spooled, spec.stdin), secrets.token_hex(8)
        go_read, go_write = os.pipe()
        output, to_us = await _pipe()
        errors_here, errors_to_us = os.pipe() if spec.is_stderr_apart else (None, os.dup(to_us))
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", LAUNCHER, str(go_read), str(os.getpid()), *spec.argv,
                cwd=spec.cwd, env=self._environment(spec, mark), stdin=given, stdout=to_us, stderr=errors_to_us,
                start_new_session=True, pass_fds=(go_read,),
            )  # fmt: skip
            running = LocalRunning(process, output, spec, mark)
            self.running.append(running)
            if errors_here is not None:
                await running.listen(errors_here)
            await self.on_start(process.pid, spec.role)
            os.write(go_write, b"1")
        finally:
            given.close()
            for end in (go_read, go_write, to_us, errors_to_us):
                os.close(end)
        return running

    async def stop_all(self) -> None:
        """Stop every command, all at once."""
        await asyncio.gather(*(running.stop() for running in self.running))

    async def close(self) -> None:
        """Nothing runs any more, and nobody listens."""
        await self.stop_all()
        for running in self.running:
            running.hang_up()

    def _environment(self, spec: ProcessSpec, mark: str) -> dict[str, str]:
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
            family.MARK: mark,
            **spec.env,
        }


class LocalRunning:
    """The `Running` port."""

    def __init__(self, process: Process, output: Output, spec: ProcessSpec, mark: str) -> None:
        self.pid = process.pid
        self.stop_reason = "end"
        self._process = process
        self._output, self._pipe = output
        self._spec = spec
        self._mark = mark
        self._clock = asyncio.get_running_loop().time
        self._began = self._heard = self._clock()
        self._exited_at: float | None = None
        self._ending: asyncio.Task[None] | None = None
        self._murmur: Murmur | None = None
        self._murmur_pipe: asyncio.ReadTransport | None = None

    async def listen(self, errors: int) -> None:
        """Read its standard error from this descriptor from now on."""
        pipe = os.fdopen(errors, "rb", 0)
        loop = asyncio.get_running_loop()
        self._murmur_pipe, self._murmur = await loop.connect_read_pipe(lambda: Murmur(self._is_heard), pipe)

    def errors(self) -> list[bytes]:
        """What `listen` read since last asked."""
        return self._murmur.take() if self._murmur is not None else []

    async def lines(self) -> AsyncIterator[bytes]:
        """Line by line; the watchdogs run here."""
        splitter = Splitter()
        while chunk := await self._read():
            for line in splitter.feed(chunk):
                yield line
        for line in splitter.rest():
            yield line

    async def wait(self) -> int:
        """The exit code, when nobody of the family is left. The watchdogs run here too: output may end long before."""
        while not (self._ending is not None and self._ending.done()) and not self._is_over():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._glance()):
                    await self._process.wait()
                    break
        await self._end()
        await self._hear_out()
        return self._code()

    async def stop(self) -> None:
        """End the group and all that left it. A command that ended is not called stopped."""
        if self._process.returncode is None and self.stop_reason == "end":
            self.stop_reason = "stopped"
        await self._end()

    def hang_up(self) -> None:
        """Whoever still talks talks to nobody."""
        self._pipe.close()
        if self._murmur_pipe is not None:
            self._murmur_pipe.close()

    async def _read(self) -> bytes:
        """The next piece of output; empty at its end, or when a watchdog ended it."""
        self._heard = self._clock()  # it is not silent because we did not listen
        while not self._is_over():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._glance()):
                    chunk = await self._output.read(CHUNK_BYTES)
                    self._heard = self._clock()
                    return chunk
        await self._end()
        self._pipe.close()
        return b""

    async def _hear_out(self) -> None:
        """What it wrote to standard error before it ended; whoever fled with the pipe is not waited for."""
        if self._murmur is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._murmur.ended()
        self.hang_up()

    def _is_heard(self) -> None:
        self._heard = self._clock()

    def _is_over(self) -> bool:
        """The command ended and its output had time to follow, or a watchdog bites (which this notes)."""
        if self._process.returncode is not None:
            self._exited_at = self._exited_at or self._clock()
            return self._output.at_eof() or self._clock() - self._exited_at > LINGER_SECONDS
        if self._left(self._spec.timeout_seconds, self._began) <= 0:
            return self._bite("timeout")
        if self._left(self._spec.idle_seconds, self._heard) <= 0:
            return self._bite("idle")
        return False

    def _bite(self, reason: str) -> bool:
        self.stop_reason = reason if self.stop_reason == "end" else self.stop_reason
        return True

    def _glance(self) -> float:
        """How long to wait before the next look at the watchdogs."""
        idle = self._left(self._spec.idle_seconds, self._heard)
        return max(min(idle, self._left(self._spec.timeout_seconds, self._began), LOOK_SECONDS), 0.0)

    def _left(self, limit_seconds: float, since: float) -> float:
        return since + limit_seconds - self._clock()

    def _code(self) -> int:
        code = self._process.returncode
        return -signal.SIGKILL if code is None else code

    async def _end(self) -> None:
        """Once, however many ask; a caller that is cancelled leaves it running to its end."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end_all())
        await asyncio.shield(self._ending)

    async def _end_all(self) -> None:
        await family.end(self.pid, self._mark, GRACES_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._process.wait()


async def _pipe() -> tuple[Output, int]:
    """Ours, not asyncio's: the end of a command and the end of its output are two things then, each told in time."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(CHUNK_BYTES)
    here, there = os.pipe()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(here, "rb", 0)
    )
    return (reader, transport), there


def _spooled(data: bytes) -> IO[bytes]:
    """As a file without a name: a pipe would have to be fed while the output is read."""
    spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who starts the process
    spool.write(data)
    spool.seek(0)
    return spool
