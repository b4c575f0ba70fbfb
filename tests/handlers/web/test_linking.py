"""The pages behind a link: what a browser, a preview and somebody who means harm get to see, and what they leave."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters import telemetry
from bot.errors import AuthenticationError, NetworkError
from handlers import routes
from handlers.web import linking
from models.message import Actor
from tests.fakes.logs import logged
from tests.fakes.sign_in import ADA, BO, Town

PUBLIC = "http://bellhop.test"  # a cookie for https alone would not come back to the test's server


def serving(town: Town) -> web.Application:
    return routes.application(town.services, telemetry.Telemetry("json"))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logged() as out:
        yield out


@pytest.fixture
def town() -> Town:
    return Town(PUBLIC)


@pytest.fixture
async def browser(town: Town, log: io.StringIO) -> AsyncIterator[TestClient]:
    """With cookies, as a person's browser has them."""
    async with TestClient(TestServer(serving(town))) as client:
        yield client


@pytest.fixture
async def other(town: Town, log: io.StringIO) -> AsyncIterator[TestClient]:
    """Somebody else's browser."""
    async with TestClient(TestServer(serving(town))) as client:
        yield client


async def open_link(browser: TestClient, token: str) -> str:
    """The state with which the browser is sent to the forge."""
    answer = await browser.get(f"/link/{token}", allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


async def come_back(
    browser: TestClient, town: Town, state: str, who: Actor = ADA, **given: str
) -> ClientResponse:
    town.signing.people["c-1"] = who
    query = {"state": state, "code": "c-1", **given}
    return await browser.get("/link/callback", params=query, allow_redirects=False)


async def question(browser: TestClient) -> str:
    answer = await browser.get("/link/confirm")
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def agree(browser: TestClient, seal: str | None = None) -> ClientResponse:
    if seal is None:
        [seal] = re.findall(r'name="seal" value="([\w-]+)"', await question(browser))
    return await browser.post("/link/confirm", data={"seal": seal})


async def test_the_whole_way_links_both_accounts(town: Town, browser: TestClient) -> None:
    state = await open_link(browser, await town.token())
    back = await come_back(browser, town, state)
    assert (back.status, back.headers["Location"]) == (303, f"{PUBLIC}/link/confirm")
    shown = await question(browser)
    assert "@ada" in shown
    assert "close this page" in shown
    assert await town.account_of("U1") == ""
    answer = await agree(browser)
    assert answer.status == 200
    assert "Linked" in await answer.text()
    assert await town.account_of("U1") == "101"
    assert "Linked" in await question(browser), "a reload says so again"


@pytest.mark.parametrize("where", ["/link/{token}", "/link/callback", "/link/confirm"])
async def test_every_page_is_whole_private_and_framed_by_nobody(
    town: Town, browser: TestClient, where: str
) -> None:
    state = await open_link(browser, await town.token())
    await come_back(browser, town, state)
    for answer in (
        await browser.get(where.format(token=await town.token("U2")), allow_redirects=False),
        await browser.get(where.format(token="x"), allow_redirects=False),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not re.search(r"(src|href)=\"?(https?:)?//", await answer.text())


async def test_the_cookie_is_for_these_pages_alone_and_for_no_script(log: io.StringIO) -> None:
    town = Town("https://corp.example/bots")
    async with TestClient(TestServer(serving(town))) as browser:
        answer = await browser.get(f"/link/{await town.token()}", allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("bellhop_link=")
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/bots/link", "Max-Age=900"):
        assert part in cookie.split("; ")


async def test_previews_use_nothing_up(town: Town, browser: TestClient, other: TestClient) -> None:
    token = await town.token()
    for _ in range(30):
        assert (await other.head(f"/link/{token}", allow_redirects=False)).status == 303
        assert (await other.get(f"/link/{token}", allow_redirects=False)).status == 303
    assert (await other.head("/link/callback?state=x&code=y", allow_redirects=False)).status in {404, 405}
    assert town.storage._memory.visits == {}
    assert town.signing.asked == []
    await come_back(browser, town, await open_link(browser, token))
    await agree(browser)
    assert await town.account_of("U1") == "101"


async def test_a_callback_without_the_cookie_asks_nobody(
    town: Town, browser: TestClient, other: TestClient
) -> None:
    state = await open_link(browser, await town.token())
    answer = await come_back(other, town, state)
    assert answer.status == 403
    assert town.signing.asked == []
    assert town.storage._memory.visits == {}
    assert (await come_back(browser, town, state)).status == 303


async def test_a_replayed_state_is_refused(town: Town, browser: TestClient) -> None:
    state = await open_link(browser, await town.token())
    assert (await come_back(browser, town, state)).status == 303
    again = await come_back(browser, town, state, BO)
    assert again.status == 403
    assert "used already" in await again.text()
    await agree(browser)
    assert await town.account_of("U1") == "101"


async def test_the_state_of_another_is_refused(town: Town, browser: TestClient, other: TestClient) -> None:
    await open_link(browser, await town.token())
    state = await open_link(other, await town.token("U2"))
    assert (await come_back(browser, town, state)).status == 403
    for odd in ("", "x", "é" * 40, "a" * 4000):
        assert (await come_back(browser, town, odd)).status == 403


async def test_unknown_used_and_expired_links_say_the_same(town: Town, browser: TestClient) -> None:
    unknown = await browser.get("/link/" + "a" * 43)
    expired = await town.token()
    used = await town.token("U2")
    await come_back(browser, town, await open_link(browser, used), BO)
    await agree(browser)
    town.let_pass(minutes=16)
    answers = [unknown, await browser.get(f"/link/{used}"), await browser.get(f"/link/{expired}")]
    assert {answer.status for answer in answers} == {404}
    assert len({await answer.text() for answer in answers}) == 1


async def test_whoever_was_sent_the_link_sees_whose_it_is_before_anything_is_joined(
    town: Town, other: TestClient
) -> None:
    """Bo asked for a link and sent it to Ada, hoping for her rights."""
    await come_back(other, town, await open_link(other, await town.token("U2")), ADA)
    shown = await question(other)
    assert "(U2, T1)</dd>" in shown
    assert "@ada" in shown
    assert await town.account_of("U2") == ""


async def test_whose_link_would_end_is_named_before_it_does(town: Town, browser: TestClient) -> None:
    await town.link("U1")
    await come_back(browser, town, await open_link(browser, await town.token("U2")), ADA)
    assert "So far @ada was linked with ada there. That ends." in await question(browser)


async def test_another_sites_form_joins_nothing(town: Town, browser: TestClient, other: TestClient) -> None:
    await come_back(browser, town, await open_link(browser, await town.token()))
    for seal in ("", "x" * 43, "é"):
        assert (await agree(browser, seal)).status == 403
    [seal] = re.findall(r'value="([\w-]+)"', await question(browser))
    assert (await agree(other, seal)).status == 403, "without the cookie"
    assert await town.account_of("U1") == ""


@pytest.mark.parametrize(
    "body", [b"", b"seal", b"\xff\xfe", b"&".join([b"a=1"] * 50), b"seal=" + b"x" * 5000]
)
async def test_a_form_that_is_none_is_refused(town: Town, browser: TestClient, body: bytes) -> None:
    await come_back(browser, town, await open_link(browser, await town.token()))
    answer = await browser.post("/link/confirm", data=body)
    assert answer.status in {400, 403}
    assert await town.account_of("U1") == ""


async def test_who_did_not_agree_on_the_forge_is_told_so(town: Town, browser: TestClient) -> None:
    state = await open_link(browser, await town.token())
    answer = await come_back(browser, town, state, error="access_denied")
    assert answer.status == 400
    assert "did not sign in" in await answer.text()


async def test_a_forge_that_does_not_answer_is_no_crash_and_the_operator_hears_of_it(
    town: Town, browser: TestClient, log: io.StringIO
) -> None:
    token = await town.token()
    for failure in (NetworkError("no answer"), AuthenticationError("look at GITHUB_APP_CLIENT_SECRET")):
        town.signing.failures.append(failure)
        answer = await come_back(browser, town, await open_link(browser, token))
        assert answer.status == 502
        assert str(failure) not in await answer.text()
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    errors = ["no answer", "look at GITHUB_APP_CLIENT_SECRET"]
    assert [line["error"] for line in told if line["message"] == "away"] == errors
    await come_back(browser, town, await open_link(browser, token))
    await agree(browser)
    assert await town.account_of("U1") == "101"


async def test_a_crowd_waits_and_is_told_to_come_again(
    town: Town, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "WAIT_SECONDS", 0.01)
    state = await open_link(browser, await town.token())
    slots = browser.app[linking.SIGN_INS]
    for _ in range(linking.SIGN_INS_AT_ONCE):
        await slots.acquire()
    assert (await come_back(browser, town, state)).status == 503
    slots.release()
    assert (await come_back(browser, town, state)).status == 303, "nothing was used up"


async def test_without_the_database_nothing_is_said_of_it(town: Town, browser: TestClient) -> None:
    url = f"/link/{await town.token()}"
    town.storage.is_away = True
    answer = await browser.get(url)
    assert (answer.status, "database" in await answer.text()) == (503, False)


async def test_what_people_are_called_runs_nothing(town: Town, browser: TestClient) -> None:
    evil = Actor(id="666", login="<script>alert(1)</script>")
    await come_back(browser, town, await open_link(browser, await town.token()), evil)
    assert "<script>" not in await question(browser)


async def test_nothing_that_opens_a_link_is_in_the_log(
    town: Town, browser: TestClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await town.token()
    state = await open_link(browser, token)
    await come_back(browser, town, state, code="c-secret")
    town.storage.is_away = True
    await browser.get(f"/link/{token}")
    town.storage.is_away = False

    async def breaks(*_: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(linking.visits, "begin", breaks)
    assert (await browser.get(f"/link/{token}")).status == 500
    told = log.getvalue()
    assert "answering GET /link/{token}" in told
    [cookie] = browser.session.cookie_jar
    for secret in (token, state, "c-secret", *cookie.value.split(".")):
        assert secret not in told


async def test_twice_at_once_is_once(town: Town, browser: TestClient) -> None:
    await town.say("@bellhop fix the till repo=acme/shop")
    await come_back(browser, town, await open_link(browser, town.last_token()))
    [seal] = re.findall(r'value="([\w-]+)"', await question(browser))
    answers = await asyncio.gather(*(agree(browser, seal) for _ in range(3)))
    assert [answer.status for answer in answers] == [200] * 3
    await town.dispatch()
    await town.deliver_answers()
    assert len(await town.jobs()) == 1
    assert sum(whisper.text.startswith("You are @ada") for whisper in town.whispers) == 1
