"""Around every request: its id, and errors as problems that tell a stranger nothing."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters import telemetry
from bot.errors import IntegrationError, StorageUnavailable
from handlers import middleware, routes
from tests.fakes.logs import KNOWN
from tests.fakes.platform import SECRET, said
from tests.fakes.services import Bench

TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
OURS = r"[0-9a-f]{16}"


@pytest.fixture
async def crashing(bench: Bench, log: io.StringIO) -> AsyncIterator[TestClient]:
    """The app with a URL more for each way a handler can end badly."""
    app = routes.application(bench.services, telemetry.Telemetry("json"))

    def fails(path: str, error: BaseException) -> None:
        async def handler(request: web.Request) -> web.Response:
            raise error

        app.router.add_get(path, handler)

    fails("/defect", KeyError(f"no {KNOWN} among {TOKEN}"))
    fails("/ours", IntegrationError(f"calling https://bot:{KNOWN}@git.example: refused"))
    fails("/away", StorageUnavailable(f"reading: password {KNOWN} refused by 10.0.0.7"))
    fails("/elsewhere", web.HTTPFound("/healthz"))
    async with TestClient(TestServer(app)) as client:
        yield client


async def problem_of(response: ClientResponse) -> dict[str, Any]:
    """The body, after its form was looked at."""
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = json.loads(await response.read())
    assert set(body) == {"type", "title", "status", "detail", "retryable", "request_id"}
    assert body["status"] == response.status
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


# --- request ids ---


@pytest.mark.parametrize("given", ["trace-01.a_B9", "a" * 64, "550e8400-e29b-41d4-a716-446655440000"])
async def test_a_sane_request_id_is_taken_and_given_back(client: TestClient, given: str) -> None:
    response = await client.get("/healthz", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "a" * 65,
        "with blanks in it",
        "<script>alert(1)",
        "ünïcödé-id",
        "id\tid\tid\tid",
        '"}{"level":"x"',
        TOKEN,
    ],
)
async def test_any_other_request_id_is_replaced_by_one_of_ours(client: TestClient, given: str) -> None:
    response = await client.get("/healthz", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] != given
    assert len(response.headers["X-Request-ID"]) == 16
    assert int(response.headers["X-Request-ID"], 16) >= 0


async def test_a_known_secret_is_no_request_id(log: io.StringIO) -> None:
    bench = Bench()
    object.__setattr__(bench.services, "known_secrets", (KNOWN,))
    app = routes.application(bench.services, telemetry.Telemetry("json"))
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/healthz", headers={"X-Request-ID": KNOWN})
    assert response.headers["X-Request-ID"] != KNOWN


async def test_two_requests_have_two_ids(client: TestClient) -> None:
    ids = [(await client.get("/healthz")).headers["X-Request-ID"] for _ in range(2)]
    assert ids[0] != ids[1]


async def test_the_request_id_is_kept_with_the_delivery(client: TestClient, bench: Bench) -> None:
    headers = {"x-secret": SECRET, "x-delivery": "d-1", "X-Request-ID": "trace-0123"}
    await client.post("/webhooks/github", data=said("hello"), headers=headers)
    assert [delivery.request_id for delivery in await bench.deliveries()] == ["trace-0123"]


# --- problems ---


async def test_an_unknown_url_is_a_problem(client: TestClient) -> None:
    response = await client.get("/nowhere")
    assert response.status == 404
    assert (await problem_of(response))["title"] == "Not Found"


async def test_a_wrong_method_tells_the_right_ones(client: TestClient) -> None:
    response = await client.get("/webhooks/github")
    assert response.status == 405
    assert response.headers["Allow"] == "POST"
    assert (await problem_of(response))["retryable"] is False


async def test_a_body_beyond_the_limit_is_refused(client: TestClient, bench: Bench) -> None:
    limit = middleware.WEBHOOK_BODY_BYTES
    assert limit == 26 * 1024 * 1024
    headers = {"x-secret": SECRET, "x-delivery": "d-1"}
    response = await client.post("/webhooks/github", data=io.BytesIO(b"x" * (limit + 1)), headers=headers)
    assert response.status == 413
    assert (await problem_of(response))["retryable"] is False
    assert await bench.deliveries() == []


async def test_storage_away_is_said_to_be_worth_another_try_and_nothing_else(
    crashing: TestClient, log: io.StringIO
) -> None:
    response = await crashing.get("/away")
    assert response.status == 503
    assert int(response.headers["Retry-After"]) >= 1
    body = await problem_of(response)
    assert body["retryable"] is True
    assert "10.0.0.7" not in body["detail"]
    [line] = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["message"], line["request_id"]) == ("away", body["request_id"])
    assert line["error"] == "reading: password *** refused by 10.0.0.7"
    assert "exception" not in line


@pytest.mark.parametrize("path", ["/defect", "/ours"])
async def test_a_crash_tells_a_stranger_nothing_and_the_operator_everything_but_secrets(
    crashing: TestClient, log: io.StringIO, path: str
) -> None:
    response = await crashing.get(path)
    assert response.status == 500
    told = await response.text()
    body = await problem_of(response)
    assert (body["detail"], body["retryable"]) == (middleware.CRASHED, False)
    assert [word for word in ("Traceback", "Error", KNOWN, TOKEN, "git.example", ".py") if word in told] == [
        "Error"  # of the title "Internal Server Error"
    ]
    [line] = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["message"], line["level"], line["request_id"]) == ("crashed", "error", body["request_id"])
    assert line["doing"] == f"answering GET {path}"
    assert "Traceback" in line["exception"]
    assert "***" in line["exception"]
    assert [secret for secret in (KNOWN, TOKEN) if secret in log.getvalue()] == []


async def test_a_redirect_still_leads_somewhere(crashing: TestClient) -> None:
    response = await crashing.get("/elsewhere", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/healthz")
