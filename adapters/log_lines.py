"""What a log line may hold: plain values, no secret, no line that somebody else wrote.

Whatever was handed to a logger is turned into what JSON knows and masked, so that an object's own words are masked too.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO

import structlog

from bot.safety import mask, mask_mapping

DEEPEST = 20
UNPRINTABLE = "<unprintable {type}>"
NOT_WRITTEN = "a log line of {logger} could not be written: {type}"
UNCAUGHT = "nobody caught this"
# structlog's own: the record and where it came from, gone before anything is rendered
FIRST = ("timestamp", "level")
ORIGIN = ("logger", "process", "pid")
META = frozenset({"_record", "_from_structlog"})


class Masking:
    """A structlog processor: nothing secret passes it, whatever put it there."""

    def __init__(self, known_secrets: Sequence[str]) -> None:
        self.known = tuple(secret for secret in known_secrets if secret)
        # Fields have few names: looking at each once a line would be a third of the line's cost.
        self._name = lru_cache(maxsize=512)(lambda name: mask(name, self.known))

    def __call__(self, logger: Any, method: str, event: Mapping[str, Any]) -> dict[str, Any]:
        meta = {name: event[name] for name in event.keys() & META}
        plain = self._plain({name: value for name, value in event.items() if name not in META}, 0)
        return mask_mapping(plain, self.known) | meta

    def _plain(self, value: Any, depth: int) -> Any:
        """`value` in what JSON knows, secret names of fields masked. An object becomes its `str`."""
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if depth < DEEPEST and isinstance(value, Mapping):
            return {self._name(_words(k)): self._plain(v, depth + 1) for k, v in value.items()}
        if depth < DEEPEST and isinstance(value, list | tuple | set | frozenset):
            return [self._plain(inner, depth + 1) for inner in value]
        return _words(value)


def _words(value: Any) -> str:
    try:
        text = bytes(value).decode(errors="replace") if isinstance(value, bytes | bytearray) else str(value)
    except Exception:  # noqa: BLE001 - a log line outlives whatever is logged
        return UNPRINTABLE.format(type=type(value).__name__)
    return text.encode("utf-8", "replace").decode()


class Origin:
    """A structlog processor: which process says so. One that was forked binds what it is in structlog's context."""

    def __init__(self, process: str) -> None:
        self.process = process

    def __call__(self, logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
        event.setdefault("process", self.process)
        event["pid"] = os.getpid()
        return event


def laid_out(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The layout of every line of every process: these names first, then what the line is about."""
    said = event.pop("event", "")
    told = {name: event.pop(name, "") for name in FIRST}
    if "message" in event:
        event["message_"] = event.pop("message")
    return told | {"message": said} | {name: event.pop(name) for name in ORIGIN if name in event} | event


def one_line(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """For people's eyes: what would break the line or move the terminal's cursor is shown, not done.

    A traceback keeps its lines, each behind a margin, so that none looks like a line of the log.
    """
    hidden = {"exception", "pid"}
    shown = {_shown(name): _shown(value) for name, value in event.items() if name not in hidden}
    if isinstance(traceback := event.get("exception"), str):
        shown["exception"] = "\n".join(f"  | {_shown(line)}" for line in traceback.split("\n"))
    return shown


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping | list):
        value = repr(value)
    if not isinstance(value, str):
        return value
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)


class LineHandler(logging.StreamHandler[TextIO]):
    """The library would print the arguments, as they are, of a line that it cannot write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say which logger it was, and nothing of what it said."""
        error = sys.exc_info()[0] or Exception
        text = NOT_WRITTEN.format(logger=record.name, type=error.__name__)
        with contextlib.suppress(OSError, ValueError):  # closed or gone: there is nowhere to say it
            instead = logging.LogRecord(__name__, logging.ERROR, "", 0, text, (), None)
            self.stream.write(self.format(instead) + self.terminator)


def catch_uncaught() -> None:
    """What nobody caught is told by the log, masked, instead of as it is on standard error."""
    sys.excepthook = _tell
    threading.excepthook = lambda args: _tell(args.exc_type, args.exc_value, args.exc_traceback)


def _tell(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log = structlog.stdlib.get_logger("bellhop")
    log.critical(UNCAUGHT, exc_info=(kind, error or kind(), traceback))
