"""A pretend GitHub, the adapter in front of it, and the people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.platforms.github.platform import GitHub
from adapters.platforms.github.settings import GitHubSettings
from models.message import Thread, ThreadKind
from models.source import SourceType
from playground.github.faults import Fault
from playground.github.server import GithubPlayground
from tests.adapters.platforms.github.contract import Watcher
from tests.playground.working_copy import WorkingCopy

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
def watcher() -> Watcher:
    """What the adapter asked."""
    return Watcher()


@pytest.fixture
async def playground(tmp_path: Path, watcher: Watcher) -> AsyncIterator[GithubPlayground]:
    """A seeded playground; every request it gets is held against the contract."""
    async with GithubPlayground(tmp_path / "github", watchers=[watcher.middleware]) as served:
        yield served
    assert watcher.complaints == []


def settings_of(playground: GithubPlayground, **given: Any) -> GitHubSettings:
    """The settings of the bot's account there."""
    return GitHubSettings(
        github_token=SecretStr(playground.token(playground.cast["bot"])),
        github_webhook_secret=SecretStr("secret"),
        github_api_url=playground.api_url,
        **given,
    )


@pytest.fixture
async def github(playground: GithubPlayground) -> AsyncIterator[GitHub]:
    """The adapter."""
    platform = GitHub(settings_of(playground))
    yield platform
    await platform.close()


@pytest.fixture
def repo(playground: GithubPlayground) -> str:
    """`owner/name` of the first seeded repository."""
    return str(playground.world.summary[0]["repository"])


@pytest.fixture
def issue(repo: str) -> Thread:
    """Its first issue."""
    return Thread(source=SourceType.GITHUB, repository=repo, number=1)


@pytest.fixture
async def ask(playground: GithubPlayground) -> AsyncIterator[Ask]:
    """`await ask("writer", "POST", path, {...})` is what a person does; the JSON that GitHub answers."""
    async with httpx.AsyncClient(base_url=playground.api_url, timeout=30) as client:

        async def send(role: str, method: str, path: str, body: Any = None) -> Any:
            headers = {"Authorization": f"Bearer {playground.token(playground.cast[role])}"}
            answer = await client.request(method, path, json=body, headers=headers)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

        yield send


@pytest.fixture
def break_with(playground: GithubPlayground) -> Callable[..., Fault]:
    """Arm a fault: `break_with("status", status=500, path="/user$")`."""
    return lambda kind, **given: playground.world.faults.add(Fault(kind, **given))


Push = Callable[..., Awaitable[str]]


@pytest.fixture
def push(playground: GithubPlayground, repo: str, tmp_path: Path) -> Push:
    """`await push(branch, {path: text})` commits to a branch and pushes it as the bot; its sha."""
    copies: dict[str, WorkingCopy] = {}

    async def do(branch: str, files: dict[str, str], full_name: str = repo) -> str:
        if full_name not in copies:
            token = playground.token(playground.cast["bot"])
            copies[full_name] = WorkingCopy(tmp_path / full_name, f"{playground.url}/{full_name}.git", token)
            await copies[full_name].clone()
        copy = copies[full_name]
        await copy.git("checkout", "--quiet", "-B", branch, "origin/main")
        for path, text in files.items():
            sha = await copy.commit(path, text)
        await copy.git("push", "--quiet", "--force", "origin", branch)
        return sha

    return do


@pytest.fixture
async def pull(ask: Ask, push: Push, repo: str) -> Thread:
    """A pull request of the bot: three new lines in `notes.txt`."""
    await push("bellhop/J-1", {"notes.txt": "one\ntwo\nthree\n"})
    body = {"title": "Mend it", "head": "bellhop/J-1", "base": "main", "body": "See #1"}
    made = await ask("bot", "POST", f"/repos/{repo}/pulls", body)
    return Thread(
        source=SourceType.GITHUB, repository=repo, kind=ThreadKind.PULL_REQUEST, number=made["number"]
    )


@pytest.fixture
async def inline(ask: Ask, pull: Thread, repo: str) -> Thread:
    """An inline thread on it, begun by the writer."""
    path = f"/repos/{repo}/pulls/{pull.number}"
    head = (await ask("writer", "GET", path))["head"]["sha"]
    comment = {"body": "Why two?", "commit_id": head, "path": "notes.txt", "line": 2, "side": "RIGHT"}
    first = await ask("writer", "POST", f"{path}/comments", comment)
    return pull.model_copy(update={"inline_root": str(first["id"])})
