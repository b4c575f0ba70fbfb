"""The one door: what is stored, what is answered."""

from __future__ import annotations

import asyncio

import pytest

from bot import inbox
from bot.errors import PayloadError, SignatureError, StorageUnavailable, UnknownPlatform
from models.delivery import Disposition, Origin, WebhookRequest
from tests.fakes.platform import SECRET, said
from tests.fakes.services import Bench


def request(**headers: str) -> WebhookRequest:
    given = {"x-secret": SECRET, "x-delivery": "d-1", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return WebhookRequest(headers=given, body=said("hello"))


async def test_a_verified_delivery_is_kept_and_answered_202() -> None:
    bench = Bench()
    answer = await inbox.receive(bench.services, "github", request())
    assert answer.status == 202
    [delivery] = await bench.deliveries()
    assert (delivery.key, delivery.origin, delivery.disposition) == ("d-1", Origin.HTTP, None)


async def test_a_stranger_stores_nothing() -> None:
    bench = Bench()
    with pytest.raises(SignatureError):
        await inbox.receive(bench.services, "github", request(x_secret="guess"))
    assert await bench.deliveries() == []


async def test_a_signed_request_without_a_delivery_id_stores_nothing() -> None:
    bench = Bench()
    with pytest.raises(PayloadError):
        await inbox.receive(bench.services, "github", request(x_delivery=""))
    assert await bench.deliveries() == []


async def test_a_platform_nobody_configured_is_unknown() -> None:
    bench = Bench()
    with pytest.raises(UnknownPlatform, match="gitlab"):
        await inbox.receive(bench.services, "gitlab", request())


async def test_a_redelivery_adds_a_receipt_and_is_answered_200() -> None:
    bench = Bench()
    for _ in range(3):
        answer = await inbox.receive(bench.services, "github", request())
    assert answer.status == 200
    [delivery] = await bench.deliveries()
    assert delivery.receipts == 3


async def test_the_dispatcher_is_woken_for_a_known_delivery_too() -> None:
    bench = Bench()
    await inbox.receive(bench.services, "github", request())
    ear = bench.services.bells.dispatcher.listen()
    await inbox.receive(bench.services, "github", request())
    assert ear.is_set()


async def test_without_a_commit_there_is_no_answer() -> None:
    bench = Bench()
    bench.storage.is_away = True
    with pytest.raises(StorageUnavailable):
        await inbox.receive(bench.services, "github", request())


async def test_a_ping_is_answered_kept_and_ends_as_handshake() -> None:
    bench = Bench()
    answer = await inbox.receive(bench.services, "github", request(x_event="ping"))
    assert (answer.status, answer.body) == (200, b"pong")
    await bench.dispatch()
    [delivery] = await bench.deliveries()
    assert delivery.disposition is Disposition.IGNORED_HANDSHAKE


async def test_a_large_body_is_opened_beside_the_loop() -> None:
    bench = Bench()
    large = WebhookRequest(headers=request().headers, body=said("x" * 2 * inbox.LARGE_BODY_BYTES))
    assert (await inbox.receive(bench.services, "github", large)).status == 202


async def test_twenty_at_once_are_one_delivery() -> None:
    bench = Bench()
    answers = await asyncio.gather(*(inbox.receive(bench.services, "github", request()) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [202]
    assert len(await bench.deliveries()) == 1
