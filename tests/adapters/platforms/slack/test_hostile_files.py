"""Fetching a file from a host that means no good: our token stays where it belongs, and no more is read than asked."""

import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from pydantic import SecretStr

from adapters.platforms.slack import Slack
from adapters.platforms.slack.settings import SlackSettings
from bot.errors import AuthenticationError, IntegrationError, NetworkError, NotFoundError, Refused
from models.message import Attachment
from tests.playground.slack.conftest import Listener

TOKEN = "xoxb-the-token-of-the-tests"
MEGABYTE = 1_000_000


@dataclass
class Host:
    """Where the configured API is: it answers as it is told, and remembers who asked with which token."""

    url: str = ""
    answer: web.Response = field(default_factory=web.Response)
    tokens: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        return self.answer


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    made = Host()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def slack(host: Host) -> AsyncIterator[Slack]:
    settings = SlackSettings(
        slack_bot_token=SecretStr(TOKEN),
        slack_signing_secret=SecretStr("a secret"),
        slack_api_url=f"{host.url}/api/",
    )
    platform = Slack(settings)
    yield platform
    await platform.close()


def file(url: str, **fields: str) -> Attachment:
    return Attachment(id="F1", name="error.log", media_type="text/plain", url=url, **fields)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_way_to_another_host_is_not_gone(
    slack: Slack, host: Host, listener: Listener, status: int
) -> None:
    host.answer = web.Response(status=status, headers={"Location": listener.url})
    with pytest.raises(AuthenticationError, match="files:read"):
        await slack.fetch(file(f"{host.url}/files-pri/T1-F1/error.log"), 100)
    assert host.tokens == [f"Bearer {TOKEN}"]
    assert listener.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://10.0.0.1/x",
        "https://files.slack.com@127.0.0.1/x",
        "https://files.slack.com:8443/x",
        "https://files.slack.com.example.com/x",
        "https://FILES.slack.com\\@evil.example/x",
        "ftp://files.slack.com/x",
        "//files.slack.com/x",
        "javascript:alert(1)",
    ],
)
async def test_nobody_but_slack_is_asked(slack: Slack, host: Host, address: str) -> None:
    with pytest.raises(Refused, match="not kept on Slack's own hosts"):
        await slack.fetch(file(address), 100)
    assert host.tokens == []


@pytest.mark.parametrize("suffix", ["0", "@evil.example", ".evil.example"])
async def test_what_only_begins_like_the_configured_host_is_another(
    slack: Slack, host: Host, suffix: str
) -> None:
    with pytest.raises(Refused):
        await slack.fetch(file(f"{host.url}{suffix}/x"), 100)
    assert host.tokens == []


async def test_what_is_small_on_the_way_and_large_when_unpacked_is_cut_off(slack: Slack, host: Host) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(64)) + packer.flush()
    assert len(packed) < MEGABYTE
    host.answer = web.Response(body=packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Refused, match="larger than 1000000 bytes"):
        await slack.fetch(file(f"{host.url}/x"), MEGABYTE)


async def test_what_says_it_is_packed_and_is_not_is_a_failure_like_any_other(
    slack: Slack, host: Host
) -> None:
    host.answer = web.Response(body=b"not packed", headers={"Content-Encoding": "gzip"})
    with pytest.raises(NetworkError):
        await slack.fetch(file(f"{host.url}/x"), 100)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, NotFoundError),
        (410, NotFoundError),
        (403, AuthenticationError),
        (500, NetworkError),
        (503, NetworkError),
    ],
)
async def test_what_is_not_given_is_no_file(
    slack: Slack, host: Host, status: int, error: type[IntegrationError]
) -> None:
    host.answer = web.Response(status=status, text="a page about it")
    with pytest.raises(error) as refusal:
        await slack.fetch(file(f"{host.url}/x"), 100)
    assert TOKEN not in str(refusal.value)


async def test_a_page_in_the_place_of_a_text_is_no_text(slack: Slack, host: Host) -> None:
    host.answer = web.Response(text="<html>", content_type="text/html")
    with pytest.raises(AuthenticationError):
        await slack.fetch(file(f"{host.url}/x"), 100)
