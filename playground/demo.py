"""`make demo`: the main job from end to end, offline. Everything is done as a person would, over HTTP.

Starts Bellhop with its playground on free ports and an empty data folder, plays one scene, prints the conversation and
the pull request's diff, and exits 0 only if all of it happened.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

READY_SECONDS = 40.0
SCENE_SECONDS = 45.0
POLL_SECONDS = 0.2
STOP_SECONDS = 25.0
HERE = Path(__file__).resolve().parent.parent
T = TypeVar("T")


class Scene(Exception):
    """Something did not happen; the text says what was waited for."""


class Stage:
    """The pretend GitHub as one of its people sees it."""

    def __init__(self, told: dict[str, Any], people: dict[str, Any]) -> None:
        self.told = told
        self.repository = str(told["repositories"][0])
        self.bot = str(people["bot"]["login"])
        self.person = str(people["writer"]["login"])
        headers = {"Authorization": f"Bearer {people['writer']['token']}"}
        self.http = httpx.AsyncClient(base_url=told["api_url"], headers=headers, timeout=10, trust_env=False)
        self.control = httpx.AsyncClient(base_url=told["control_url"], timeout=10, trust_env=False)

    def path(self, rest: str) -> str:
        """A REST path of the repository."""
        return f"{self.told['api_url']}/repos/{self.repository}/{rest}"

    async def get(self, rest: str, **headers: str) -> httpx.Response:
        """One GET; an error ends the scene."""
        response = await self.http.get(self.path(rest), headers=headers)
        response.raise_for_status()
        return response

    async def post(self, rest: str, body: dict[str, Any]) -> Any:
        """One POST; an error ends the scene."""
        response = await self.http.post(self.path(rest), json=body)
        response.raise_for_status()
        return response.json()

    async def card(self, number: int, pattern: str, *, is_inline: bool = False) -> re.Match[str]:
        """Wait until a comment of the bot matches: on an issue or pull request, or in its inline threads."""

        async def look() -> re.Match[str] | None:
            comments = (await self.get(f"issues/{number}/comments?per_page=100")).json()
            if is_inline:
                comments = (await self.get(f"pulls/{number}/comments?per_page=100")).json()
            bodies = [c["body"] for c in comments if c["user"]["login"] == self.bot]
            found = [match for body in bodies if (match := re.search(pattern, body))]
            return found[0] if found else None

        return await wait_for(look, f"a comment of @{self.bot} on #{number} that matches {pattern!r}")

    async def close(self) -> None:
        """Hang up."""
        await self.http.aclose()
        await self.control.aclose()


async def wait_for(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look until there is something, or say what never came."""
    for _ in range(int(SCENE_SECONDS / POLL_SECONDS)):
        if (found := await look()) is not None:
            return found
        await asyncio.sleep(POLL_SECONDS)
    raise Scene(f"waited {SCENE_SECONDS:.0f} s for {what}")


async def play(stage: Stage) -> int:
    """The scene. Returns the number of the pull request."""
    say(f"@{stage.person} asks for a fix on {stage.repository}#1")
    await stage.post("issues/1/comments", {"body": f"@{name()} fix this please"})
    done = await stage.card(1, r"✅ (J-\w+) done in .*PR #(\d+)")
    number = int(done[2])
    say(f"{done[1]} is done; @{stage.person} reviews PR #{number}")
    before = len((await stage.get(f"pulls/{number}/commits")).json())
    await _review(stage, number)

    async def more_commits() -> bool | None:
        commits = (await stage.get(f"pulls/{number}/commits")).json()
        return True if len(commits) > before else None

    await wait_for(more_commits, f"a follow-up commit on PR #{number}")
    await stage.card(number, r"✅ J-\w+ done in .*updated", is_inline=True)
    say(f"PR #{number} has a follow-up commit; @{stage.person} asks for something slow and stops it")
    await stage.post("issues/2/comments", {"body": f"@{name()} fix"})
    working = await stage.card(2, r"(J-\w+) fix.*working[\s\S]*at work")
    await stage.post("issues/2/comments", {"body": f"/{name()} cancel {working[1]}"})
    await stage.card(2, rf"⏹ {working[1]} stopped by @{stage.person}")
    await _nothing_of(stage, working[1])
    return number


async def _review(stage: Stage, number: int) -> None:
    files = (await stage.get(f"pulls/{number}/files")).json()
    comment = {
        "path": files[0]["filename"],
        "position": 1,
        "body": f"@{name()} please also write down why this changed",
    }
    await stage.post(f"pulls/{number}/reviews", {"event": "COMMENT", "comments": [comment]})


async def _nothing_of(stage: Stage, handle: str) -> None:
    branches = [branch["name"] for branch in (await stage.get("branches?per_page=100")).json()]
    if any(handle in branch for branch in branches):
        raise Scene(f"the cancelled {handle} left a branch: {branches}")


async def show(stage: Stage, number: int) -> None:
    """Print what people see: three conversations and the diff."""
    for each in (1, number, 2):
        text = (
            await stage.control.get(f"{stage.told['control_url']}/conversations/{stage.repository}/{each}")
        ).text
        sys.stdout.write(f"\n{'─' * 100}\n{re.sub(r'<!--.*?-->', '', text)}")
    diff = await stage.get(f"pulls/{number}", Accept="application/vnd.github.diff")
    sys.stdout.write(f"\n{'─' * 100}\nThe diff of PR #{number}:\n\n{diff.text}\n")


def name() -> str:
    """How the bot is called."""
    return "bellhop"


def say(text: str) -> None:
    """A line of the stage directions."""
    sys.stdout.write(f"· {text}\n")
    sys.stdout.flush()


async def run(seed: int, folder: Path) -> int:
    """Start everything, play, show, stop. The exit code."""
    log = folder / "bellhop.log"
    environment = {**clean_environment(), "BELLHOP_DATA_DIR": str(folder / "data"), "BELLHOP_PORT": "0"}
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(HERE / "app.py"), "all", "--playground", "--seed", str(seed),
            env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=stderr, cwd=folder,
        )  # fmt: skip
        try:
            stage = await _open(folder / "data" / "playground", process)
            try:
                await show(stage, await play(stage))
            finally:
                await stage.close()
        except (Scene, httpx.HTTPError) as error:
            sys.stderr.write(f"the demo did not come off: {error!r}\n\n{_tail(log)}\n")
            return 1
        finally:
            code = await _stop(process)
    if code != 0:
        sys.stderr.write(f"Bellhop ended with code {code}\n\n{_tail(log)}\n")
        return 1
    say("all of it happened")
    return 0


def clean_environment() -> dict[str, str]:
    """The environment without settings of a real installation: the demo talks to nobody else."""
    ours = ("BELLHOP_", "GITHUB_", "GITLAB_", "JIRA_", "LINEAR_", "SLACK_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


async def _open(folder: Path, process: asyncio.subprocess.Process) -> Stage:
    ready = folder / "ready.json"
    for _ in range(int(READY_SECONDS / POLL_SECONDS)):
        if process.returncode is not None:
            raise Scene(f"Bellhop ended at once with code {process.returncode}")
        if ready.exists():
            told = json.loads(ready.read_text())
            return Stage(told, _read(told["tokens_file"]))
        await asyncio.sleep(POLL_SECONDS)
    raise Scene("waited for Bellhop to be ready")


def _read(path: str) -> dict[str, Any]:
    people: dict[str, Any] = json.loads(Path(path).read_text())
    return people


async def _stop(process: asyncio.subprocess.Process) -> int:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            return await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        return -9


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-40:])


def main() -> int:
    """`SEED=n` chooses the world."""
    seed = int(os.environ.get("SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="bellhop-demo-") as folder:
        return asyncio.run(run(seed, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
