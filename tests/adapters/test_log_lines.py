"""Logs hold no secret and no line that somebody else wrote."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from adapters.telemetry import Telemetry
from tests.fakes.logs import KNOWN, SetUp, lines, only

SHAPED = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
ENCODED = "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5"  # KNOWN in base64
SECRETS = (KNOWN, SHAPED, ENCODED)
FORGED = '{"message": "forged", "level": "info"}'


class Holder:
    """An object whose words hold a secret."""

    def __init__(self, secret: str = KNOWN) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return f"Holder({self.secret})"


class Mute:
    """An object that cannot be told."""

    def __str__(self) -> str:
        raise RuntimeError(f"no words, but {KNOWN}")

    __repr__ = __str__


def log() -> Any:
    return structlog.stdlib.get_logger("bellhop")


def crash() -> BaseException:
    """An error that was raised, caused by another one, both telling secrets."""
    try:
        try:
            raise ValueError(f"cloning https://bot:{KNOWN}@git.example: {SHAPED}")
        except ValueError as cause:
            raise RuntimeError(f"Authorization: Bearer {SHAPED}") from cause
    except RuntimeError as error:
        return error


# Every place of a line where a secret could stand.
POSITIONS: dict[str, Callable[[str], object]] = {
    "event": lambda secret: log().info(f"saw {secret} there"),
    "field": lambda secret: log().info("x", note=f"saw {secret} there"),
    "nested": lambda secret: log().info("x", note={"a": [{"b": ("c", {f"saw {secret}"})}]}),
    "bytes": lambda secret: log().info("x", note=f"saw {secret} there".encode()),
    "object": lambda secret: log().info("x", note=Holder(secret)),
    "object in a list": lambda secret: log().info("x", note=[Holder(secret)]),
    "exception as a value": lambda secret: log().info("x", note=ValueError(secret)),
    "path": lambda secret: log().info("x", note=Path("a") / secret),
    "key": lambda secret: log().info("x", note={secret: 1}),
    "name of a field": lambda secret: log().info("x", **{secret: 1}),
    "arguments": lambda secret: log().info("saw %s", secret),
    "bound": lambda secret: log().bind(note=secret).info("x"),
    "context": lambda secret: structlog.contextvars.bind_contextvars(note=secret) and log().info("x"),
    "name of a logger": lambda secret: structlog.stdlib.get_logger(secret).info("x"),
    "exception": lambda secret: log().error("x", exc_info=ValueError(f"saw {secret}")),
    "foreign": lambda secret: logging.getLogger("urllib").warning("saw %s", secret),
    "foreign object": lambda secret: logging.getLogger("urllib").warning("saw %r", Holder(secret)),
    "foreign exception": lambda secret: logging.getLogger("urllib").error("x", exc_info=ValueError(secret)),
    "foreign extra": lambda secret: logging.getLogger("urllib").error("x", extra={"note": secret}),
    "foreign without a format": lambda secret: logging.getLogger("urllib").error("%d apples", secret),
}


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("secret", SECRETS, ids=["known", "shaped", "encoded"])
@pytest.mark.parametrize("position", POSITIONS)
def test_no_secret_passes_in_any_position(
    setup: SetUp, capfd: pytest.CaptureFixture[str], position: str, secret: str, log_format: str
) -> None:
    out = setup(log_format)
    POSITIONS[position](secret)
    written = out.getvalue() + "".join(capfd.readouterr())
    assert written, "nothing was written: this test is blind"
    assert secret not in written
    if log_format == "json":
        assert lines(out)


@pytest.mark.parametrize(
    "key", ["token", "webhook_secret", "Authorization", "x-api-key", "cookie", "PASSWORD"]
)
def test_what_stands_under_a_secret_name_is_masked_whatever_it_is(setup: SetUp, key: str) -> None:
    out = setup()
    log().info("x", headers={key: "plain words", "deep": [{key: 12345}]})
    assert only(out)["headers"] == {key: "***", "deep": [{key: "***"}]}


def test_what_is_no_secret_stays_as_it_is(setup: SetUp) -> None:
    out = setup()
    given = {"count": 3, "ratio": 0.5, "is_new": True, "nothing": None, "tokens_used": 12, "list": ["a", 1]}
    log().info("kept", **given)
    line = only(out)
    assert {name: line[name] for name in given} == given
    assert (line["message"], line["level"], line["logger"]) == ("kept", "info", "bellhop")
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None


def test_a_crash_is_told_with_its_traceback_and_its_cause_masked(setup: SetUp) -> None:
    out = setup()
    Telemetry("json").crash("answering GET /", crash(), "trace-0123")
    line = only(out)
    assert (line["message"], line["level"], line["doing"], line["request_id"]) == (
        "crashed",
        "error",
        "answering GET /",
        "trace-0123",
    )
    assert [
        name for name in ("ValueError", "RuntimeError", "test_log_lines.py") if name not in line["exception"]
    ] == []
    assert [secret for secret in SECRETS if secret in out.getvalue()] == []


def test_a_secret_that_pydantic_keeps_is_not_told(setup: SetUp) -> None:
    out = setup()
    log().info("x", note=SecretStr("tr0ub4dor"))
    assert "tr0ub4dor" not in out.getvalue()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_what_cannot_be_told_is_named_and_ends_nothing(setup: SetUp, log_format: str) -> None:
    out = setup(log_format)
    log().info("x", note=Mute(), other=[float("nan"), float("inf"), "\ud800"])
    assert "<unprintable Mute>" in out.getvalue()
    assert KNOWN not in out.getvalue()


def test_a_structure_without_an_end_is_cut(setup: SetUp) -> None:
    out = setup()
    endless: dict[str, Any] = {"secret_free": 1}
    endless["again"] = endless
    log().info("x", note=endless)
    assert only(out)["message"] == "x"


def test_a_line_that_cannot_be_written_tells_nothing_of_what_it_said(
    setup: SetUp, capfd: pytest.CaptureFixture[str]
) -> None:
    out = setup()
    logging.getLogger("urllib").error("%d apples", f"of {KNOWN}")
    assert only(out)["message"] == "a log line of urllib could not be written: TypeError"
    assert "".join(capfd.readouterr()) == ""


def test_a_log_that_is_closed_stops_nobody(setup: SetUp, capfd: pytest.CaptureFixture[str]) -> None:
    out = setup()
    out.close()
    log().info("to nobody")
    assert "".join(capfd.readouterr()) == ""


# --- what nobody caught ---


def test_what_nobody_caught_is_logged_masked(setup: SetUp, capfd: pytest.CaptureFixture[str]) -> None:
    out = setup()
    error = crash()
    sys.excepthook(type(error), error, error.__traceback__)
    line = only(out)
    assert (line["level"], "RuntimeError" in line["exception"]) == ("critical", True)
    assert [secret for secret in SECRETS if secret in out.getvalue()] == []
    assert "".join(capfd.readouterr()) == ""


def test_what_nobody_caught_in_a_thread_is_logged_masked(
    setup: SetUp, capfd: pytest.CaptureFixture[str]
) -> None:
    out = setup()

    def fail() -> None:
        raise ValueError(KNOWN)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert only(out)["level"] == "critical"
    assert KNOWN not in out.getvalue() + "".join(capfd.readouterr())


def test_an_interrupt_is_no_crash(setup: SetUp) -> None:
    out = setup()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert out.getvalue() == ""


def test_a_warning_is_logged_masked(setup: SetUp) -> None:
    out = setup()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"saw {KNOWN}", stacklevel=1)
        logging.captureWarnings(False)
    assert only(out)["logger"] == "py.warnings"
    assert KNOWN not in out.getvalue()


# --- one line an event ---


@pytest.mark.parametrize("where", ["event", "field", "name", "foreign", "exception"])
def test_nobody_writes_a_line_of_the_log_but_the_log(setup: SetUp, where: str) -> None:
    out = setup()
    hostile = f"x\r\n{FORGED}\n"
    {
        "event": lambda: log().info(hostile),
        "field": lambda: log().info("x", note=hostile),
        "name": lambda: log().info("x", **{hostile: 1}),
        "foreign": lambda: logging.getLogger("urllib").warning(hostile),
        "exception": lambda: log().error("x", exc_info=ValueError(hostile)),
    }[where]()
    assert only(out)["message"] != "forged"


@pytest.mark.parametrize("where", ["event", "field", "name", "nested", "foreign", "exception", "logger"])
def test_nobody_writes_a_line_on_the_console_nor_moves_its_cursor(setup: SetUp, where: str) -> None:
    out = setup("console")
    hostile = "x\r\n2026-01-01T00:00:00Z [info] forged\n\x1b[2J\x1b]0;owned\x07\u202e\u2028\x9b"
    {
        "event": lambda: log().info(hostile),
        "field": lambda: log().info("x", note=hostile),
        "name": lambda: log().info("x", **{hostile: 1}),
        "nested": lambda: log().info("x", note={"a": [hostile]}),
        "foreign": lambda: logging.getLogger("urllib").warning(hostile),
        "exception": lambda: log().error("x", exc_info=ValueError(hostile)),
        "logger": lambda: structlog.stdlib.get_logger(hostile).info("x"),
    }[where]()
    written = out.getvalue().rstrip("\n")
    assert [c for c in written if not c.isprintable() and c != "\n"] == []
    first, *rest = written.split("\n")
    assert first.startswith("20")
    assert [line for line in rest if not line.startswith("  | ")] == []
    assert bool(rest) == (where == "exception")


def test_the_terminal_gets_colors_of_ours_alone(setup: SetUp) -> None:
    out = setup("auto", is_terminal=True)
    log().info("x", note="\x1b[31mred")
    assert "\x1b[31mred" not in out.getvalue()
    assert "\\x1b[31mred" in out.getvalue()
    assert "\x1b[" in out.getvalue()


# --- which lines ---


def test_lines_below_the_level_are_left_out(setup: SetUp) -> None:
    out = setup(level="warning")
    log().info("a")
    logging.getLogger("urllib").info("b")
    log().warning("c")
    assert [line["message"] for line in lines(out)] == ["c"]


@pytest.mark.parametrize("name", ["asyncio", "urllib3", "github", "aiohttp.access", "alembic"])
def test_libraries_that_talk_much_are_heard_when_it_matters(setup: SetUp, name: str) -> None:
    out = setup(level="debug")
    logging.getLogger(f"{name}.part").info("chatter")
    logging.getLogger(f"{name}.part").warning("matters")
    assert [line["message"] for line in lines(out)] == ["matters"]


def test_auto_means_json_unless_somebody_looks(setup: SetUp) -> None:
    out = setup("auto")
    log().info("x")
    assert only(out)["message"] == "x"
