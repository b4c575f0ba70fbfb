"""Bad input over real HTTP against a real app: refused with a status and a reason, and nothing kept."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.e2e.town import SECRET, Town
from tests.services import require_service

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMIT_BYTES = 26 * 1024 * 1024
BODY = json.dumps({"action": "created", "zen": "Keep it logically awesome."}).encode()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One app for all: what one test sends must not harm the next."""
    require_service("redis")
    folder: Path = tmp_path_factory.mktemp("bad-input")
    async with Town(folder / "town", BELLHOP_WORKERS="0") as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def still_well(town: Town) -> AsyncIterator[None]:
    """After each test the app answers, keeps and works; its log holds no traceback."""
    yield
    assert (await town.http.get(f"{town.url}/readyz")).status_code == 200
    good = await town.deliver(BODY, "watch")
    assert good.status_code == 202
    assert "Traceback" not in (town.folder / "app.log").read_text()


def kept(town: Town) -> int:
    """How many deliveries are on disk, but for those that `still_well` sent."""
    return int(town.records.column("SELECT count(*) FROM deliveries WHERE event <> 'watch'")[0])


def refused(answer: httpx.Response, status: int) -> None:
    """A problem in JSON, with a reason and without insides."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


def signed(body: bytes, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return f"{algorithm}=" + hmac.new(secret.encode(), body, algorithm).hexdigest()


SIGNATURES = {
    "of another secret": signed(BODY, "another secret"),
    "of another body": signed(BODY + b" "),
    "of no secret": signed(BODY, ""),
    "empty": "",
    "without its scheme": signed(BODY).removeprefix("sha256="),
    "downgraded": signed(BODY, algorithm="sha1"),
    "sha1 of the right length": "sha1=" + signed(BODY).removeprefix("sha256="),
    "shortened": signed(BODY)[:-1],
    "in capitals of another scheme": signed(BODY).upper().replace("SHA256", "MD5"),
}


@pytest.mark.parametrize("kind", SIGNATURES)
async def test_a_wrong_signature_is_401_and_stores_nothing(town: Town, kind: str) -> None:
    before = kept(town)
    refused(await town.deliver(BODY, "push", **{"X-Hub-Signature-256": SIGNATURES[kind]}), 401)
    assert kept(town) == before


async def test_a_missing_signature_is_401_and_stores_nothing(town: Town) -> None:
    before = kept(town)
    old = {"X-Hub-Signature": signed(BODY, algorithm="sha1"), "Content-Type": "application/json"}
    for headers in ({"X-GitHub-Event": "push", "X-GitHub-Delivery": "d"}, {**old, "X-GitHub-Delivery": "d"}):
        refused(await town.http.post(f"{town.url}/webhooks/github", content=BODY, headers=headers), 401)
    assert kept(town) == before


@pytest.mark.parametrize("value", ["sha256=é" + "0" * 63, "sha256=" + "٣" * 64, "\xff\xfe"])
async def test_a_signature_beyond_ascii_is_401_and_stores_nothing(town: Town, value: str) -> None:
    before = kept(town)
    headers = [
        (b"content-type", b"application/json"),
        (b"x-github-event", b"push"),
        (b"x-github-delivery", b"d"),
        (b"x-hub-signature-256", value.encode()),
    ]
    refused(await town.http.post(f"{town.url}/webhooks/github", content=BODY, headers=headers), 401)
    assert kept(town) == before


DEEP = b'{"action":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
BODIES = {
    "empty": b"",
    "not JSON": b"action=created",
    "twice": BODY + BODY,
    "a list": b"[1, 2]",
    "null": b"null",
    "NaN": b'{"action": NaN}',
    "deep": DEEP,
    "deep and open": b'{"a":' * 200_000,
    "invalid UTF-8": b'{"action": "\xff\xfe"}',
    "UTF-16": '{"action": "created"}'.encode("utf-16"),
    "a raw NUL": b'{"action": "cre\x00ated"}',
    "an action of the wrong type": b'{"action": {"is": "created"}}',
}


@pytest.mark.parametrize("kind", BODIES)
async def test_a_body_that_is_no_delivery_is_400_and_stores_nothing(town: Town, kind: str) -> None:
    before = kept(town)
    refused(await town.deliver(BODIES[kind], "issue_comment"), 400)
    assert kept(town) == before


STRANGE = {
    "an escaped NUL": b'{"action": "created", "comment": {"body": "@bellhop\\u0000 fix"}}',
    "a lone surrogate": b'{"action": "created", "comment": {"body": "@bellhop fix \\ud800"}}',
    "wrong types all over": b'{"action": "created", "comment": 7, "issue": [], "repository": "x", "sender": null}',
    "a huge number": b'{"action": "created", "comment": {"id": 1e999, "body": []}}',
    "nothing but an action": b'{"action": "created"}',
}


@pytest.mark.parametrize("kind", STRANGE)
async def test_a_signed_body_of_strange_content_is_refused_or_ends_with_a_disposition(
    town: Town, kind: str
) -> None:
    answer = await town.deliver(STRANGE[kind], "issue_comment", f"strange-{kind.replace(' ', '-')}")
    if answer.status_code >= 300:
        refused(answer, 400)
        return

    async def look() -> str | None:
        [found] = town.records.column("SELECT disposition FROM deliveries WHERE key = ?", key)
        return found

    key = f"strange-{kind.replace(' ', '-')}"
    disposition = await town.until(look, "a disposition")
    assert disposition.partition(":")[0] in {"error", "ignored"}
    assert town.records.jobs() == []


async def test_the_largest_body_is_taken_and_one_byte_more_is_413(town: Town) -> None:
    before = kept(town)
    pad = LIMIT_BYTES - len(b'{"action":"x","pad":""}')
    largest = b'{"action":"x","pad":"' + b"x" * pad + b'"}'
    assert len(largest) == LIMIT_BYTES
    refused(await town.deliver(largest + b" ", "push"), 413)
    assert kept(town) == before
    assert (await town.deliver(largest, "push")).status_code == 202
    assert kept(town) == before + 1


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ],
)
async def test_a_content_type_that_is_not_json_is_415(town: Town, kind: str) -> None:
    before = kept(town)
    answer = await town.deliver(BODY, "push", **{"Content-Type": kind})
    refused(answer, 415)
    assert "application/json" in answer.json()["detail"]
    assert kept(town) == before


@pytest.mark.parametrize("header", ["X-GitHub-Delivery", "X-GitHub-Event"])
async def test_a_missing_delivery_id_or_event_is_400(town: Town, header: str) -> None:
    before = kept(town)
    given = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "d",
        "X-Hub-Signature-256": signed(BODY),
    }
    del given[header]
    refused(await town.http.post(f"{town.url}/webhooks/github", content=BODY, headers=given), 400)
    assert kept(town) == before


async def test_a_chunked_body_is_read_whole(town: Town) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for byte in BODY:
            yield bytes([byte])

    given = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "chunked",
        "X-Hub-Signature-256": signed(BODY),
    }
    answer = await town.http.post(f"{town.url}/webhooks/github", content=chunks(), headers=given)
    assert answer.status_code == 202


async def test_an_endless_chunked_body_is_cut_off(town: Town) -> None:
    before = kept(town)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LIMIT_BYTES // 2**20 + 8):
            yield b" " * 2**20

    given = {"Content-Type": "application/json", "X-GitHub-Event": "push", "X-GitHub-Delivery": "endless"}
    with contextlib.suppress(httpx.WriteError, httpx.ReadError):  # it may hang up on us before we are done
        refused(await town.http.post(f"{town.url}/webhooks/github", content=chunks(), headers=given), 413)
    assert kept(town) == before


async def test_clients_that_hang_up_in_mid_body_leave_nothing(town: Town) -> None:
    before = kept(town)
    for _ in range(20):
        _, writer = await asyncio.open_connection("127.0.0.1", town.port)
        head = f"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n"
        writer.write(head.encode() + b"Content-Type: application/json\r\n\r\n" + BODY[:10])
        await writer.drain()
        writer.transport.abort()
    await asyncio.sleep(0.3)
    assert kept(town) == before


async def test_a_client_that_hangs_up_before_the_answer_loses_nothing(town: Town) -> None:
    headers = {
        "Host": "x", "Content-Length": str(len(BODY)), "Content-Type": "application/json",
        "X-GitHub-Event": "push", "X-GitHub-Delivery": "gone", "X-Hub-Signature-256": signed(BODY),
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    _, writer = await asyncio.open_connection("127.0.0.1", town.port)
    writer.write(f"POST /webhooks/github HTTP/1.1\r\n{head}\r\n".encode() + BODY)
    await writer.drain()
    writer.close()

    async def look() -> bool | None:
        found = town.records.column("SELECT disposition FROM deliveries WHERE key = 'gone'")
        return True if found and found[0] else None

    await town.until(look, "the delivery to be kept and settled")


@pytest.mark.parametrize("event", ["meteor_shower", "push", "star", "workflow_run"])
async def test_an_event_of_no_use_is_2xx_and_ignored(town: Town, event: str) -> None:
    key = hashlib.sha256(event.encode()).hexdigest()[:20]
    assert (await town.deliver(BODY, event, key)).status_code == 202

    async def look() -> str | None:
        return (
            str(town.records.column("SELECT disposition FROM deliveries WHERE key = ?", key)[0] or "") or None
        )

    assert await town.until(look, "a disposition") == "ignored:event"


async def test_an_unknown_platform_is_404_with_a_hint(town: Town) -> None:
    answer = await town.http.post(f"{town.url}/webhooks/gitlab", content=BODY)
    refused(answer, 404)
    assert "gitlab" in answer.json()["detail"]
    refused(await town.http.post(f"{town.url}/webhooks/nobody", content=BODY), 404)
    refused(await town.http.post(f"{town.url}/webhooks/github/other", content=BODY), 404)
    refused(await town.http.get(f"{town.url}/nowhere/../../etc/passwd"), 404)


async def test_a_get_on_the_webhook_is_405(town: Town) -> None:
    answer = await town.http.get(f"{town.url}/webhooks/github")
    refused(answer, 405)
    assert answer.headers["allow"] == "POST"


async def test_garbage_instead_of_http_is_refused_and_forgotten(town: Town) -> None:
    for garbage in (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        b"\x00" * 5000,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
        writer.write(garbage)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            answer = await reader.read()
            assert b"Traceback" not in answer
        writer.close()
