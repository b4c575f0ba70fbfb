"""Real processes of the operating system: started, pinned to a core, asked what they cost, and stopped by their id."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.settings import child_environment

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
STOP_SECONDS = 40.0
# A developer's own settings shall not reach what is measured.
OWN_PREFIXES = ("BELLHOP_", "GITHUB_", "SLACK_", "PYTHONDONTWRITEBYTECODE")


class NotReady(Exception):
    """A process ended or stayed silent; the text holds its last words."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without a developer's own settings, with `extra`."""
    plain = {name: value for name, value in child_environment().items() if not name.startswith(OWN_PREFIXES)}
    return plain | dict(extra)


def pin(pid: int, core: int | None) -> None:
    """Put every thread of a process on one core; nothing on a machine with a single one."""
    if core is None:
        return
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def cpu_seconds(pid: int) -> float:
    """User and system time spent so far. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Memory of the process itself, without what it shares with the file cache."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise NotReady(f"reading the memory of process {pid}: it has none")


@dataclass
class Server:
    """A running server: where it listens and which process it is."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def last_words(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    name: str, argv: Sequence[str], port: int, log: Path, extra: Mapping[str, str] | None = None
) -> Server:
    """Start a server and wait until it takes connections. Raises NotReady."""
    with log.open("wb") as words:
        process = subprocess.Popen(
            argv, cwd=ROOT, env=environment(extra or {}), stdout=words, stderr=words, start_new_session=True
        )
    server = Server(name, port, process, log)
    try:
        wait_until(lambda: process.poll() is not None or listens(port), f"{name} listens on {port}")
        if process.poll() is not None:
            raise NotReady(f"starting {name}: it ended with {process.returncode}")
    except NotReady as error:
        server.stop()
        raise NotReady(f"{error}\n{server.last_words()}") from None
    return server


def listens(port: int) -> bool:
    """Does anybody take connections there?"""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_true: Callable[[], bool], what: str, seconds: float = READY_SECONDS) -> None:
    """Look every 20 ms. Raises NotReady."""
    ends = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > ends:
            raise NotReady(f"waiting {seconds:.0f} s until {what}")
        time.sleep(0.02)
