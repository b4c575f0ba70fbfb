"""Signing in on the pretend GitHub, and on one that fails in every way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from adapters.platforms.github.platform import GitHub
from adapters.platforms.github.sign_in import GitHubSignIn
from bot import tickets
from bot.errors import AuthenticationError, IntegrationError, NetworkError, Refused
from bot.tickets import Ticket
from playground.github.faults import Fault
from playground.github.oauth import register
from playground.github.server import GithubPlayground
from tests.adapters.platforms.github.conftest import settings_of

BACK = "http://127.0.0.1:9/link/callback"
TICKET = tickets.fresh(tickets.make())
Break = Callable[..., Fault]


@pytest.fixture
async def sign_in(playground: GithubPlayground) -> AsyncIterator[GitHubSignIn]:
    """The adapter, with a client that is registered there."""
    client = playground.world.client = register(1, "http://127.0.0.1:9")
    secret = SecretStr(client.client_secret)
    platform = GitHub(
        settings_of(
            playground,
            github_app_client_id=client.client_id,
            github_app_client_secret=secret,
            integration_timeout=2,
        )
    )
    assert client.client_secret in platform.secrets
    assert platform.sign_in is not None
    yield platform.sign_in
    await platform.close()


async def agreed(sign_in: GitHubSignIn, login: str, ticket: Ticket = TICKET) -> str:
    """Somebody is sent to the page and agrees; the code they come back with."""
    async with httpx.AsyncClient(timeout=30) as browser:
        page = await browser.get(sign_in.address(BACK, ticket.state, ticket.challenge))
        assert page.status_code == 200, page.text
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        url = str(page.url.copy_with(query=None))
        answer = await browser.post(url, data=fields | {"login": login, "answer": "authorize"})
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert told["state"] == ticket.state
    return told["code"]


async def given_back(playground: GithubPlayground) -> None:
    """Wait until GitHub knows the token no more."""
    for _ in range(500):
        if not any(token.startswith("gho_") for token in playground.world.store.tokens):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the token is still good")


async def test_who_signs_in_is_known_by_the_number_and_the_token_is_given_back(
    sign_in: GitHubSignIn, playground: GithubPlayground
) -> None:
    writer = playground.world.store.users[playground.cast["writer"].lower()]
    found = await sign_in.account(BACK, await agreed(sign_in, writer.login), TICKET.verifier)
    assert (found.id, found.login, found.is_bot) == (str(writer.id), writer.login, False)
    await given_back(playground)


def test_the_address_is_beside_the_api_and_asks_for_no_scope(playground: GithubPlayground) -> None:
    for api, pages in (
        ("https://api.github.com", "https://github.com"),
        ("https://git.corp.test/api/v3", "https://git.corp.test"),
        ("https://api.octo.ghe.com", "https://octo.ghe.com"),
    ):
        settings = settings_of(playground, github_app_client_id="c").model_copy(
            update={"github_api_url": api}
        )
        address = urlsplit(GitHubSignIn(settings).address(BACK, "s", "c"))
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{pages}/login/oauth/authorize"
        assert dict(parse_qsl(address.query)) == {
            "client_id": "c",
            "redirect_uri": BACK,
            "state": "s",
            "code_challenge": "c",
            "code_challenge_method": "S256",
            "prompt": "select_account",
        }


async def test_another_browsers_code_is_refused(sign_in: GitHubSignIn, playground: GithubPlayground) -> None:
    code = await agreed(sign_in, playground.cast["writer"])
    with pytest.raises(Refused, match="takes each sign-in once"):
        await sign_in.account(BACK, code, tickets.fresh(TICKET.token).verifier)


async def test_a_code_is_taken_once(sign_in: GitHubSignIn, playground: GithubPlayground) -> None:
    code = await agreed(sign_in, playground.cast["writer"])
    await sign_in.account(BACK, code, TICKET.verifier)
    with pytest.raises(Refused):
        await sign_in.account(BACK, code, TICKET.verifier)


async def test_a_client_that_github_does_not_take_names_the_setting(
    sign_in: GitHubSignIn, playground: GithubPlayground
) -> None:
    assert playground.world.client is not None
    code = await agreed(sign_in, playground.cast["writer"])
    playground.world.client.client_secret = "another"
    with pytest.raises(AuthenticationError, match="GITHUB_APP_CLIENT_SECRET"):
        await sign_in.account(BACK, code, TICKET.verifier)
    with pytest.raises(IntegrationError) as wrong:
        await sign_in.account("http://elsewhere.test/", code, TICKET.verifier)
    assert code not in str(wrong.value)


FAILS: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500}),
    ("status", {"status": 503, "body": "<html>"}),
    ("status", {"status": 404}),
    ("status", {"status": 302, "headers": {"Location": "http://elsewhere.test/"}}),
    ("status", {"status": 200, "body": "garbage"}),
    ("status", {"status": 200, "body": "[1, 2]"}),
    ("status", {"status": 200, "body": "\x00\xff"}),
    ("status", {"status": 200, "body": "{}"}),
    ("status", {"status": 200, "body": {"access_token": 7, "id": "7", "login": 7}}),
    ("status", {"status": 200, "body": {"access_token": "two words", "id": True, "login": "x"}}),
    ("status", {"status": 200, "body": {"error": "something new"}}),
    ("wrong_json", {}),
    ("half", {}),
    ("drop", {}),
]


@pytest.mark.parametrize("path", ["access_token$", "/user$"])
async def test_an_answer_that_is_none_is_told_without_a_word_of_it(
    sign_in: GitHubSignIn, playground: GithubPlayground, break_with: Break, path: str
) -> None:
    for kind, given in FAILS:
        code = await agreed(sign_in, playground.cast["writer"])
        break_with(kind, path=path, **given)
        with pytest.raises(IntegrationError, match="asking GitHub who signed in") as failed:
            await sign_in.account(BACK, code, TICKET.verifier)
        assert not isinstance(failed.value, AuthenticationError), (kind, given)
        for secret in (code, TICKET.verifier, "gho_", "elsewhere"):
            assert secret not in str(failed.value)
    await given_back(playground)


@pytest.mark.parametrize("path", ["access_token$", "/user$"])
async def test_a_github_that_says_nothing_is_waited_for_only_so_long(
    sign_in: GitHubSignIn, playground: GithubPlayground, break_with: Break, path: str
) -> None:
    code = await agreed(sign_in, playground.cast["writer"])
    break_with("hang", path=path, seconds=4)
    async with asyncio.timeout(10):
        with pytest.raises(NetworkError, match="no answer from GitHub"):
            await sign_in.account(BACK, code, TICKET.verifier)


async def test_a_token_that_cannot_be_given_back_keeps_nobody_waiting(
    sign_in: GitHubSignIn, playground: GithubPlayground, break_with: Break
) -> None:
    break_with("status", path="/applications/", status=500)
    code = await agreed(sign_in, playground.cast["writer"])
    assert (await sign_in.account(BACK, code, TICKET.verifier)).login == playground.cast["writer"]


async def test_organizations_and_programs_are_no_persons(
    sign_in: GitHubSignIn, playground: GithubPlayground, break_with: Break
) -> None:
    code = await agreed(sign_in, playground.cast["writer"])
    break_with("status", path="/user$", status=200, body={"id": 7, "login": "robot[bot]", "type": "Bot"})
    assert (await sign_in.account(BACK, code, TICKET.verifier)).is_bot
