"""A whole installation as separate OS processes: the playground, the app, its workers and its Redis, met over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx
import psutil

from playground.demo import clean_environment
from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "app.py")
SECRET = "a webhook secret of the tests"
PATIENCE_SECONDS = 40.0
LOOK_SECONDS = 0.1

T = TypeVar("T")


class Town:
    """Start it with `async with`. The playground outlives restarts of the app."""

    def __init__(self, folder: Path, *, seed: int = 1, **settings: str) -> None:
        self.folder = folder
        self.seed = seed
        self.settings = settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.told: dict[str, Any] = {}
        self.people: dict[str, Any] = {}
        self.app: asyncio.subprocess.Process | None = None
        self.playground: asyncio.subprocess.Process | None = None
        self.http = httpx.AsyncClient(timeout=15, trust_env=False)

    async def __aenter__(self) -> Town:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self._start_playground()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()
        await self.stop()
        if self.playground is not None and self.playground.returncode is None:
            self.playground.terminate()
            await self.playground.wait()
        for process in self.left_overs():
            process.kill()

    # --- processes ---

    async def start(self, command: str = "all") -> None:
        """Start the app and wait until it is ready."""
        log = _open_log(self.folder)
        self.app = await asyncio.create_subprocess_exec(
            sys.executable, APP, command, env=self.environment(), cwd=self.folder,
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

    def children(self, *words: str) -> list[psutil.Process]:
        """Processes of the app's family whose command line holds all `words`."""
        return [each for each in self._family() if all(word in _command(each) for word in words)]

    def left_overs(self) -> list[psutil.Process]:
        """Whatever still runs with this town's data folder or in it."""
        mark = str(self.folder)
        return [each for each in psutil.process_iter() if each.pid != os.getpid() and mark in _trace(each)]

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
            cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self.playground.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            self.told = json.loads(await self.playground.stdout.readline())
        self.people = json.loads(Path(self.told["tokens_file"]).read_text())

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

    # --- people ---

    @property
    def repository(self) -> str:
        """The first planted repository."""
        return str(self.told["repositories"][0])

    @property
    def bot(self) -> str:
        """The bot's login."""
        return str(self.people["bot"]["login"])

    async def request(
        self, method: str, path: str, body: Any = None, *, role: str = "writer", **headers: str
    ) -> Any:
        """A REST call about the repository, as one of its people."""
        url = f"{self.told['api_url']}/repos/{self.repository}/{path}"
        token = self.people[role]["token"]
        given = {"Authorization": f"Bearer {token}", **headers}
        answer = await self.http.request(method, url, json=body, headers=given)
        answer.raise_for_status()
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    async def say(self, number: int, text: str, *, role: str = "writer") -> dict[str, Any]:
        """A comment on an issue or pull request."""
        comment: dict[str, Any] = await self.request(
            "POST", f"issues/{number}/comments", {"body": text}, role=role
        )
        return comment

    async def answers(self, number: int) -> list[str]:
        """What the bot's comments say there now."""
        comments = await self.request("GET", f"issues/{number}/comments?per_page=100")
        return [each["body"] for each in comments if each["user"]["login"] == self.bot]

    async def inline_answers(self, number: int) -> list[str]:
        """What the bot says in a pull request's inline threads."""
        comments = await self.request("GET", f"pulls/{number}/comments?per_page=100")
        return [each["body"] for each in comments if each["user"]["login"] == self.bot]

    async def answer(self, number: int, pattern: str, seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
        """Wait for a comment of the bot that matches."""

        async def look() -> re.Match[str] | None:
            found = [match for body in await self.answers(number) if (match := re.search(pattern, body))]
            return found[-1] if found else None

        return await self.until(look, f"an answer on #{number} like {pattern!r}", seconds)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """The playground's control door."""
        answer = await self.http.request(method, f"{self.told['control_url']}{path}", json=body)
        answer.raise_for_status()
        return (
            answer.json()
            if answer.content and "json" in answer.headers.get("content-type", "")
            else answer.text
        )

    # --- the bot from the command line ---

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

    async def deliveries(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = await self.tool("deliveries", "list", "--json", "--limit", "500")
        return found

    async def jobs(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = await self.tool("jobs", "list", "--json", "--limit", "500")
        return found

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
