"""Linking by signing in, as people do it: a mention, a link for them alone, GitHub's page, one question, their job."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.e2e.browser import Browser, SignInTown, told_link
from tests.e2e.room import opened
from tests.e2e.stage import put
from tests.e2e.story import no_loose_ends, pulls
from tests.e2e.workspace import words
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
DONE = r"\A✅ (J-\w+) done in.*PR #(\d+)"
PLAIN = ({"run": "echo more >> notes.txt"}, {"result": "Wrote it down."})
HANDLES = "SELECT handle FROM jobs WHERE thread LIKE ? ORDER BY created_at"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SignInTown]:
    """One for all; nobody is linked."""
    require_service("redis")
    async with SignInTown(tmp_path_factory.mktemp("sign-in") / "town") as made:
        made.script("z-any", ".*", *PLAIN)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        yield made


async def test_a_mention_becomes_a_pull_request_once_its_author_signed_in(town: SignInTown) -> None:
    room = await opened(town, "first", "writer")
    await room.begin(f"@bellhop fix the till repo={town.repository}")
    link = await told_link(town, channel=room.channel)
    assert await room.as_("maintainer").bots() == [], "told to nobody else"
    async with Browser(town) as browser:
        await browser.signed_in(link, "writer")
        shown = await browser.question()
        assert town.slack["people"]["writer"]["id"] in shown
        assert f"@{town.people['writer']['login']}" in shown
        assert town.records.column("SELECT count(*) FROM jobs") == [0]
        answer = await browser.agree()
        assert (answer.status_code, "Linked" in answer.text) == (200, True)
        await room.reads(rf"You are @\u200b?{town.people['writer']['login']} on github now", is_private=True)
        _, done = await room.reads(DONE)
        assert (await browser.agree_again()).status_code == 200
        assert (await browser.http.get(link)).status_code == 404, "used"
    await no_loose_ends(town)
    assert town.records.column(HANDLES, f"%/{room.channel}#%") == [done[1]]
    [pull] = await pulls(town)
    assert pull["number"] == int(done[2])
    tokens = (await town.control("GET", "/people")).values()
    assert not any(str(each.get("token", "")).startswith("gho_") for each in tokens)


async def test_two_requests_are_one_prompt_and_both_run_once(town: SignInTown) -> None:
    room = await opened(town, "twice", "maintainer")
    await room.begin(f"@bellhop fix the till repo={town.repository}")
    link = await told_link(town, channel=room.channel, user="maintainer")
    again = await opened(town, "twice-too", "maintainer")
    await again.begin(f"@bellhop fix the drawer repo={town.repository}")
    await again.reads("That waits too", is_private=True)
    assert not [each for each in await again.bots() if "/link/" in words(each)]
    async with Browser(town) as browser:
        await browser.signed_in(link, "maintainer")
        await browser.agree()
    await room.reads(DONE)
    await again.reads(DONE)
    await no_loose_ends(town)
    for each in (room, again):
        assert len(town.records.column(HANDLES, f"%/{each.channel}#%")) == 1


async def test_the_code_beside_the_link_is_as_good(town: SignInTown) -> None:
    room = await opened(town, "code", "triager")
    await room.begin("@bellhop link")
    link = await told_link(town, channel=room.channel, user="triager")
    _, code = await room.reads(r"/bellhop link (\w+)", is_private=True)
    number = await town.open_issue("Who I am")
    await town.say(number, code[0], role="triager")
    await town.answer(number, "Linked: ")
    async with Browser(town) as browser:
        assert (await browser.http.get(link)).status_code == 404


async def test_whoever_does_not_agree_on_github_is_not_linked_and_may_try_again(town: SignInTown) -> None:
    room = await opened(town, "denied", "reader")
    await room.begin("@bellhop link")
    link = await told_link(town, channel=room.channel, user="reader")
    async with Browser(town) as browser:
        sent = await browser.consent(await browser.open(link), "reader", "cancel")
        assert "error=access_denied" in sent
        answer = await browser.back(sent)
        assert (answer.status_code, "did not sign in" in answer.text) == (400, True)
        await browser.signed_in(link, "reader")
        assert (await browser.agree()).status_code == 200


async def test_a_state_is_good_once_in_its_own_browser(town: SignInTown) -> None:
    room = await opened(town, "state", "grid")
    await room.begin("@bellhop link")
    link = await told_link(town, channel=room.channel, user="grid")
    async with Browser(town) as browser, Browser(town) as thief:
        sent = await browser.consent(await browser.open(link), "admin")
        assert (await thief.back(sent)).status_code == 403
        assert (await browser.back(sent)).status_code == 303
        assert (await browser.back(sent)).status_code == 403
        # A code that somebody else was given, in this browser.
        await thief.open(link)
        other = httpx.URL(sent).params["code"]
        state = httpx.URL(await thief.open(link)).params["state"]
        stolen = f"{town.url}/link/callback?code={other}&state={state}"
        assert (await thief.back(stolen)).status_code == 400
        assert (await browser.agree()).status_code == 200


@pytest.mark.parametrize("path", ["/login/oauth/access_token$", "/api/v3/user$"])
async def test_a_github_that_fails_costs_another_try(town: SignInTown, path: str) -> None:
    room = await opened(town, f"fails-{path[1]}", "admin")
    await room.begin("@bellhop link")
    link = await told_link(town, channel=room.channel, user="admin")
    async with Browser(town) as browser:
        for kind, given in (("status", {"status": 500}), ("wrong_json", {}), ("drop", {})):
            sent = await browser.consent(await browser.open(link), "admin")
            # The bot itself reads /user at the start alone.
            await town.fault(kind, "*", path, **given)
            answer = await browser.back(sent)
            assert (answer.status_code, "could not be asked" in answer.text) == (502, True)
        await browser.signed_in(link, "admin")
        assert (await browser.agree()).status_code == 200


async def test_nothing_that_opens_an_account_is_in_the_log(town: SignInTown) -> None:
    room = await opened(town, "log", "writer")
    await room.begin("@bellhop link")
    link = await told_link(town, channel=room.channel)
    async with Browser(town) as browser:
        sent = await browser.consent(await browser.open(link), "writer")
        await browser.back(sent)
        await browser.agree()
        cookies = [cookie.value or "" for cookie in browser.http.cookies.jar]
    log = (town.folder / "app.log").read_text()
    parts = [part for cookie in cookies for part in cookie.split(".")]
    for secret in (link.rpartition("/")[2], *httpx.URL(sent).params.values(), *parts):
        assert secret
        assert secret not in log
    assert "/link/{token}" in log
    assert "gho_" not in log


async def test_whose_account_somebody_else_takes_is_told_in_a_conversation_of_their_own(
    town: SignInTown,
) -> None:
    """The other one asked where nobody else is."""
    await town.tell("link", channel="dm", user="triager")
    link = await told_link(town, channel="dm", user="triager")
    async with Browser(town) as browser:
        await browser.signed_in(link, "writer")
        assert "That ends." in await browser.question()
        await browser.agree()
    told = await town.reads("was linked with you here", channel="dm", user="writer")
    assert "/bellhop link" in words(told).replace("@bellhop", "/bellhop")
    theirs = await town.own("dm", "triager")
    assert not [each for each in theirs if "was linked with you here" in words(each)]
