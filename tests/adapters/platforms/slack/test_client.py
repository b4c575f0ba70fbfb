"""Every call ends in time, nothing is sent twice, and what went wrong is said without a secret."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.platforms.slack import Slack
from bot.errors import AuthenticationError, IntegrationError, NetworkError, NotFoundError, RateLimitError
from models.message import Thread
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent, settings_of

ThreadIn = Callable[..., Thread]
Break = Callable[..., Fault]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """The address of an API that answers everything in one way."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()


async def failure(slack: Slack, thread: Thread) -> IntegrationError:
    """What posting says."""
    with pytest.raises(IntegrationError) as found:
        await slack.post(thread, slack.render_reply("hello", "m"))
    assert str(found.value).startswith("posting in ")
    assert not any(secret in str(found.value) for secret in slack.secrets)
    return found.value


@pytest.mark.parametrize(("kind", "given"), [
    ("status", {"status": 500}), ("status", {"status": 503}), ("half", {}), ("drop", {}),
    ("wrong_json", {"body": [1]}), ("wrong_json", {"body": "text"}), ("wrong_json", {"body": {"ok": True}}),
    ("error", {"error": "internal_error"}), ("error", {"error": "fatal_error"}),
])  # fmt: skip
async def test_a_post_whose_answer_is_lost_is_in_doubt_and_not_repeated(
    slack: Slack,
    playground: SlackPlayground,
    thread_in: ThreadIn,
    break_with: Break,
    kind: str,
    given: dict[str, object],
) -> None:
    break_with(kind, path="chat.postMessage", when="after", times=1, **given)
    found = await failure(slack, thread_in("team"))
    assert (found.retryable, found.is_ambiguous) == (True, True)
    assert len(sent(playground, "chat.postMessage")) == 1
    # It was said all the same, and is found.
    assert len(await slack.find(thread_in("team"), "m")) == 1


@pytest.mark.parametrize("kind", ["status", "half", "drop"])
async def test_a_read_is_tried_again(
    slack: Slack, playground: SlackPlayground, break_with: Break, kind: str
) -> None:
    break_with(kind, path="auth.test", times=2)
    assert (await slack.me()).login == "bellhop"
    assert len(sent(playground, "auth.test")) == 3


async def test_a_read_is_given_up_after_a_few_times(
    slack: Slack, playground: SlackPlayground, break_with: Break
) -> None:
    break_with("status", path="auth.test", times=9)
    with pytest.raises(NetworkError) as found:
        await slack.me()
    assert not found.value.is_ambiguous
    assert len(sent(playground, "auth.test")) == 3
    assert not slack.is_introduced


async def test_a_slack_that_hangs_is_left_in_time(
    playground: SlackPlayground, thread_in: ThreadIn, break_with: Break
) -> None:
    slack = Slack(settings_of(playground, integration_timeout=1.0))
    break_with("hang", path="chat.postMessage", seconds=30)
    async with asyncio.timeout(10):
        found = await failure(slack, thread_in("team"))
    assert (found.is_ambiguous, found.retryable) == (True, True)
    await slack.close()


async def test_a_connection_that_was_never_made_carried_nothing(
    playground: SlackPlayground, thread_in: ThreadIn
) -> None:
    async with answering(web.Application()._handle) as url:
        pass  # nobody listens there any more
    slack = Slack(settings_of(playground).model_copy(update={"slack_api_url": url}))
    found = await failure(slack, thread_in("team"))
    assert isinstance(found, NetworkError)
    assert (found.is_ambiguous, found.retryable) == (False, True)
    await slack.close()


async def test_a_limit_says_when_to_come_back(slack: Slack, thread_in: ThreadIn, break_with: Break) -> None:
    break_with("ratelimited", retry_after=7, path="chat.postMessage")
    found = await failure(slack, thread_in("team"))
    assert isinstance(found, RateLimitError)
    assert found.retry_after_seconds == 7


@pytest.mark.parametrize(("word", "kind"), [
    ("channel_not_found", NotFoundError), ("is_archived", NotFoundError), ("token_revoked", AuthenticationError),
    ("not_in_channel", AuthenticationError), ("msg_too_long", IntegrationError),
])  # fmt: skip
async def test_slacks_words_become_ours(
    slack: Slack, thread_in: ThreadIn, break_with: Break, word: str, kind: type[IntegrationError]
) -> None:
    break_with("error", error=word, path="chat.postMessage", times=2)
    found = await failure(slack, thread_in("team"))
    assert type(found) is kind
    assert word in str(found)
    assert (found.retryable, found.is_ambiguous) == (False, False)


async def test_a_revoked_token_is_told_by_every_call(
    slack: Slack, playground: SlackPlayground, thread_in: ThreadIn
) -> None:
    for token in playground.world.store.tokens.values():
        token.state = "revoked"
    found = await failure(slack, thread_in("team"))
    assert isinstance(found, AuthenticationError)
    assert not found.is_forbidden
    with pytest.raises(AuthenticationError):
        await slack.me()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_is_followed(playground: SlackPlayground, thread_in: ThreadIn, status: int) -> None:
    seen: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization", ""))
        return web.json_response({"ok": True, "ts": "1.2"})

    async with answering(elsewhere) as other:

        async def away(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": other})

        async with answering(away) as url:
            slack = Slack(settings_of(playground).model_copy(update={"slack_api_url": url}))
            assert isinstance(await failure(slack, thread_in("team")), NetworkError)
            await slack.close()
    assert seen == []


async def test_no_proxy_of_the_environment_is_used(
    playground: SlackPlayground, thread_in: ThreadIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    slack = Slack(settings_of(playground))
    assert (await slack.post(thread_in("team"), slack.render_reply("hello", "m"))).id
    await slack.close()


async def test_the_proxy_of_the_settings_is_used(playground: SlackPlayground) -> None:
    asked: list[str] = []

    async def proxy(request: web.Request) -> web.StreamResponse:
        asked.append(str(request.url))
        return web.json_response({"ok": True, "user_id": "U1", "user": "bellhop"})

    async with answering(proxy) as url:
        target = settings_of(playground).model_copy(update={"slack_api_url": "http://slack.example/api/"})
        slack = Slack(target, http_proxy=url.removesuffix("/api/"))
        assert (await slack.me()).id == "U1"
        await slack.close()
    assert len(asked) == 1
    assert "auth.test" in asked[0]


async def test_a_closed_adapter_opens_again(slack: Slack, thread_in: ThreadIn) -> None:
    await slack.close()
    assert (await slack.post(thread_in("team"), slack.render_reply("hello", "m"))).id


async def test_slack_sdk_is_told_nothing_to_log(
    slack: Slack, thread_in: ThreadIn, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        await slack.post(thread_in("team"), slack.render_reply("a private word", "m"))
    assert "a private word" not in caplog.text
    assert "xox" not in caplog.text
