"""A parent and its children: forked, kept alive, and stopped in order.

The parent has no thread and no event loop, so that it may fork at any time: a restarted child starts from its imports.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

import structlog

from jobs import processes, tether

LOOK_SECONDS = 0.1
LEAST_GRACE_SECONDS = 1.2  # RQ takes two signals within a second for one
LONGEST_PAUSE_SECONDS = 5.0
SETTLED_SECONDS = 10.0  # a child that lived so long did not die of its start

log = structlog.get_logger(__name__)


class Child:
    """One place in the family, filled again when it falls empty. `main` runs in the child; its return ends it."""

    def __init__(self, name: str, main: Callable[[], None]) -> None:
        self.name = name
        self.pid: int | None = None
        self._main = main
        self._deaths = 0
        self._started_at = 0.0
        self._start_at = 0.0

    def start_when_due(self) -> None:
        """Fork, unless it lives or died a moment ago."""
        if self.pid is None and time.monotonic() >= self._start_at:
            self._started_at = time.monotonic()
            self.pid = _fork(self.name, self._main)

    def died(self, code: int) -> None:
        """Its process ended. A child that keeps dying waits a little longer each time."""
        lived = time.monotonic() - self._started_at
        self._deaths = 1 if lived > SETTLED_SECONDS else self._deaths + 1
        self._start_at = time.monotonic() + min(0.1 * 2**self._deaths, LONGEST_PAUSE_SECONDS)
        self.pid = None
        say = log.warning if code and self._deaths <= 1 else log.debug
        say("a child process ended", child=self.name, code=code, in_a_row=self._deaths)

    def send(self, number: signal.Signals) -> None:
        """A signal, if it lives."""
        if self.pid is not None:
            os.kill(self.pid, number)  # it was not waited for yet, so the pid is still its


class Family:
    """All children of this process; also of those whose parent died, so that no zombie stays.

    `lifeline`: a descriptor somebody else holds the other end of; when it ends, they are gone and so shall we be.
    """

    def __init__(self, children: Sequence[Child], lifeline: int | None = None) -> None:
        self.children = children
        self.asked_to_stop = 0
        self._lifeline = lifeline

    def live(self) -> None:
        """Keep every child alive until SIGTERM, SIGINT, or the end of the lifeline."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        processes.adopt_orphans()
        tether.hold()
        while not self.asked_to_stop:
            for child in self.children:
                child.start_when_due()
            self._look()

    def stop(self, children: Sequence[Child], number: signal.Signals, within_seconds: float) -> bool:
        """Send `number` and wait. True: all have ended. A further signal from outside cuts the wait short."""
        asked = self.asked_to_stop
        for child in children:
            child.send(number)
        began = time.monotonic()
        while any(child.pid is not None for child in children):
            is_urgent = self.asked_to_stop > asked
            if time.monotonic() - began > (LEAST_GRACE_SECONDS if is_urgent else within_seconds):
                return False
            self._look()
        return True

    def _look(self) -> None:
        self._rest()
        by_pid = {child.pid: child for child in self.children if child.pid is not None}
        while (ended := _ended()) is not None:
            pid, code = ended
            if pid in by_pid:
                by_pid[pid].died(code)

    def _rest(self) -> None:
        watched = [] if self._lifeline is None else [self._lifeline]
        for each in select.select(watched, [], [], LOOK_SECONDS)[0]:
            if not os.read(each, 4096):
                self._lifeline = None
                self.asked_to_stop += 1

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1


def _ended() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def _fork(name: str, main: Callable[[], None]) -> int:
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        tether.let_go()
        structlog.contextvars.bind_contextvars(process=name)  # for its log
        os.setpgid(0, 0)  # Ctrl+C in a terminal is the parent's to answer
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        processes.die_with_parent(parent, signal.SIGTERM)
        main()
        code = 0
    except Exception as error:  # noqa: BLE001 - the parent tells of it once, and starts another
        log.debug("a child process ends", error=f"{type(error).__name__}: {error}")
    except SystemExit:
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
