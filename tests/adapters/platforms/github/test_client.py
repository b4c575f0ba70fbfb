"""A GitHub that fails in every way: what is tried again, what never is, and what is said of it."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.platforms.github.client import Client
from adapters.platforms.github.platform import GitHub
from bot.errors import (
    AuthenticationError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)
from models.message import MessageKind, Thread
from playground.github.faults import Fault
from playground.github.server import GithubPlayground
from tests.adapters.platforms.github.conftest import Ask, settings_of
from tests.adapters.platforms.github.contract import Watcher
from tests.adapters.platforms.github.test_platform import bodies
from tests.services.ports import free_port

ROOT = Path(__file__).parents[4]
Break = Callable[..., Fault]
LOST = ["status", "half", "drop", "wrong_json"]


def asked(watcher: Watcher, method: str) -> int:
    """How often."""
    return sum(each == method for each, _ in watcher.seen)


@pytest.mark.parametrize("kind", LOST)
async def test_a_read_is_tried_again(github: GitHub, break_with: Break, watcher: Watcher, kind: str) -> None:
    break_with(kind, times=1)
    assert (await github.me()).login
    assert asked(watcher, "GET") == 2


@pytest.mark.parametrize("kind", LOST)
async def test_a_read_is_not_tried_for_ever(
    github: GitHub, break_with: Break, watcher: Watcher, kind: str
) -> None:
    break_with(kind, times=99)
    with pytest.raises(NetworkError, match="asking GitHub who the bot is") as lost:
        await github.me()
    assert lost.value.retryable
    assert asked(watcher, "GET") == 3


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_comment_is_never_posted_twice(
    github: GitHub, break_with: Break, watcher: Watcher, ask: Ask, issue: Thread, kind: str, when: str
) -> None:
    break_with(kind, method="POST", when=when, path="comments$")
    with pytest.raises(NetworkError, match="commenting on") as lost:
        await github.post(issue, "once")
    assert lost.value.is_ambiguous
    assert asked(watcher, "POST") == 1
    assert await bodies(ask, issue) == (["once"] if when == "after" else [])


async def test_a_comment_that_was_never_sent_is_not_in_doubt(
    playground: GithubPlayground, issue: Thread
) -> None:
    settings = settings_of(playground).model_copy(
        update={"github_api_url": f"http://127.0.0.1:{free_port()}/api/v3"}
    )
    platform = GitHub(settings)
    with pytest.raises(NetworkError) as lost:
        await platform.post(issue, "once")
    assert not lost.value.is_ambiguous
    assert lost.value.retryable
    await platform.close()


async def test_a_rate_limit_says_how_long_and_is_not_tried_again(
    github: GitHub, break_with: Break, watcher: Watcher
) -> None:
    break_with("status", status=429, retry_after=7)
    with pytest.raises(RateLimitError) as limited:
        await github.me()
    assert limited.value.retry_after_seconds == 7
    assert asked(watcher, "GET") == 1


async def test_a_secondary_limit_is_known(github: GitHub, break_with: Break, issue: Thread) -> None:
    break_with("secondary_limit", method="POST")
    with pytest.raises(RateLimitError) as limited:
        await github.post(issue, "hello")
    assert not limited.value.is_ambiguous


async def test_an_hour_that_is_used_up_ends_with_the_hour(
    github: GitHub, playground: GithubPlayground
) -> None:
    bot = playground.world.store.users[playground.cast["bot"].lower()]
    playground.world.limits.exhaust(bot, 120)
    with pytest.raises(RateLimitError) as limited:
        await github.me()
    assert 100 < limited.value.retry_after_seconds <= 121


async def test_a_token_that_is_refused(playground: GithubPlayground) -> None:
    token = "ghp_" + "x" * 36
    platform = GitHub(settings_of(playground).model_copy(update={"github_token": SecretStr(token)}))
    with pytest.raises(AuthenticationError, match="GitHub answered 401: Bad credentials") as refused:
        await platform.me()
    assert not refused.value.retryable
    await platform.close()


async def test_no_error_tells_the_token(
    github: GitHub, playground: GithubPlayground, break_with: Break
) -> None:
    token = playground.token(playground.cast["bot"])
    break_with("status", status=422, body={"message": f"do not say {token}"})
    with pytest.raises(IntegrationError) as refused:
        await github.me()
    assert token not in str(refused.value) + repr(refused.value)
    assert "do not say" in str(refused.value)


async def test_a_server_that_hangs_ends_the_call_within_its_limit(
    playground: GithubPlayground, break_with: Break, issue: Thread
) -> None:
    platform = GitHub(settings_of(playground, integration_timeout=1))
    break_with("hang", times=99)
    started = time.monotonic()
    with pytest.raises(NetworkError, match=r"commenting on .*no answer from GitHub") as lost:
        await platform.post(issue, "hello")
    assert lost.value.is_ambiguous
    with pytest.raises(NetworkError):
        await platform.me()
    assert time.monotonic() - started < 20
    await platform.close()


async def test_an_answer_that_drips_ends_too(playground: GithubPlayground) -> None:
    """A byte now and then keeps every socket's timeout from striking."""

    left = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        left.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Client(f"http://127.0.0.1:{port}", "token", call_timeout_seconds=1, attempts=1)
    with pytest.raises(NetworkError):
        async with client.calling("waiting") as api:
            await api.get("/user")
    async with asyncio.timeout(20):
        await left.wait()
    await client.close()
    server.close()


async def test_the_loop_is_free_while_github_is_slow(github: GitHub, break_with: Break) -> None:
    break_with("slow", seconds=0.5)
    waiting = asyncio.create_task(github.me())
    beats = 0
    while not waiting.done():
        await asyncio.sleep(0.01)
        beats += 1
    assert beats > 10


@pytest.mark.parametrize("body", [[], {}, {"id": None}, "text", 7, None])
async def test_an_answer_of_another_form_is_an_error_not_a_crash(
    playground: GithubPlayground, break_with: Break, body: Any, issue: Thread
) -> None:
    github = GitHub(settings_of(playground, max_retry_attempts=1))
    break_with("status", status=200, body=body, times=99)
    for call in (
        github.post(issue, "x"),
        github.repository("acme/shop"),
        github.pull("acme/shop", 1),
        github.react(issue, MessageKind.REVIEW, "1", "eyes"),
    ):
        with pytest.raises(IntegrationError):
            await call
    await github.close()


async def test_a_renamed_repository_is_followed(
    github: GitHub, break_with: Break, playground: GithubPlayground, repo: str, issue: Thread, ask: Ask
) -> None:
    there = f"{playground.api_url}/repos/{repo}"
    old = issue.model_copy(update={"repository": "old/name"})
    break_with("status", status=301, path="old/name$", headers={"Location": there}, body={"message": "Moved"})
    assert (await github.repository("old/name")).name == repo
    moved = f"{there}/issues/1/comments"
    for status in (301, 307, 308):
        break_with(
            "status", status=status, path="old/name", headers={"Location": moved}, body={"message": "Moved"}
        )
        await github.post(old, f"moved by {status}")
    assert await bodies(ask, issue) == ["moved by 301", "moved by 307", "moved by 308"]


async def test_the_token_follows_no_redirect_to_another_host(
    github: GitHub, break_with: Break, issue: Thread
) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    server = await asyncio.start_server(listen, "localhost", 0)
    elsewhere = f"http://localhost:{server.sockets[0].getsockname()[1]}/repos/acme/shop"
    for status in (301, 302, 307, 308):
        break_with("status", status=status, headers={"Location": elsewhere}, body={}, times=1, method="POST")
        with pytest.raises(IntegrationError):
            await github.post(issue, "hello")
    assert heard == []
    server.close()


async def test_the_environments_proxy_is_not_used(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert (await github.me()).login


async def test_the_configured_proxy_is_used(playground: GithubPlayground) -> None:
    heard: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    platform = GitHub(settings_of(playground), http_proxy=f"http://127.0.0.1:{port}")
    with pytest.raises(NotFoundError):
        await platform.me()
    assert heard == [f"GET {playground.api_url}/user HTTP/1.1\r\n".encode()]
    await platform.close()
    server.close()


async def test_graphql_errors_come_with_a_good_status(
    github: GitHub, break_with: Break, pull: Thread
) -> None:
    """A refusal falls back to the pull request; a success leaves it alone."""
    break_with(
        "status", status=200, path="graphql", body={"errors": [{"type": "FORBIDDEN", "message": "no"}]}
    )
    client = github._client
    with pytest.raises(AuthenticationError, match="no"):
        async with client.calling("reacting") as api:
            await api.graphql("query { viewer { login } }")
    break_with("status", status=200, path="graphql", body={"data": {"viewer": {"login": "bot"}}})
    async with client.calling("reacting") as api:
        assert await api.graphql("query { viewer { login } }") == {"viewer": {"login": "bot"}}


def test_the_heavy_library_is_imported_by_who_needs_it() -> None:
    code = "import sys, adapters.platforms; print({'github', 'requests'} & sys.modules.keys())"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout == "set()\n"
