"""Logging set up as a process does, for one test; as it was before, afterwards."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from adapters import telemetry

SetUp = Callable[..., io.StringIO]
KNOWN = "correct-horse-battery"


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


@contextmanager
def logged(
    log_format: str = "json", level: str = "info", *, is_terminal: bool = False
) -> Iterator[io.StringIO]:
    """The stream that log lines are written to, `KNOWN` masked."""
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    out = Terminal() if is_terminal else io.StringIO()
    telemetry.setup(log_format, level, (KNOWN,), out)
    try:
        yield out
    finally:
        root.handlers[:], root.level = handlers, before
        logging.captureWarnings(False)
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        structlog.contextvars.clear_contextvars()
        structlog.reset_defaults()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    """What was written, each line JSON."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


def only(out: io.StringIO) -> dict[str, Any]:
    """The one line that was written."""
    [line] = lines(out)
    return line
