"""`make demo`: the main job from end to end, offline. Everything is done as a person would, over HTTP.

Starts Bellhop with its playground on free ports and an empty data folder, plays one scene on the pretend Slack and the
pretend GitHub, prints both conversations and the pull request's diff, and exits 0 only if all of it happened.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from playground.persona import POLL_SECONDS, OnGithub, OnSlack, Scene, wait_for

READY_SECONDS = 40.0
STOP_SECONDS = 25.0
ROLE = "writer"
HERE = Path(__file__).resolve().parent.parent
LINE = f"\n{'─' * 100}\n"


class Stage:
    """Where it is played: one person on both platforms."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.github = OnGithub(told, ROLE)
        self.slack = OnSlack(told["slack"], ROLE)
        self.address = f"@{self.slack.bot}"

    async def close(self) -> None:
        """Hang up."""
        await self.github.http.aclose()
        await self.slack.http.aclose()


async def play(stage: Stage) -> int:
    """The scene. Returns the number of the pull request."""
    number = await _ask(stage)
    await _review(stage, number)
    await _cancel(stage)
    return number


async def _ask(stage: Stage) -> int:
    """Somebody nobody knows asks in Slack; the request outlives both questions back. The pull request's number."""
    github, slack = stage.github, stage.slack
    say(f"@{github.login} asks for a fix in Slack")
    asked = await slack.do("say", text=f"{stage.address} fix the failing test")
    _, code = await slack.sees(r"/\w+ link (\w+)", is_private=True)
    say(f"asked privately who that is on GitHub, @{github.login} tells it there")
    await github.post("issues/1/comments", {"body": code[0]})
    await github.comment(r"Linked: ", "issues/1")
    question, _ = await slack.sees(r"Which repository", is_private=True)
    say(
        f"asked privately which repository is meant, @{github.login} chooses {github.repository} for the channel"
    )
    await slack.choose(question, github.repository, is_ticked=True)
    _, done = await slack.sees(r"✅ (J-\w+) done in .*PR #(\d+)", asked["ts"])
    say(f"{done[1]} is done; its card in Slack leads to PR #{done[2]}")
    return int(done[2])


async def _review(stage: Stage, number: int) -> None:
    github = stage.github
    say(f"@{github.login} reviews PR #{number} on GitHub")
    before = len((await github.get(f"pulls/{number}/commits")).json())
    files = (await github.get(f"pulls/{number}/files")).json()
    words = f"{stage.address} please also write down why this changed"
    comment = {"path": files[0]["filename"], "position": 1, "body": words}
    await github.post(f"pulls/{number}/reviews", {"event": "COMMENT", "comments": [comment]})

    async def more_commits() -> bool | None:
        commits = (await github.get(f"pulls/{number}/commits")).json()
        return True if len(commits) > before else None

    await wait_for(more_commits, f"a follow-up commit on PR #{number}")
    await github.comment(r"✅ J-\w+ done in .*updated", f"pulls/{number}")
    say(f"PR #{number} has a follow-up commit")


async def _cancel(stage: Stage) -> None:
    """Now that it is known who asks and what the channel is about, nothing is asked back."""
    github, slack = stage.github, stage.slack
    wish = (await github.get("issues/2")).json()["title"]
    say(f"@{github.login} asks for something slow in Slack, and stops it by its button")
    asked = await slack.do("say", text=f"{stage.address} {wish}")
    card, working = await slack.sees(r"(J-\w+) fix.*working[\s\S]*at work", asked["ts"])
    await slack.press(card, "Cancel")
    await slack.sees(rf"⏹ {working[1]} stopped by @{github.login}", asked["ts"])
    branches = [branch["name"] for branch in (await github.get("branches?per_page=100")).json()]
    if any(working[1] in branch for branch in branches):
        raise Scene(f"the cancelled {working[1]} left a branch: {branches}")


async def show(stage: Stage, number: int) -> None:
    """Print what the person sees: the channel, the issue with the link, the pull request and its diff."""
    sys.stdout.write(f"{LINE}Slack: {await stage.slack.conversation()}")
    for each in (1, number):
        sys.stdout.write(f"{LINE}GitHub: {await stage.github.conversation(each)}")
    diff = await stage.github.get(f"pulls/{number}", Accept="application/vnd.github.diff")
    sys.stdout.write(f"{LINE}The diff of PR #{number}:\n\n{diff.text}\n")


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
            return Stage(json.loads(ready.read_text()))
        await asyncio.sleep(POLL_SECONDS)
    raise Scene("waited for Bellhop to be ready")


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
