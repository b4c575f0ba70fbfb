"""Signing in as GitHub documents it: the page, the way back, the exchange, each error in its words."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from playground.github import oauth
from playground.github.server import GithubPlayground
from tests.playground.conftest import CALLBACK

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = f"{CALLBACK}/link/callback"
JSON = {"Accept": "application/json"}


@pytest.fixture
async def browser(github: GithubPlayground) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=github.url, timeout=30) as client:
        yield client


def asked(github: GithubPlayground, **more: str) -> dict[str, str]:
    assert github.world.client is not None
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    return {"client_id": github.world.client.client_id, "redirect_uri": BACK, "state": "s-1", **pkce, **more}


async def consent(
    browser: httpx.AsyncClient, github: GithubPlayground, answer: str = "authorize", **more: str
) -> dict[str, str]:
    """Fill in the page's form; what the client is told."""
    page = await browser.get("/login/oauth/authorize", params=asked(github, **more))
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    form = fields | {"login": github.cast["writer"], "answer": answer}
    back = await browser.post("/login/oauth/authorize", data=form)
    assert back.status_code == 302, back.text
    return told(back)


def told(answer: httpx.Response) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def exchange(
    browser: httpx.AsyncClient, github: GithubPlayground, code: str, **more: str
) -> dict[str, Any]:
    client = github.world.client
    assert client is not None
    form = {"client_id": client.client_id, "client_secret": client.client_secret, "code": code}
    form |= {"redirect_uri": BACK, "code_verifier": VERIFIER, **more}
    answer = await browser.post("/login/oauth/access_token", data=form, headers=JSON)
    assert answer.status_code == 200, "errors too"
    found: dict[str, Any] = answer.json()
    return found


async def test_who_agrees_is_known_by_the_token(browser: httpx.AsyncClient, github: GithubPlayground) -> None:
    back = await consent(browser, github)
    assert back.keys() == {"code", "state"}
    assert back["state"] == "s-1"
    answer = await exchange(browser, github, back["code"])
    assert (answer["token_type"], answer["scope"]) == ("bearer", "")
    assert re.fullmatch(r"gho_\w{36}", answer["access_token"])
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    me = (await browser.get(f"{github.api_url}/user", headers=headers)).json()
    assert me["login"] == github.cast["writer"]


async def test_without_a_word_on_the_form_the_answer_is_a_form(
    browser: httpx.AsyncClient, github: GithubPlayground
) -> None:
    client = github.world.client
    assert client is not None
    code = (await consent(browser, github))["code"]
    given = {"client_id": client.client_id, "client_secret": client.client_secret, "code": code}
    answer = await browser.post("/login/oauth/access_token", json=given | {"code_verifier": VERIFIER})
    assert answer.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert parse_qs(answer.text)["token_type"] == ["bearer"]


async def test_who_does_not_agree_is_led_back(browser: httpx.AsyncClient, github: GithubPlayground) -> None:
    back = await consent(browser, github, "cancel")
    assert (back["error"], back["state"]) == ("access_denied", "s-1")
    assert back["error_description"] == "The user has denied your application access."
    assert "code" not in back


async def test_a_code_is_good_once_for_its_client_its_address_and_its_browser(
    browser: httpx.AsyncClient, github: GithubPlayground
) -> None:
    code = (await consent(browser, github))["code"]
    assert (await exchange(browser, github, code, client_secret="x"))[
        "error"
    ] == "incorrect_client_credentials"
    other = await exchange(browser, github, code, redirect_uri="http://elsewhere.test/")
    assert other["error"] == "redirect_uri_mismatch"
    assert "access_token" in await exchange(browser, github, code)
    again = await exchange(browser, github, code)
    assert (again["error"], again["error_description"]) == (
        "bad_verification_code",
        "The code passed is incorrect or expired.",
    )
    stolen = (await consent(browser, github))["code"]
    assert (await exchange(browser, github, stolen, code_verifier="w" * 43))[
        "error"
    ] == "bad_verification_code"


async def test_a_code_is_good_for_ten_minutes(
    browser: httpx.AsyncClient, github: GithubPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (await consent(browser, github))["code"]
    made = oauth.time.time()
    monkeypatch.setattr(oauth.time, "time", lambda: made + 601)
    assert (await exchange(browser, github, code))["error"] == "bad_verification_code"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"redirect_uri": "http://127.0.0.1:9/other"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://evil.test/app"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1:9/appetite"}, "redirect_uri_mismatch"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_a_wrong_request_is_led_back_to_where_the_client_is_at_home(
    browser: httpx.AsyncClient, github: GithubPlayground, given: dict[str, str], error: str
) -> None:
    answer = await browser.get("/login/oauth/authorize", params=asked(github, **given))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{CALLBACK}?" if "uri" in error else f"{BACK}?")
    assert (told(answer)["error"], told(answer)["state"]) == (error, "s-1")


async def test_an_unknown_client_is_not_found(browser: httpx.AsyncClient, github: GithubPlayground) -> None:
    answer = await browser.get("/login/oauth/authorize", params=asked(github, client_id="nobody"))
    assert answer.status_code == 404


async def test_a_client_gives_a_token_back(browser: httpx.AsyncClient, github: GithubPlayground) -> None:
    client = github.world.client
    assert client is not None
    token = (await exchange(browser, github, (await consent(browser, github))["code"]))["access_token"]
    url = f"{github.api_url}/applications/{client.client_id}/token"

    async def give_back(secret: str, what: object) -> int:
        basic = (client.client_id, secret)
        return (await browser.request("DELETE", url, json={"access_token": what}, auth=basic)).status_code

    assert [await give_back("wrong", token), await give_back(client.client_secret, "nobody's")] == [401, 422]
    assert await give_back(client.client_secret, token) == 204
    headers = {"Authorization": f"Bearer {token}"}
    assert (await browser.get(f"{github.api_url}/user", headers=headers)).status_code == 401


async def test_the_page_shows_what_was_asked_for_and_runs_nothing_of_it(
    browser: httpx.AsyncClient, github: GithubPlayground
) -> None:
    page = await browser.get("/login/oauth/authorize", params=asked(github, state='"><script>', scope="repo"))
    assert "<script>" not in page.text
    assert "repo" in page.text
    assert "form-action 'self' http://127.0.0.1:9" in page.headers["content-security-policy"]


async def test_a_reset_forgets_codes_and_keeps_the_client(
    browser: httpx.AsyncClient, github: GithubPlayground, control: httpx.AsyncClient
) -> None:
    code = (await consent(browser, github))["code"]
    before = github.world.client
    await control.post("/reset", json={})
    after = github.world.client
    assert before is not None
    assert after is not None
    assert (before.client_id, before.client_secret) == (after.client_id, after.client_secret)
    assert (await exchange(browser, github, code))["error"] == "bad_verification_code"
