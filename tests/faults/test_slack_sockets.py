"""Socket Mode with real processes: what is acknowledged is on disk, whoever dies; what is not comes again, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.workspace import Workspace, words

pytestmark = pytest.mark.slow

HELD = str(Path(__file__).parent / "held_commit.py")
SOCKETS = pytest.mark.parametrize("workspace", [{"is_socket_mode": True}], indirect=True)
CONNECTIONS = 2
# Slack's own waits are 0, 60 and 300 seconds.
RETRIES = [0.0, 6.0, 6.0]


async def dialed(workspace: Workspace, count: int = CONNECTIONS) -> None:
    """Wait until the app has so many connections."""

    async def look() -> bool | None:
        return True if (await workspace.play("GET", "/delivery"))["connections"] == count else None

    await workspace.until(look, f"{count} connections")


async def answered(workspace: Workspace, times: int) -> None:
    """Wait until all is said; the bot has answered so many pings in the direct conversation."""
    await workspace.play("POST", "/delivery/idle")
    await workspace.settled(jobs=0)
    assert sum("pong" in words(each).lower() for each in await workspace.own("dm")) == times


@SOCKETS
async def test_everything_comes_over_sockets_and_is_marked_so(workspace: Workspace) -> None:
    await dialed(workspace)
    await workspace.tell("@bellhop ping")
    await workspace.reads("(?i)pong")
    typed = await workspace.type("help")
    assert (typed["status"], typed["seen"]) == (200, None)
    await workspace.reads("whoami")
    await workspace.play("POST", "/delivery/idle")
    tries = await workspace.attempts()
    assert {(each["transport"], each["status"]) for each in tries} == {("socket", 200)}
    assert set(workspace.records.column("SELECT origin FROM deliveries WHERE platform = 'slack'")) == {
        "socket"
    }


@SOCKETS
async def test_the_same_delivery_over_a_socket_and_over_http_is_one(workspace: Workspace) -> None:
    await dialed(workspace)
    await workspace.tell("ping", channel="dm")
    await workspace.reads("(?i)pong", channel="dm")
    [event] = [
        each for each in await workspace.attempts("message") if "bot_id" not in each["payload"]["event"]
    ]
    body = json.dumps(event["payload"]).encode()
    assert (await workspace.post_to_slacks_door(body)).status_code == 200
    found = workspace.records.rows("SELECT origin, receipts FROM deliveries WHERE key = ?", event["event_id"])
    assert found == [{"origin": "socket", "receipts": 2}]
    await answered(workspace, 1)


@SOCKETS
async def test_nobody_claims_over_http_to_be_a_socket(workspace: Workspace) -> None:
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}).encode()
    claims = {"x_slack_signature": "", "x_origin": "socket", "x_bellhop_origin": "socket"}
    assert (await workspace.post_to_slacks_door(body, **claims)).status_code == 401
    assert workspace.records.column("SELECT count(*) FROM deliveries") == [0]


@SOCKETS
async def test_killed_between_receipt_and_acknowledgment_it_comes_again_and_is_answered_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    await workspace.stop()
    hold = tmp_path / "hold"
    hold.mkdir()
    (hold / "at").write_text("NEVER")
    workspace.program = (HELD, str(hold))
    await workspace.start("web")
    await dialed(workspace)
    await workspace.play("PUT", "/delivery", is_socket_mode=True, retry_delays_seconds=RETRIES)
    await workspace.tell("ping", channel="dm")

    async def is_held() -> bool | None:
        return True if (hold / "first").exists() else None

    await workspace.until(is_held, "the commit to be held")
    assert await workspace.attempts() == [], "nothing is acknowledged before it is on disk"
    await workspace.kill()
    workspace.program = None
    await workspace.start()
    await workspace.reads("(?i)pong", channel="dm")
    await answered(workspace, 1)
    tries: list[dict[str, Any]] = [each for each in await workspace.attempts("message") if each["number"]]
    assert tries[-1]["status"] == 200
    assert workspace.records.column(
        "SELECT receipts FROM deliveries WHERE key = ?", tries[-1]["event_id"]
    ) == [1]


@SOCKETS
async def test_connections_that_end_cost_nobody_an_answer(workspace: Workspace) -> None:
    await dialed(workspace)
    await workspace.play("PUT", "/delivery", is_socket_mode=True, retry_delays_seconds=[0.2, 0.5, 2.0])
    for count, how in enumerate(["refresh_requested", "warning", "drop"], start=1):
        path = "/sockets/drop" if how == "drop" else "/sockets/disconnect"
        await workspace.tell("ping", channel="dm")
        await workspace.play("POST", path, **({} if how == "drop" else {"reason": how}))
        await workspace.until(lambda count=count: pongs(workspace, count), f"an answer after {how}")
    await answered(workspace, 3)


async def pongs(workspace: Workspace, count: int) -> bool | None:
    said = [each for each in await workspace.own("dm") if "pong" in words(each).lower()]
    return True if len(said) >= count else None


@SOCKETS
async def test_a_stopped_app_hangs_up_and_ends_well(workspace: Workspace) -> None:
    await dialed(workspace)
    await workspace.tell("ping", channel="dm")
    assert await workspace.stop() == 0
    await dialed(workspace, 0)
    assert "Traceback" not in workspace.log()


@SOCKETS
async def test_a_refused_app_token_is_told_and_stops_nothing_else(workspace: Workspace) -> None:
    await workspace.stop()
    await workspace.start(SLACK_APP_TOKEN="xapp-1-wrong")

    async def told() -> bool | None:
        return True if "set SLACK_APP_TOKEN" in workspace.log() else None

    await workspace.until(told, "the operator to be told")
    assert "xapp-1-wrong" not in workspace.log()
    await workspace.say(1, "/bellhop ping")
    await workspace.answer(1, "(?i)pong")
