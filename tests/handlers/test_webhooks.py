"""The door over HTTP: bytes as they came, and an answer for whatever is not a delivery."""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import hdrs
from aiohttp.test_utils import TestClient

from adapters import telemetry
from adapters.storage import open_storage
from bot.services import Services
from handlers import routes, server, webhooks
from tests.fakes.chat import ChatBench
from tests.fakes.platform import SECRET, said
from tests.fakes.services import Bench

SIGNED = {"x-secret": SECRET, "x-delivery": "d-1", "x-event": "message"}


@asynccontextmanager
async def served(services: Services) -> AsyncIterator[int]:
    """The app as the product serves it; its port."""
    app = routes.application(services, telemetry.Telemetry("json"))
    listener, stopping = server.listen("127.0.0.1", 0), asyncio.Event()
    port = int(listener.getsockname()[1])
    task = asyncio.create_task(server.serve(app, listener, stopping))
    try:
        yield port
    finally:
        stopping.set()
        await task


async def send(port: int, data: bytes, *, is_cut_off: bool = False) -> bytes:
    """Bytes to the door, and what came back until it closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    if is_cut_off:
        writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def raw(body: bytes, *headers: bytes) -> bytes:
    """A request to the door, signed, that closes its connection."""
    own = [f"{name}: {value}".encode() for name, value in SIGNED.items()]
    lines = [b"POST /webhooks/github HTTP/1.1", b"Host: here", b"Connection: close", *own, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def test_a_delivery_is_kept_byte_for_byte(client: TestClient, bench: Bench) -> None:
    body = said("hello \u202e") + b" \xff\xfe\0"
    response = await client.post("/webhooks/github", data=body, headers=SIGNED)
    assert response.status == 202
    [kept] = await bench.deliveries()
    async with bench.storage.read() as work:
        delivery = await work.deliveries.get(kept.id)
    assert delivery is not None
    assert delivery.request.body == body
    assert delivery.request.header("X-Event") == "message"


async def test_the_second_receipt_is_known(client: TestClient) -> None:
    statuses = [(await client.post("/webhooks/github", data=said("x"), headers=SIGNED)).status for _ in "ab"]
    assert statuses == [202, 200]


async def test_another_instance_has_a_door_of_its_own(client: TestClient) -> None:
    response = await client.post("/webhooks/github/elsewhere", data=said("x"), headers=SIGNED)
    assert response.status == 404


@pytest.mark.parametrize("path", ["/webhooks/gitlab", "/webhooks/%00", "/webhooks/%ff", "/webhooks/..%2f"])
async def test_a_platform_that_is_not_here_says_where_to_look(client: TestClient, path: str) -> None:
    response = await client.post(path, data=b"{}", headers=SIGNED)
    assert response.status == 404
    assert "settings reference" in json.loads(await response.read())["detail"]


async def test_nothing_is_promised_while_storage_is_away(client: TestClient, bench: Bench) -> None:
    bench.storage.is_away = True
    response = await client.post("/webhooks/github", data=said("x"), headers=SIGNED)
    assert (response.status, "Retry-After" in response.headers) == (503, True)
    bench.storage.is_away = False
    assert (await client.post("/webhooks/github", data=said("x"), headers=SIGNED)).status == 202


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "made-up"])
async def test_a_packed_body_is_not_unpacked(bench: Bench, log: io.StringIO, encoding: str) -> None:
    body = gzip.compress(said("x"))
    async with served(bench.services) as port:
        length = f"Content-Length: {len(body)}".encode()
        answer = await send(port, raw(body, length, f"{hdrs.CONTENT_ENCODING}: {encoding}".encode()))
    assert answer.startswith(b"HTTP/1.1 415 ")
    assert await bench.deliveries() == []
    assert log.getvalue() == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        raw(b"ZZ\r\nxx\r\n", b"Transfer-Encoding: chunked"),
        raw(b"2\r\n{}\r\nZZ\r\nxx\r\n", b"Transfer-Encoding: chunked"),
        raw(b"", b"X-Long: " + b"a" * 20_000),
    ],
    ids=["tls", "long line", "no chunk", "half a chunk", "long header"],
)
async def test_what_is_no_http_is_a_400_without_a_traceback(
    bench: Bench, log: io.StringIO, data: bytes
) -> None:
    async with served(bench.services) as port:
        answer = await send(port, data)
    assert answer.split(b" ")[1] == b"400"
    assert b"Traceback" not in answer
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line for line in lines if "exception" in line or line["level"] == "error"] == []
    assert await bench.deliveries() == []


async def test_a_body_that_was_cut_off_is_no_delivery_and_no_defect(bench: Bench, log: io.StringIO) -> None:
    async with served(bench.services) as port:
        await send(port, raw(b'{"half":', b"Content-Length: 100"), is_cut_off=True)
    assert await bench.deliveries() == []
    assert log.getvalue() == ""


async def test_headers_that_are_no_text_are_kept_as_well_as_a_database_can(
    bench: Bench, log: io.StringIO, tmp_path: Path
) -> None:
    storage = open_storage(f"sqlite:///{tmp_path / 'door.db'}")
    await storage.initialize()
    services = dataclasses.replace(bench.services, storage=storage)
    body = said("x")
    try:
        async with served(services) as port:
            length = f"Content-Length: {len(body)}".encode()
            odd, name = b"X-Odd: \xff\xfe", "X-Name: Zoë".encode()
            answer = await send(port, raw(body, length, odd, name))
        assert answer.startswith(b"HTTP/1.1 202 ")
        async with storage.read() as work:
            [kept] = await work.deliveries.page(before=None, limit=5)
            delivery = await work.deliveries.get(kept.id)
        assert delivery is not None
        assert delivery.request.body == body
        assert (delivery.request.header("x-odd"), delivery.request.header("x-name")) == ("ÿþ", "Zoë")
        assert "ÿþ" in delivery.model_dump_json()
    finally:
        await storage.close()


async def test_strangers_fill_only_so_much_memory_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "LARGE_BODIES_AT_ONCE", 1)
    monkeypatch.setattr(webhooks, "WAIT_SECONDS", 0.2)
    size = 2 * webhooks.LARGE_BODY_BYTES
    async with served(bench.services) as port:
        _, held = await asyncio.open_connection("127.0.0.1", port)
        held.write(raw(b"begun", b"Content-Length: %d" % size))
        await held.drain()
        await asyncio.sleep(0.1)
        second = await send(port, raw(b"x" * size, b"Content-Length: %d" % size))
        small = said("hello")
        third = await send(port, raw(small, b"Content-Length: %d" % len(small)))
        held.close()
    assert second.startswith(b"HTTP/1.1 503 ")
    head, _, body = second.partition(b"\r\n\r\n")
    assert b"Retry-After: 5" in head.split(b"\r\n")
    told = json.loads(body)
    assert (told["detail"], told["retryable"]) == (webhooks.TOO_MANY, True)
    assert "database" not in told["detail"]
    assert third.startswith(b"HTTP/1.1 202 ")


async def test_a_chats_probe_of_the_door_is_answered_and_not_kept() -> None:
    bench = ChatBench()
    async with served(bench.services) as port, aiohttp.ClientSession() as http:
        for path, status in (
            ("slack?probe=1", 200), ("slack/default?probe=1", 200), ("slack", 405), ("github?probe=1", 405),
            ("nobody?probe=1", 404),
        ):  # fmt: skip
            async with http.get(f"http://127.0.0.1:{port}/webhooks/{path}") as answer:
                assert answer.status == status, path
        async with http.get(f"http://127.0.0.1:{port}/api/integrations/slack/webhook?probe=1") as answer:
            assert answer.status == 200
    assert await bench.deliveries() == []
