"""The dead man's switch of a job: a thread that needs neither the event loop nor the database.

After a long silence (`bot.run.fuse_seconds`) another attempt begins. Whatever kept this process from renewing (a
database that is away, an event loop that hangs, a SIGSTOP), it must be gone by then, with all it started. So it must
when its worker host is gone: nobody would look after it, and whoever comes next starts the job again.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

from bot.run import uptime
from jobs import processes, tether
from models.worker import ProcessRecord

LOOK_SECONDS = 0.2


class Guard:
    """`until` says when it is over, by `bot.run.uptime`; asked at every look, so that a renewal moves it."""

    def __init__(self, until: Callable[[], float]) -> None:
        self.started: list[ProcessRecord] = []
        self._until = until
        self._no_later = float("inf")
        self._is_off = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._thread.start()

    def leave_within(self, seconds: float) -> None:
        """The job is over: this process must have ended by then, whatever still holds it."""
        self._no_later = uptime() + seconds
        self._until = lambda: float("inf")

    def off(self) -> None:
        """Watch no more."""
        self._is_off.set()

    def _watch(self) -> None:
        while not self._is_off.wait(LOOK_SECONDS):
            if uptime() > min(self._until(), self._no_later) or tether.is_cut():
                self._end_all()

    def _end_all(self) -> None:
        for process in self.started:
            processes.kill(process)
        processes.kill_descendants()
        os.kill(os.getpid(), signal.SIGKILL)
