"""Logs, figures and the masking of both. The only place that knows how a log line looks.

A log line is built from named fields; secrets are masked by key, by shape and by known value before anything
is written.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO, cast

import orjson
import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from adapters import log_writer
from adapters.log_lines import LineHandler, Masking, Origin, catch_uncaught, laid_out, one_line
from adapters.request_log import RequestLog
from bot.errors import BellhopError
from models.delivery import Delivery, Disposition

LAG_SAMPLE_SECONDS = 0.02
LAG_SAMPLES = 250
APP = "app"
LOGGER = "bellhop"
DROPPED = "log lines were dropped: whoever reads the log is too slow"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def setup(
    log_format: str,
    level: str,
    known_secrets: Sequence[str] = (),
    stream: TextIO | None = None,
    process: str = APP,
) -> None:
    """Configure structlog and the standard library's logging alike, for this process and those forked from it.

    `process` says in each line what it is; whoever is forked binds another `process` in structlog's context.
    """
    log_writer.STDERR.tell_dropped = _dropped_line
    out = stream or cast(TextIO, log_writer.STDERR)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Origin(process),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = LineHandler(out)
    # Masked last, right before it is rendered: whatever a processor or a foreign logger added is seen.
    rendered = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        Masking(known_secrets),
        *_renderers(log_format, out),
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=rendered, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("asyncio", "urllib3", "github", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    catch_uncaught()


def _renderers(log_format: str, out: TextIO) -> list[Any]:
    if not is_for_people(log_format, out):
        return [laid_out, structlog.processors.JSONRenderer(separators=(",", ":"))]
    console = structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [one_line, console]


def is_for_people(log_format: str, out: TextIO) -> bool:
    """Whether lines are to be read by people: asked for, or on a terminal."""
    return log_format == "console" or (log_format == "auto" and out.isatty())


class Telemetry:
    """Logs and figures of the app process: an `Observer` for the handlers, a report for the loops."""

    def __init__(self, log_format: str = "json", level: str = "info") -> None:
        is_json = not is_for_people(log_format, sys.stderr)
        self._log = RequestLog(log_writer.STDERR, level, is_json=is_json, logger=LOGGER, process=APP)
        self.log = structlog.stdlib.get_logger(LOGGER)
        self.registry = CollectorRegistry()
        given: dict[str, Any] = {"registry": self.registry}
        self._requests = Counter(
            "bellhop_http_requests_total", "Requests answered.", ["route", "status"], **given
        )
        self._seconds = Histogram(
            "bellhop_http_request_seconds", "Time to answer.", ["route"], buckets=SECONDS, **given
        )
        self._deliveries = Counter(
            "bellhop_deliveries_total",
            "Deliveries by what became of them.",
            ["platform", "disposition"],
            **given,
        )
        self._loop_errors = Counter(
            "bellhop_loop_errors_total", "Looks of a loop that failed.", ["loop"], **given
        )
        self._lag = Gauge(
            "bellhop_event_loop_lag_seconds", "Longest stall of the event loop lately.", **given
        )
        # Resolving a labeled child costs more than counting on it.
        self._request_children: dict[tuple[str, int], Any] = {}
        self._second_children: dict[str, Any] = {}

    def request(self, route: str, method: str, status: int, seconds: float, request_id: str) -> None:
        """Count and log one answered request."""
        key = (route, status)
        if (count := self._request_children.get(key)) is None:
            count = self._request_children[key] = self._requests.labels(route, str(status))
        if (timing := self._second_children.get(route)) is None:
            timing = self._second_children[route] = self._seconds.labels(route)
        count.inc()
        timing.observe(seconds)
        self._log.note(route, method, status, seconds, request_id)

    def away(self, doing: str, error: BaseException, request_id: str) -> None:
        """Log that something Bellhop needs is away: expected, so without a traceback."""
        self.log.warning("away", doing=doing, request_id=request_id, error=_words(error))

    def refused(self, lines: Iterable[str]) -> None:
        """Log which platforms refuse our credential or are not where they should be, and which setting that is."""
        for line in lines:
            self.log.warning("refused", platform=line)

    def advise(self, sentences: Iterable[str]) -> None:
        """Log what is unwise in the settings."""
        for sentence in sentences:
            self.log.warning("unwise setting", advice=sentence)

    def crash(self, doing: str, error: BaseException, request_id: str) -> None:
        """Log a defect with its traceback, masked."""
        self.log.error("crashed", doing=doing, request_id=request_id, exc_info=error)

    def delivery(
        self, delivery: Delivery, disposition: Disposition | None, error: BaseException | None
    ) -> None:
        """Count and log what became of a delivery."""
        self._deliveries.labels(delivery.platform, disposition.value if disposition else "postponed").inc()
        fields = {
            "delivery": delivery.id,
            "event_name": f"{delivery.event}.{delivery.action}".rstrip("."),
            "attempt": delivery.attempts,
            "request_id": delivery.request_id,
        }
        if error is not None:
            self.log.warning("delivery", **fields, **_told(error))
        elif disposition is not None and disposition.kind != "ignored":
            self.log.info("delivery", **fields, disposition=disposition.value)

    def loop(self, name: str, seconds: float, error: BaseException | None) -> None:
        """Count and log a loop's failed look."""
        if error is not None:
            self._loop_errors.labels(name).inc()
            self.log.warning("loop", loop=name, seconds=round(seconds, 3), **_told(error))

    def flight(self, error: BaseException) -> None:
        """Count and log what was raised beside a loop: nobody waits for it, so nobody else would tell."""
        self.loop("flight", 0.0, error)

    def exposition(self) -> tuple[bytes, str]:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    async def watch_lag(self) -> None:
        """Measure how late the event loop wakes a sleeper; the worst of each interval is shown."""
        clock = asyncio.get_running_loop().time
        while True:
            worst = 0.0
            for _ in range(LAG_SAMPLES):
                due = clock() + LAG_SAMPLE_SECONDS
                await asyncio.sleep(LAG_SAMPLE_SECONDS)
                worst = max(worst, clock() - due)
            self._lag.set(worst)


def _dropped_line(count: int) -> bytes:
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    fields = {"timestamp": moment, "level": "warning", "message": DROPPED}
    origin = {"logger": LOGGER, "process": APP, "pid": os.getpid()}
    return orjson.dumps(fields | origin | {"count": count}, option=orjson.OPT_APPEND_NEWLINE)


def _told(error: BaseException) -> dict[str, Any]:
    """An error of ours says all there is to say; of any other we want to know where it came from."""
    return {"error": _words(error)} | ({} if isinstance(error, BellhopError) else {"exc_info": error})


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
