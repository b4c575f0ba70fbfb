"""A whole installation as separate OS processes: the playground, the app, its workers and its Redis, met over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import re
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx
import psutil
import yaml

from playground.demo import clean_environment
from tests.e2e.records import Records
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
        self.records = Records(folder / "data" / "bellhop.db")

    async def __aenter__(self) -> Town:
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

    # --- processes ---

    async def start(self, command: str = "all", **settings: str) -> None:
        """Start the app and wait until it is ready. `settings` stay for later starts."""
        self.settings |= settings
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

    async def open_issue(self, title: str, body: str = "") -> int:
        """A new issue's number."""
        made = await self.request("POST", "issues", {"title": title, "body": body})
        return int(made["number"])

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
        is_json = answer.content and "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json else answer.text

    async def fault(self, kind: str, method: str, path: str, **more: Any) -> None:
        """The next requests that match go wrong."""
        await self.control("POST", "/faults", {"kind": kind, "method": method, "path": path} | more)

    async def met_fault(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until every fault was met."""

        async def look() -> bool | None:
            return None if await self.control("GET", "/faults") else True

        await self.until(look, "the fault to be met", seconds)

    async def seen(self, method: str, path: str) -> list[dict[str, Any]]:
        """Requests the playground got so far, by `method` ("*": any) and pattern of the path."""
        method = "" if method == "*" else f"&method={method}"
        listed = await self.control("GET", f"/log?direction=in{method}")
        return [each for each in listed if re.search(path, each["path"])]

    def script(self, name: str, match: str, *steps: dict[str, Any]) -> None:
        """What the scripted agent does when its prompt matches; asked before every script that came with the seed."""
        text = yaml.safe_dump({"match": match, "steps": list(steps)}, sort_keys=False)
        (self.scripts / f"-{name}.yaml").write_text(text)

    def mending(self) -> list[dict[str, Any]]:
        """What a good agent does about issue 1; with it the checks pass."""
        script = yaml.safe_load((self.scripts / "0-bug.yaml").read_text())
        steps: list[dict[str, Any]] = script["parts"][0]["steps"]
        return steps

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

    async def deliver(self, body: bytes, event: str, key: str = "", **headers: str) -> httpx.Response:
        """A webhook, signed, as GitHub sends it."""
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": key or str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        url = f"{self.url}/webhooks/github"
        return await self.http.post(url, content=body, headers=given | headers)

    async def settled(self, jobs: int = 1, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until there are so many jobs, all have ended, and all that is to be said is said."""

        async def look() -> bool | None:
            return True if self.records.is_quiet(jobs) else None

        await self.until(look, f"{jobs} job(s) to end and be told; there is\n{self.records.jobs()}", seconds)

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
