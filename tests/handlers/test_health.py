"""Alive, ready, and in figures."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot import introduction
from bot.errors import AuthenticationError, NetworkError, NotFoundError
from bot.release import VERSION
from bot.vigil import MOST_DEATHS
from models.base import now
from models.worker import WorkerRecord
from tests.fakes.platform import SECRET, said
from tests.fakes.services import Bench


async def body_of(response: ClientResponse) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(await response.read())
    return value


async def test_alive_looks_at_nothing(client: TestClient, bench: Bench) -> None:
    bench.storage.is_away = True
    response = await client.get("/healthz")
    assert response.status == 200
    assert await body_of(response) == {"status": "ok", "version": VERSION}


async def test_ready_tells_database_workers_and_platforms(client: TestClient, bench: Bench) -> None:
    moment = now()
    worker = WorkerRecord(
        id="w", host="h", boot_id="b", pid=1, version=VERSION, started_at=moment, seen_at=moment
    )
    async with bench.storage.begin() as work:
        await work.workers.beat(worker)
    response = await client.get("/readyz")
    assert response.status == 200
    body = await body_of(response)
    assert body["status"] == "ok"
    assert body["parts"] == {
        "database": "ok",
        "workers": 1,
        "platforms": {"github/default": "ok"},
        "waiting_for_credential": 0,
        "unsent": {"waiting": 0, "given_up": 0},
        "failing_loops": [],
    }


async def test_ready_tells_of_a_loop_that_keeps_dying_and_goes_on_receiving(
    client: TestClient, bench: Bench
) -> None:
    for _ in range(MOST_DEATHS):
        bench.services.vigil.died("courier github/default")
    response = await client.get("/readyz")
    body = await body_of(response)
    assert (response.status, body["status"]) == (200, "degraded")
    assert body["parts"]["failing_loops"] == ["courier github/default"]


async def test_ready_tells_what_cannot_be_sent_and_stays_ready(client: TestClient, bench: Bench) -> None:
    bench.platform.failures["post"] = [
        NotFoundError("posting: gone"),
        AuthenticationError("posting: refused"),
    ]
    await bench.hear("/bellhop ping")
    await bench.hear("/bellhop ping", comment_id="78", number=43)
    response = await client.get("/readyz")
    assert response.status == 200
    assert (await body_of(response))["parts"]["unsent"] == {"waiting": 1, "given_up": 1}


async def test_a_refused_credential_is_told_with_its_setting_and_what_waits_for_it(
    client: TestClient, bench: Bench
) -> None:
    bench.services.needs["github"] = ("GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET")  # type: ignore[index]
    bench.platform.forget_itself()
    bench.platform.failures["me"] = [AuthenticationError("asking who we are: refused")] * 2
    await introduction.introduce(bench.services)
    await bench.hear("/bellhop ping")
    response = await client.get("/readyz")
    body = await body_of(response)
    assert (response.status, body["status"]) == (200, "degraded")
    assert body["parts"]["waiting_for_credential"] == 1
    told = body["parts"]["platforms"]["github/default"]
    assert told == "refused: set GITHUB_TOKEN to one that github takes, and start again"


async def test_a_platform_that_does_not_answer_is_told(client: TestClient, bench: Bench) -> None:
    bench.platform.forget_itself()
    bench.platform.failures["me"] = [NetworkError("asking who we are: no answer")]
    await introduction.introduce(bench.services)
    body = await body_of(await client.get("/readyz"))
    assert (body["status"], body["parts"]["platforms"]) == ("degraded", {"github/default": "unreachable"})
    await introduction.introduce(bench.services)
    assert (await body_of(await client.get("/readyz")))["status"] == "ok"


async def test_ready_without_any_worker(client: TestClient) -> None:
    response = await client.get("/readyz")
    assert (response.status, (await body_of(response))["parts"]["workers"]) == (200, 0)


async def test_not_ready_while_storage_is_away_and_ready_when_it_is_back(
    client: TestClient, bench: Bench
) -> None:
    bench.storage.is_away = True
    response = await client.get("/readyz")
    assert response.status == 503
    body = await body_of(response)
    assert (body["status"], body["parts"]["database"]) == ("unavailable", "away")
    bench.storage.is_away = False
    assert (await client.get("/readyz")).status == 200


async def test_figures_count_requests_by_route_never_by_what_strangers_write(client: TestClient) -> None:
    await client.post("/webhooks/github", data=said("x"), headers={"x-secret": SECRET, "x-delivery": "1"})
    await client.post("/webhooks/made-up-name", data=b"{}")
    await client.get("/made-up-path")
    response = await client.get("/metrics")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    lines = (await response.text()).splitlines()
    counted = {line for line in lines if line.startswith("bellhop_http_requests_total{")}
    assert counted == {
        'bellhop_http_requests_total{route="/webhooks/{platform}",status="202"} 1.0',
        'bellhop_http_requests_total{route="/webhooks/{platform}",status="404"} 1.0',
        'bellhop_http_requests_total{route="unmatched",status="404"} 1.0',
    }
    assert 'bellhop_http_request_seconds_count{route="/webhooks/{platform}"} 2.0' in lines
    assert [line for line in lines if "made-up" in line] == []


async def test_something_else_at_a_platforms_address_is_told(client: TestClient, bench: Bench) -> None:
    bench.platform.forget_itself()
    bench.platform.failures["me"] = [NotFoundError("asking who we are: 404")]
    await introduction.introduce(bench.services)
    told = (await body_of(await client.get("/readyz")))["parts"]["platforms"]["github/default"]
    assert told.startswith("misplaced: what answers at its address is no github's API")
    assert bench.services.standing.refusals({}, [bench.platform]) == [f"github/default {told}"]
