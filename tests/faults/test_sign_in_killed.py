"""The app killed on somebody's way through signing in: what they asked for runs once, whenever they get there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.browser import Browser, SignInTown, told_link
from tests.e2e.stage import put
from tests.faults.conftest import QUICK
from tests.services import require_service

pytestmark = pytest.mark.slow
PLAIN = ({"run": "echo more >> notes.txt"}, {"result": "Wrote it down."})


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[SignInTown]:
    """Somebody asked for something; nobody knows who they are."""
    require_service("redis")
    async with SignInTown(tmp_path / "town", **QUICK) as made:
        made.script("z-any", ".*", *PLAIN)
        await put(made, ".bellhop.yml", "run: 'true'\n")
        await made.tell(f"@bellhop fix the till repo={made.repository}")
        yield made


async def done_once(town: SignInTown) -> None:
    await town.reads("^✅")
    await town.settled()
    assert [job["status"] for job in town.records.jobs()] == ["completed"]
    linked = town.records.column("SELECT count(*) FROM identities")
    assert linked == [2]


async def test_killed_between_the_way_back_and_the_answer_the_browser_goes_on(town: SignInTown) -> None:
    async with Browser(town) as browser:
        await browser.signed_in(await told_link(town), "writer")
        await town.kill()
        await town.start()
        assert (await browser.agree()).status_code == 200
        await done_once(town)
        assert "Linked" in await browser.question()


async def test_killed_while_github_is_asked_the_link_is_still_good(town: SignInTown) -> None:
    link = await told_link(town)
    async with Browser(town) as browser:
        sent = await browser.consent(await browser.open(link), "writer")
        await town.fault("hang", "POST", "access_token$", seconds=30)
        waiting = asyncio.create_task(browser.back(sent))
        await town.met_fault()
        await town.kill()
        with pytest.raises(httpx.HTTPError):
            await waiting
        await town.start()
        assert (await browser.back(sent)).status_code == 403, "its state was used up"
        await browser.signed_in(link, "writer")
        assert (await browser.agree()).status_code == 200
        await done_once(town)


async def test_killed_right_after_the_link_was_made_the_request_runs_once(town: SignInTown) -> None:
    async with Browser(town) as browser:
        await browser.signed_in(await told_link(town), "writer")
        await town.stop()
        await town.start(BELLHOP_DISPATCHER="off")
        assert (await browser.agree()).status_code == 200
        assert town.records.jobs() == []
        await town.kill()
        await town.start(BELLHOP_DISPATCHER="on")
        assert (await browser.agree_again()).status_code == 200
        await done_once(town)
