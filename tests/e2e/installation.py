"""An installation as separate OS processes: the playground, the app, its workers and its Redis, met over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import httpx
import psutil

from playground.demo import clean_environment
from tests.e2e.records import Records
from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "app.py")
SECRET = "a webhook secret of the tests"
PATIENCE_SECONDS = 40.0
LOOK_SECONDS = 0.1

T = TypeVar("T")


class Installation:
    """Start it with `async with`. The playground outlives restarts of the app."""

    def __init__(self, folder: Path, *, seed: int = 1, **settings: str) -> None:
        self.folder = folder
        self.seed = seed
        self.settings = settings
        self.stage: tuple[str, ...] = ()  # what else the playground is told
        self.program: tuple[str, ...] | None = None  # what is started instead of `app.py`
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.told: dict[str, Any] = {}
        self.people: dict[str, Any] = {}
        self.app: asyncio.subprocess.Process | None = None
        self.playground: asyncio.subprocess.Process | None = None
        self.http = httpx.AsyncClient(timeout=15, trust_env=False)
        self.records = Records(folder / "data" / "bellhop.db")

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self._start_playground()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.http.aclose()
            await self.stop()
            if self.playground is not None and self.playground.returncode is None:
                self.playground.terminate()
                await self.playground.wait()
        finally:
            for process in self.left_overs():
                with contextlib.suppress(psutil.Error):
                    process.kill()

    async def start(self, command: str = "all", **settings: str) -> None:
        """Start the app and wait until it is ready. `settings` stay for later starts."""
        self.settings |= settings
        log = _open_log(self.folder)
        self.app = await asyncio.create_subprocess_exec(
            sys.executable, *(self.program or (APP,)), command, env=self.environment(), cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()
        await self.until(self._is_ready, "the app to be ready")

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the app a signal and wait for its end."""
        if self.app is None or self.app.returncode is not None:
            return self.app.returncode if self.app and self.app.returncode is not None else 0
        self.app.send_signal(number)
        async with asyncio.timeout(60):
            return await self.app.wait()

    async def kill(self) -> None:
        """`kill -9` of the app, and of nothing else."""
        assert self.app is not None
        assert self.app.returncode is None, self.log()
        await self.stop(signal.SIGKILL)

    def redis(self) -> psutil.Process:
        """The embedded redis-server."""
        [server] = self.children("redis-server")
        return server

    async def horse(self) -> psutil.Process:
        """The process that runs the only running job."""

        async def look() -> psutil.Process | None:
            for pid in self.records.column("SELECT pid FROM processes WHERE role = 'horse'"):
                with contextlib.suppress(psutil.NoSuchProcess):
                    return psutil.Process(pid)
            return None

        return await self.until(look, "a job to run in a process of its own")

    def children(self, *words: str) -> list[psutil.Process]:
        """Processes of the app's family whose command line holds all `words`."""
        return [each for each in self._family() if all(word in _command(each) for word in words)]

    def left_overs(self) -> list[psutil.Process]:
        """Whatever still runs with this town's data folder or in it; the playground aside while it lives."""
        mark, known = str(self.folder), {os.getpid()}
        if self.playground is not None and self.playground.returncode is None:
            known.add(self.playground.pid)
        return [each for each in psutil.process_iter() if each.pid not in known and mark in _trace(each)]

    def _family(self) -> list[psutil.Process]:
        if self.app is None or self.app.returncode is not None:
            return []
        return psutil.Process(self.app.pid).children(recursive=True)

    def environment(self) -> dict[str, str]:
        """The app's settings, and none of a real installation."""
        return clean_environment() | {
            "BELLHOP_DATA_DIR": str(self.folder / "data"),
            "BELLHOP_PORT": str(self.port),
            "BELLHOP_LOG_FORMAT": "json",
            "BELLHOP_AGENT_SCRIPTS": str(self.scripts),
            "GITHUB_API_URL": self.told["api_url"],
            "GITHUB_TOKEN": self.people["bot"]["token"],
            "GITHUB_WEBHOOK_SECRET": SECRET,
            **self.settings,
        }

    @property
    def scripts(self) -> Path:
        """Where the scripted agent's scripts are; tests add their own."""
        return Path(self.told["scripts"])

    async def _start_playground(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(SECRET)
        data = self.folder / "playground"
        self.playground = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "playground", "--data", str(data), "--seed", str(self.seed),
            "--webhook-url", f"{self.url}/webhooks/github", "--webhook-secret-file", str(secret),
            "--rate-limit", "1000000", *self.stage,
            cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self.playground.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            self.told = json.loads(await self.playground.stdout.readline())
        self.people = json.loads(Path(self.told["tokens_file"]).read_text())  # noqa: ASYNC240 - a small local file

    async def _is_ready(self) -> bool | None:
        assert self.app is not None
        assert self.app.returncode is None, self.log()
        try:
            answer = await self.http.get(f"{self.url}/readyz")
        except httpx.HTTPError:
            return None
        return True if answer.status_code == 200 else None

    def log(self) -> str:
        """The end of the app's log."""
        return (self.folder / "app.log").read_text(errors="replace")[-6000:]

    async def tool(self, *arguments: str) -> Any:
        """Run the command line; what it printed, as JSON when it is."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, APP, *arguments, env=self.environment(), cwd=self.folder,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return json.loads(out) if "--json" in arguments else out.decode()

    async def until(
        self, look: Callable[[], Awaitable[T | None]], what: str, seconds: float = PATIENCE_SECONDS
    ) -> T:
        """Look until there is something."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"waited {seconds:.0f} s for {what}\n{self.log()}")


def _open_log(folder: Path) -> IO[bytes]:
    return (folder / "app.log").open("ab")


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _trace(process: psutil.Process) -> str:
    """Where a process says it belongs: command line, working folder, home."""
    try:
        return " ".join([*process.cmdline(), process.cwd(), process.environ().get("HOME", "")])
    except (psutil.Error, OSError):
        return ""
