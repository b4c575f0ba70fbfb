"""What is told of requests, deliveries and loops, in lines and in figures."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from datetime import datetime

import pytest

from adapters import telemetry
from adapters.log_writer import LogWriter
from adapters.telemetry import Telemetry
from bot.errors import NetworkError
from models.base import now
from models.delivery import Delivery, Disposition, WebhookRequest
from tests.fakes.logs import KNOWN, SetUp, lines, only
from tests.house import reference

# --- request lines ---


def answered(capfd: pytest.CaptureFixture[str], level: str = "info", log_format: str = "json") -> list[str]:
    """What is written of a good and a bad answer."""
    figures = Telemetry(log_format, level)
    figures.request("/webhooks/{platform}", "POST", 202, 0.0012345, "trace-0123")
    figures.request("unmatched", "GET", 503, 2.0, "trace-0456")
    return capfd.readouterr().err.splitlines()


def test_a_request_line_is_json_with_all_that_is_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    texts = answered(capfd)
    assert re.match(r'{"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",', texts[0])
    first, second = [json.loads(line) for line in texts]
    moment = datetime.fromisoformat(first.pop("timestamp"))
    assert moment.tzinfo is not None
    assert first == {
        "message": "answered",
        "logger": "bellhop",
        "process": "app",
        "pid": os.getpid(),
        "route": "/webhooks/{platform}",
        "method": "POST",
        "status": 202,
        "ms": 1.23,
        "request_id": "trace-0123",
        "level": "info",
    }
    assert (second["level"], second["status"], second["ms"]) == ("warning", 503, 2000.0)


@pytest.mark.parametrize(
    ("level", "statuses"), [("debug", [202, 503]), ("info", [202, 503]), ("warning", [503]), ("error", [])]
)
def test_a_request_line_has_a_level_like_any_other(
    capfd: pytest.CaptureFixture[str], level: str, statuses: list[int]
) -> None:
    assert [json.loads(line)["status"] for line in answered(capfd, level)] == statuses


def test_a_request_line_on_the_console_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    first, _ = answered(capfd, log_format="console")
    assert "answered route=/webhooks/{platform} method=POST status=202" in first


async def test_request_lines_of_one_turn_are_all_written(capfd: pytest.CaptureFixture[str]) -> None:
    figures = Telemetry("json")
    for number in range(3):
        figures.request("/healthz", "GET", 200, 0.0, f"trace-000{number}")
    await asyncio.sleep(0)
    ids = [json.loads(line)["request_id"] for line in capfd.readouterr().err.splitlines()]
    assert ids == ["trace-0000", "trace-0001", "trace-0002"]


def test_a_log_that_nobody_reads_fails_no_request() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    figures = Telemetry("json")
    figures._log._writer = LogWriter(writing)
    try:
        figures.request("/healthz", "GET", 200, 0.0, "trace-0123")
    finally:
        os.close(writing)
    assert b'bellhop_http_requests_total{route="/healthz",status="200"} 1.0' in figures.exposition()[0]


# --- deliveries and loops ---


def delivery() -> Delivery:
    moment = now()
    return Delivery(
        id=7,
        platform="github",
        key="k",
        event="issue_comment",
        action="created",
        request=WebhookRequest(),
        request_id="trace-0123",
        received_at=moment,
        due_at=moment,
        attempts=1,
    )


def test_what_became_of_a_delivery_is_told(setup: SetUp) -> None:
    out = setup()
    Telemetry("json").delivery(delivery(), Disposition.ACCEPTED, None)
    line = only(out)
    told = {
        name: line[name]
        for name in ("message", "delivery", "event_name", "attempt", "request_id", "disposition")
    }
    assert told == {
        "message": "delivery",
        "delivery": 7,
        "event_name": "issue_comment.created",
        "attempt": 1,
        "request_id": "trace-0123",
        "disposition": "accepted",
    }


def test_what_was_ignored_is_counted_and_fills_no_log(setup: SetUp) -> None:
    out = setup()
    figures = Telemetry("json")
    figures.delivery(delivery(), Disposition.IGNORED_NOT_ADDRESSED, None)
    assert out.getvalue() == ""
    wanted = b'bellhop_deliveries_total{disposition="ignored:not_addressed",platform="github"} 1.0'
    assert wanted in figures.exposition()[0]


def test_an_error_of_ours_is_a_sentence_and_a_defect_has_a_traceback(setup: SetUp) -> None:
    out = setup()
    figures = Telemetry("json")
    figures.delivery(delivery(), None, NetworkError("asking git.example: no answer"))
    figures.loop("courier github/default", 0.5, ValueError(f"saw {KNOWN}"))
    expected, defect = lines(out)
    assert (expected["level"], expected["error"]) == ("warning", "asking git.example: no answer")
    assert "exception" not in expected
    assert (defect["loop"], "ValueError" in defect["exception"]) == ("courier github/default", True)
    assert KNOWN not in out.getvalue()
    shown = figures.exposition()[0].decode()
    assert 'bellhop_deliveries_total{disposition="postponed",platform="github"} 1.0' in shown
    assert 'bellhop_loop_errors_total{loop="courier github/default"} 1.0' in shown


def test_a_good_look_of_a_loop_says_nothing(setup: SetUp) -> None:
    out = setup()
    Telemetry("json").loop("prune", 0.5, None)
    assert out.getvalue() == ""


# --- figures ---


def test_every_figure_has_our_prefix_and_a_line_in_the_reference() -> None:
    shown, content_type = Telemetry("json").exposition()
    assert content_type.startswith("text/plain")
    told = {line.split()[2] for line in shown.decode().splitlines() if line.startswith("# TYPE ")}
    [page] = [page for page in reference.pages() if page.name == "metrics.md"]
    documented = {line.split("`")[1] for line in page.lines}
    assert documented == {name for name in told if not name.endswith("_created")}
    assert [name for name in documented if not name.startswith("bellhop_")] == []


async def test_a_stall_of_the_event_loop_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "LAG_SAMPLES", 2)
    figures = Telemetry("json")
    watching = asyncio.create_task(figures.watch_lag())
    await asyncio.sleep(0)
    time.sleep(0.2)  # noqa: ASYNC251 - the stall
    seen = 0.0
    for _ in range(20):
        await asyncio.sleep(0.01)
        seen = max(seen, lag(figures))
    watching.cancel()
    assert seen > 0.1


def lag(figures: Telemetry) -> float:
    shown = figures.exposition()[0].decode().splitlines()
    [value] = [line.split()[1] for line in shown if line.startswith("bellhop_event_loop_lag_seconds ")]
    return float(value)
