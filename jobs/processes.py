"""Processes of this host: which one is which, and how none is left behind.

A pid alone is no identity, it is given out again. A pid with its start (in clock ticks since boot) and the boot is.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from models.worker import ProcessRecord

# prctl(2)
SET_DEATH_SIGNAL = 1
SET_CHILD_SUBREAPER = 36
GONE_SECONDS = 3.0


class Facts(NamedTuple):
    """What the kernel says of a process."""

    state: str
    group: int
    started_ticks: int

    @property
    def is_alive(self) -> bool:
        """A zombie is dead: it runs nothing, it only waits to be noticed."""
        return self.state not in {"Z", "X"}

    @property
    def is_stopped(self) -> bool:
        """It runs nothing until somebody lets it go on."""
        return self.state in {"T", "t"}


def boot_id() -> str:
    """Names this boot of this machine."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return str(int(psutil.boot_time()))


def look(pid: int) -> Facts | None:
    """None: there is no such process."""
    if sys.platform != "linux":
        return _look_elsewhere(pid)
    try:
        # proc_pid_stat(5). The name stands in parentheses and may hold any character.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return Facts(state=fields[0], group=int(fields[2]), started_ticks=int(fields[19]))


def _look_elsewhere(pid: int) -> Facts | None:
    try:
        process = psutil.Process(pid)
        state = {psutil.STATUS_ZOMBIE: "Z", psutil.STATUS_STOPPED: "T"}.get(process.status(), "S")
        return Facts(state=state, group=os.getpgid(pid), started_ticks=int(process.create_time() * 100))
    except (psutil.Error, ProcessLookupError):
        return None


def record(job_id: str, attempt: int, pid: int, role: str) -> ProcessRecord | None:
    """What is to be remembered of process `pid`. None: it is gone already."""
    facts = look(pid)
    if facts is None:
        return None
    return ProcessRecord(
        job_id=job_id,
        attempt=attempt,
        host=socket.gethostname(),
        boot_id=boot_id(),
        pid=pid,
        started_ticks=facts.started_ticks,
        role=role,
    )


def is_running(process: ProcessRecord) -> bool:
    """The very process that was recorded, alive."""
    facts = look(process.pid)
    return facts is not None and facts.is_alive and _is_same(process, facts)


def lives_here(process: ProcessRecord) -> bool:
    """It was recorded where we can see it (this host, as this container sees it), and lives: that is no guess."""
    return process.host == socket.gethostname() and is_running(process)


def is_going(process: ProcessRecord) -> bool:
    """As above, and not stopped."""
    facts = look(process.pid)
    return is_running(process) and facts is not None and not facts.is_stopped


def is_left(process: ProcessRecord) -> bool:
    """Something of the recorded group is alive."""
    return is_running(process) or bool(_orphans(process))


def wait_gone(process: ProcessRecord, within_seconds: float = GONE_SECONDS) -> bool:
    """True as soon as nothing of the recorded group is alive. Blocks."""
    deadline = time.monotonic() + within_seconds
    while is_left(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def kill(process: ProcessRecord) -> None:
    """SIGKILL to what is left of the recorded group. Nothing that is not the recorded one is ever touched."""
    facts = look(process.pid)
    if facts is not None and _is_same(process, facts):
        _send(process.pid, is_group=facts.group == process.pid)
    for pid in _orphans(process):
        _send(pid, is_group=False)


def _send(pid: int, *, is_group: bool) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if is_group else os.kill)(pid, signal.SIGKILL)


def _is_same(process: ProcessRecord, facts: Facts) -> bool:
    return process.boot_id == boot_id() and process.started_ticks == facts.started_ticks


def _orphans(process: ProcessRecord) -> list[int]:
    """Living members of a recorded group whose leader is dead.

    The kernel gives no pid out again while a group of that number exists, so the group of a leader that is gone (or is
    a zombie) is still the recorded one. Whoever started before its leader cannot be of it.
    """
    leader = look(process.pid)
    if process.boot_id != boot_id() or (leader is not None and not _is_same(process, leader)):
        return []
    return [pid for pid in psutil.pids() if pid != process.pid and _is_member(process, look(pid))]


def _is_member(process: ProcessRecord, facts: Facts | None) -> bool:
    if facts is None or not facts.is_alive or facts.group != process.pid:
        return False
    return facts.started_ticks >= process.started_ticks


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Have this process sent `number` when its parent dies (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, int(number))
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), number)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, so that `kill_descendants` finds them (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1)


def has_child(pid: int) -> bool:
    """Whether process `pid` has a living child."""
    with contextlib.suppress(psutil.Error):
        return any(child.status() != psutil.STATUS_ZOMBIE for child in psutil.Process(pid).children())
    return False


def kill_descendants() -> None:
    """SIGKILL to every process below this one, whatever group or session it fled to. Returns when they are gone."""
    for _ in range(3):  # one that is forking while we look shows up at the next look
        descendants = psutil.Process().children(recursive=True)
        if not descendants:
            return
        for process in descendants:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(descendants, timeout=GONE_SECONDS)


def kill_strays(host: int) -> None:
    """SIGKILL to what dead horses left behind: it became a child of `host` (`adopt_orphans`), in a session not its own.

    Workers and horses are forks that stay in the host's session; what jobs start begins one, and nobody can go back.
    """
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        session = os.getsid(host)
        for child in psutil.Process(host).children():
            with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
                if os.getsid(child.pid) != session:
                    child.kill()
