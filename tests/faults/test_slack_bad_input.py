"""Bad input at Slack's door over real HTTP: refused with a status and a reason, nothing kept, and never a 500."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import pytest_asyncio

from tests.e2e.workspace import FORM, Workspace, signature
from tests.faults.test_bad_input import refused
from tests.services import require_service

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
EVENT = json.dumps(
    {
        "type": "event_callback",
        "event_id": "EvBAD1",
        "team_id": "T1",
        "event": {
            "type": "message",
            "channel_type": "im",
            "channel": "D1",
            "user": "U1",
            "ts": "1.1",
            "text": "x",
        },
    }
).encode()
CLICK = json.dumps({"type": "block_actions", "trigger_id": "1.2.a", "user": {"id": "U1"}, "actions": []})
GOOD_FORM = {
    "command": "/bellhop",
    "text": "ping",
    "user_id": "U1",
    "channel_id": "C1",
    "trigger_id": "1.2.b",
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def workspace(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """One app for all: what one test sends must not harm the next."""
    require_service("redis")
    folder: Path = tmp_path_factory.mktemp("slack-bad-input")
    async with Workspace(folder / "town", BELLHOP_WORKERS="0") as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def nothing_kept_and_still_well(workspace: Workspace) -> AsyncIterator[None]:
    """After each test nothing more is kept, the app is well, and its log holds no traceback."""
    before = workspace.records.column("SELECT count(*) FROM deliveries")
    yield
    assert workspace.records.column("SELECT count(*) FROM deliveries") == before
    assert (await workspace.http.get(f"{workspace.url}/readyz")).status_code == 200
    assert "Traceback" not in (workspace.folder / "app.log").read_text()


def ago(seconds: float) -> str:
    return str(int(time.time() - seconds))


# Made when asked for: the slow tests run long enough for a future that was computed at import to have come.
STAMPS: dict[str, Callable[[], str | bytes]] = {
    "stale": lambda: ago(302),
    "of yesterday": lambda: ago(86_400),
    "future": lambda: ago(-420),
    "empty": lambda: "",
    "a word": lambda: "yesterday",
    "negative": lambda: "-1",
    "a fraction": lambda: f"{time.time():.3f}",
    "infinite": lambda: "inf",
    "of other digits": lambda: "١٢٣٤٥٦٧٨٩٠",
    "superscript": lambda: "12³",
    "Latin-1": lambda: b"17\xb2\xb3",
    "of a thousand digits": lambda: "9" * 1000,
    "two numbers": lambda: f"{ago(0)},{ago(0)}",
    "padded": lambda: f"{ago(0)} 0",
}


@pytest.mark.parametrize("kind", STAMPS)
async def test_a_wrong_timestamp_is_401_although_it_is_signed(workspace: Workspace, kind: str) -> None:
    answer = await workspace.post_to_slacks_door(EVENT, x_slack_request_timestamp=STAMPS[kind]())
    refused(answer, 401)


SIGNATURES: dict[str, Callable[[str], str | bytes]] = {
    "of another secret": lambda stamp: signature(EVENT, stamp, "another"),
    "of no secret": lambda stamp: signature(EVENT, stamp, ""),
    "empty": lambda stamp: "",
    "without its scheme": lambda stamp: signature(EVENT, stamp)[3:],
    "of another scheme": lambda stamp: "v1" + signature(EVENT, stamp)[2:],
    "shortened": lambda stamp: signature(EVENT, stamp)[:-1],
    "beyond ASCII": lambda stamp: "v0=" + "é" * 64,
    "of other digits": lambda stamp: "v0=" + "٣" * 64,
    "Latin-1": lambda stamp: b"v0=\xff\xfe" + b"0" * 62,
    "no UTF-8": lambda stamp: b"\x80\x81",
}


@pytest.mark.parametrize("kind", SIGNATURES)
async def test_a_wrong_signature_is_401(workspace: Workspace, kind: str) -> None:
    stamp = ago(0)
    answer = await workspace.post_to_slacks_door(
        EVENT, x_slack_request_timestamp=stamp, x_slack_signature=SIGNATURES[kind](stamp)
    )
    refused(answer, 401)


async def test_a_signature_of_another_moment_or_body_is_401(workspace: Workspace) -> None:
    stamp = ago(1)
    for body, of in ((EVENT, signature(EVENT, ago(2))), (EVENT + b" ", signature(EVENT, stamp))):
        answer = await workspace.post_to_slacks_door(
            body, x_slack_request_timestamp=stamp, x_slack_signature=of
        )
        refused(answer, 401)


async def test_without_its_headers_it_is_401(workspace: Workspace) -> None:
    for headers in (
        {},
        {"X-Slack-Signature": signature(EVENT, ago(0))},
        {"X-Slack-Request-Timestamp": ago(0)},
    ):
        given = {"Content-Type": "application/json"} | headers
        refused(await workspace.http.post(workspace.slack_url, content=EVENT, headers=given), 401)


FORMS: dict[str, bytes] = {
    "empty": b"",
    "without a payload": b"a=1&b=2",
    "with two payloads": urlencode([("payload", CLICK), ("payload", CLICK)]).encode(),
    "with a payload and a command": urlencode({"payload": CLICK} | GOOD_FORM).encode(),
    "with two commands": urlencode([*GOOD_FORM.items(), ("command", "/other")]).encode(),
    "with two users": urlencode([*GOOD_FORM.items(), ("user_id", "U2")]).encode(),
    "with an empty payload": b"payload=",
    "with half a payload": f"payload={quote(CLICK[:40])}".encode(),
    "with a list as payload": b"payload=%5B1%5D",
    "with null as payload": b"payload=null",
    "with broken escapes": b"payload=%ZZ%7B",
    "not in UTF-8": b"payload=%ff%fe",
    "with raw bytes": b"payload=\xff",
    "with a thousand fields": "&".join(f"f{n}=1" for n in range(1000)).encode(),
    "with NUL": urlencode(GOOD_FORM | {"text": "a\0b"}).encode(),
    "deep": b"payload=" + quote("[" * 50_000).encode(),
    "of a click with wrong types": b"payload="
    + quote('{"type":"block_actions","user":7,"actions":{}}').encode(),
    "JSON after all": EVENT,
}


@pytest.mark.parametrize("kind", FORMS)
async def test_a_form_that_is_no_delivery_is_400(workspace: Workspace, kind: str) -> None:
    refused(await workspace.post_to_slacks_door(FORMS[kind], FORM), 400)


BODIES: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"payload=x",
    "half": EVENT[:-5],
    "twice": EVENT * 2,
    "a list": b"[]",
    "null": b"null",
    "NaN": b'{"type": NaN}',
    "deep": b'{"event":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "no UTF-8": b'{"type": "\xff"}',
    "NUL": b'{"type": "event_callback", "event_id": "E\\u0000", "event": {"type": "message"}}',
    "wrong types": b'{"type": "event_callback", "event_id": ["E"], "event": "message"}',
}


@pytest.mark.parametrize("kind", BODIES)
async def test_a_body_that_is_no_event_is_400(workspace: Workspace, kind: str) -> None:
    refused(await workspace.post_to_slacks_door(BODIES[kind]), 400)


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=x", "application/xml"])
async def test_another_content_type_is_415(workspace: Workspace, kind: str) -> None:
    refused(await workspace.post_to_slacks_door(EVENT, kind), 415)


async def test_the_other_door_is_the_same(workspace: Workspace) -> None:
    url = f"{workspace.url}/api/integrations/slack/webhook"
    refused(await workspace.http.post(url, content=EVENT, headers={"Content-Type": "application/json"}), 401)


async def test_slacks_own_tests_are_answered_and_not_kept(workspace: Workspace) -> None:
    told = await workspace.play("POST", "/challenge")
    assert told["is_verified"]
    assert (await workspace.play("POST", "/ssl_check"))["status"] == 200
    assert (await workspace.play("POST", "/ssl_check", is_get=True))["status"] == 200
    unsigned = await workspace.http.post(
        workspace.slack_url,
        content=json.dumps({"type": "url_verification", "challenge": "x"}),
        headers={"Content-Type": "application/json"},
    )
    refused(unsigned, 401)


async def test_a_get_that_is_no_test_of_slacks_is_405(workspace: Workspace) -> None:
    for path in (
        "/webhooks/slack",
        "/webhooks/slack?ssl_check=0",
        "/api/integrations/slack/webhook?payload=1",
    ):
        refused(await workspace.http.get(f"{workspace.url}{path}"), 405)
    refused(await workspace.http.get(f"{workspace.url}/webhooks/github?ssl_check=1"), 405)


async def test_many_bad_ones_at_once_harm_nobody(workspace: Workspace) -> None:
    bodies = [*FORMS.values()] * 4
    found = await asyncio.gather(*(workspace.post_to_slacks_door(body, FORM) for body in bodies))
    assert {answer.status_code for answer in found} == {400}
