"""No way out: programs run here reach this machine's loopback and nothing else, whatever they try.

Where the kernel lets us, they live in a network namespace of their own that has a loopback alone; elsewhere every
Python process among them refuses to ask for, or send to, another address, and writes down that it was asked to. (Agents
and checks get an environment of their own, which the guard is no part of; a namespace holds them too.)
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

LOOPBACK_UP = 'ip link set lo up && exec "$0" "$@"'
# As root no user namespace is needed, and where those are forbidden root is the only one who may.
NAMESPACES = (
    ("unshare", "--net", "sh", "-c", LOOPBACK_UP),
    ("unshare", "--user", "--map-root-user", "--net", "sh", "-c", LOOPBACK_UP),
)
# https://docs.python.org/3/library/audit_events.html; a hook cannot be taken away again.
GUARD = """\
import ipaddress, os, sys

NAMES = {"localhost", "", None, b"localhost"}


def is_near(host):
    if host in NAMES:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def watch(event, arguments):
    host = None
    if event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    if not is_near(host):
        with open(os.path.join(os.path.dirname(__file__), "tried"), "a") as file:
            file.write(f"{event} {host} {sys.argv}\\n")
        raise OSError(101, f"there is no network here: {host}")


sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Cut:
    """How to start a program that is cut off: words before its own, and variables beside its own."""

    prefix: tuple[str, ...]
    environment: dict[str, str]
    folder: Path

    @property
    def tried(self) -> list[str]:
        """What the guard stopped; a namespace tells nothing, it merely lets nothing out."""
        file = self.folder / "tried"
        return file.read_text().splitlines() if file.exists() else []


def namespaced(folder: Path) -> Cut | None:
    """A network of their own; None where the kernel does not let us."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return None
    for prefix in NAMESPACES:
        if subprocess.run([*prefix, "true"], check=False, capture_output=True, timeout=20).returncode == 0:
            return Cut(prefix, {}, folder)
    return None


def guarded(folder: Path) -> Cut:
    """A guard in every Python process."""
    (folder / "sitecustomize.py").write_text(GUARD)
    return Cut((), {"PYTHONPATH": str(folder)}, folder)


WAYS = {"a namespace of its own": namespaced, "a guard": guarded}
