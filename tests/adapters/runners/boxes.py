"""Boxes of the local runner, and small programs to run in them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from adapters.runners.local import LocalBox, LocalRunner, LocalRunning
from bot.settings import Settings
from bot.workshop import ProcessSpec

PATIENCE_SECONDS = 20.0


class Ground:
    """A tree, a home, and what was started."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.home = folder / "home"
        self.started: list[tuple[int, str]] = []
        for each in (self.tree, self.home):
            each.mkdir(parents=True, exist_ok=True)

    @asynccontextmanager
    async def box(self) -> AsyncIterator[LocalBox]:
        runner = LocalRunner(Settings(data_dir=self.tree))
        async with runner.open(self.tree, self.home, self.on_start) as box:
            yield box

    async def on_start(self, pid: int, role: str) -> None:
        self.started.append((pid, role))

    def spec(self, *argv: str, timeout: float = 60.0, idle: float = 60.0, stdin: bytes = b"") -> ProcessSpec:
        return ProcessSpec(argv=argv, cwd=self.tree, timeout_seconds=timeout, idle_seconds=idle, stdin=stdin)

    def shell(self, line: str, *, timeout: float = 60.0, idle: float = 60.0) -> ProcessSpec:
        return self.spec("/bin/sh", "-c", line, timeout=timeout, idle=idle)

    def python(self, text: str, *, timeout: float = 60.0, idle: float = 60.0) -> ProcessSpec:
        return self.spec(sys.executable, "-c", text, timeout=timeout, idle=idle)


async def output_of(running: LocalRunning) -> list[str]:
    return [line.decode(errors="replace") async for line in running.lines()]


async def until(look: Callable[[], object], what: str) -> None:
    """Look until it is so."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not look():  # noqa: ASYNC110 - nobody tells when a process is gone
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited for {what}") from None


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
