"""Child processes that are started again when they die, and never outlive us.

A child holds the reading end of a pipe as its standard input: when this process dies, however, the child sees its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from time import monotonic

import structlog

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0  # a child that lived this long is started again at once

CHILD_ENDED = "a child ended; it is started again"

Report = Callable[[str, int], None]


class Child:
    """One supervised program. `report` is told its name and exit code each time it ends unasked."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str], report: Report) -> None:
        self.name = name
        self.argv = tuple(argv)
        self.env = dict(env)
        self.report = report
        self.process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_told = False

    async def start(self) -> None:
        """Start it, and start it again whenever it ends."""
        await self._spawn()
        self._watch = asyncio.create_task(self._keep())

    def tell(self) -> None:
        """SIGTERM, once: a second one may mean haste to it. It is not started again."""
        if self._watch is not None:
            self._watch.cancel()
        if self.process is not None and self.process.returncode is None and not self._is_told:
            self._is_told = True
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    async def stop(self, grace_seconds: float) -> None:
        """SIGTERM unless it was told, then SIGKILL to its whole group when it takes longer."""
        self.tell()
        process = self.process
        if process is None or process.returncode is not None:
            return
        try:
            async with asyncio.timeout(grace_seconds):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def _spawn(self) -> None:
        # Its own session: a Ctrl-C in the terminal reaches us alone, and we stop the children in order.
        self.process = await asyncio.create_subprocess_exec(
            *self.argv, env=self.env, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while self.process is not None:
            began = monotonic()
            code = await self.process.wait()
            self.report(self.name, code)
            pause = (
                FIRST_PAUSE_SECONDS
                if monotonic() - began > STEADY_SECONDS
                else min(pause * 2, LONGEST_PAUSE_SECONDS)
            )
            await asyncio.sleep(pause)
            await self._spawn_again()

    async def _spawn_again(self) -> None:
        """A host short of memory or processes refuses for a while; giving up would leave it without this child."""
        while True:
            try:
                return await self._spawn()
            except OSError as error:
                self.report(self.name, error.errno or -1)
                await asyncio.sleep(LONGEST_PAUSE_SECONDS)


@asynccontextmanager
async def supervised(
    name: str, argv: Sequence[str], env: Mapping[str, str], grace_seconds: float, stopping: asyncio.Event
) -> AsyncIterator[Child]:
    """Run it for as long as the block lasts; it is told to stop when `stopping` is set, before others have stopped."""
    log = structlog.stdlib.get_logger("bellhop")
    child = Child(name, argv, env, lambda name, code: log.warning(CHILD_ENDED, child=name, code=code))
    await child.start()
    telling = asyncio.create_task(_tell_on(stopping, child))
    try:
        yield child
    finally:
        telling.cancel()
        await child.stop(grace_seconds)


async def _tell_on(stopping: asyncio.Event, child: Child) -> None:
    await stopping.wait()
    child.tell()
