"""The app killed between a click and its answer; a token that Slack takes back; an app that is thrown out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.workspace import Workspace, words

pytestmark = pytest.mark.slow

# Longer than any lease: whatever the dead app held is due again.
A_WHILE_SECONDS = 120.0
NO_DISPATCH = {"BELLHOP_DISPATCHER": "off"}
DISPATCH = {"BELLHOP_DISPATCHER": "on"}
SLOWLY = ({"sleep": 30}, {"result": "Took it."})
CANCEL = "Cancel"


async def card_with_a_button(workspace: Workspace) -> dict[str, Any]:
    """A job is at work; its card."""
    workspace.script("slowly", "take your time", *SLOWLY)
    await workspace.tell(f"@bellhop fix take your time repo={workspace.repository}")
    return await workspace.reads("J-\\w+.*(queued|working)")


async def click(workspace: Workspace, card: dict[str, Any]) -> dict[str, Any]:
    """The writer clicks Cancel."""
    [button] = [each for each in card["controls"] if each["text"]["text"] == CANCEL]
    found: dict[str, Any] = await workspace.play(
        "POST", "/click", user="writer", channel="team", ts=card["ts"], action_id=button["action_id"]
    )
    return found


async def until_cancelled(workspace: Workspace) -> None:
    """One job, cancelled once, told on its one card."""
    await workspace.reads("(?i)⏹|stopped|cancelled")
    await workspace.settled()
    assert [job["status"] for job in workspace.records.jobs()] == ["cancelled"]
    cards = [each for each in await workspace.own() if "J-" in words(each) and not each["is_ephemeral"]]
    assert len(cards) == 1


async def restarted(workspace: Workspace, **settings: str) -> None:
    await workspace.kill()
    workspace.records.let_time_pass(A_WHILE_SECONDS)
    await workspace.start(**settings)


async def test_killed_between_a_click_and_its_answer_the_click_counts_once(workspace: Workspace) -> None:
    await workspace.link()
    card = await card_with_a_button(workspace)
    await workspace.stop()
    await workspace.start(**NO_DISPATCH)
    told = await click(workspace, card)
    assert told["status"] == 200
    await restarted(workspace, **DISPATCH)
    await until_cancelled(workspace)
    known = "SELECT disposition FROM deliveries WHERE event = 'block_actions'"
    assert workspace.records.column(known) == ["accepted"]


async def test_two_clicks_stop_a_job_once(workspace: Workspace) -> None:
    await workspace.link()
    card = await card_with_a_button(workspace)
    await click(workspace, card)
    await click(workspace, card | {"is_stale": True})
    await until_cancelled(workspace)


@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.slow), "after"])
async def test_killed_while_the_card_is_posted_it_is_there_once(workspace: Workspace, when: str) -> None:
    await workspace.link()
    await workspace.slip("hang", "chat.postMessage", when=when, seconds=30)
    await workspace.tell(f"@bellhop fix the failing test repo={workspace.repository}")
    await workspace.slipped()
    await restarted(workspace)
    await workspace.reads("^✅", seconds=60)
    await workspace.settled()
    assert len([each for each in await workspace.own() if "J-" in words(each)]) == 1


async def test_a_revoked_token_costs_nobody_their_answer(workspace: Workspace) -> None:
    await workspace.play("POST", "/revoke_tokens")
    await workspace.tell("@bellhop ping")

    async def waits() -> list[dict[str, Any]] | None:
        unsent = await workspace.tool("deliveries", "unsent", "--json")
        return [each for each in unsent if "set SLACK_BOT_TOKEN" in each["error"]] or None

    await workspace.until(waits, "the answer to wait")
    assert workspace.slack["bot_token"] not in workspace.log()
    fresh = (await workspace.play("POST", "/reinstall"))["bot_token"]
    await workspace.stop()
    await workspace.start(SLACK_BOT_TOKEN=fresh)
    await workspace.tool("deliveries", "resend", "--all")
    await workspace.reads("(?i)pong")
    await workspace.settled(jobs=0)
    assert sum("pong" in words(each).lower() for each in await workspace.own()) == 1


@pytest.mark.slow
async def test_an_app_thrown_out_goes_on_elsewhere_and_comes_back(workspace: Workspace) -> None:
    await workspace.play("POST", "/uninstall")
    await workspace.play("POST", "/delivery/idle")
    await workspace.settled(jobs=0)
    known = workspace.records.rows("SELECT event, disposition FROM deliveries WHERE platform = 'slack'")
    assert {row["event"] for row in known} == {"tokens_revoked", "app_uninstalled"}
    assert {row["disposition"] for row in known} == {"ignored:event"}
    await workspace.say(1, "/bellhop ping")
    await workspace.answer(1, "(?i)pong")
    fresh = (await workspace.play("POST", "/reinstall"))["bot_token"]
    await workspace.stop()
    await workspace.start(SLACK_BOT_TOKEN=fresh)
    await workspace.tell("@bellhop ping")
    await workspace.reads("(?i)pong")
    assert "Traceback" not in workspace.log()


@pytest.mark.parametrize("channel", ["elsewhere", "secret"])
async def test_asked_where_it_was_never_invited_it_says_so_and_speaks_there_once_invited(
    workspace: Workspace, channel: str
) -> None:
    await workspace.link("admin")
    await workspace.play(
        "POST", "/command", user="admin", channel=channel, command="/bellhop",
        text=f"fix the failing test repo={workspace.repository}",
    )  # fmt: skip
    told = await workspace.reads("where you asked", channel="dm", user="admin")
    assert "nvite" in words(told)
    await workspace.play("POST", f"/channels/{channel}/members", user="bot", inviter="admin")
    await workspace.tool("deliveries", "resend", "--all")
    await workspace.reads("^✅", channel=channel, user="admin")
    assert len([each for each in await workspace.own(channel, "admin") if "J-" in words(each)]) == 1
    assert len([each for each in await workspace.own("dm", "admin") if "where you asked" in words(each)]) == 1
