"""Which process holds a claim, and whether it is dead for certain: then nobody needs to wait for its leases to end."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket

from jobs import processes
from models.owner import Owner


def name() -> str:
    """This process, as its claims tell of it. Another one at each call."""
    facts = processes.look(os.getpid())
    return Owner(
        host=socket.gethostname(),
        pid=os.getpid(),
        started_ticks=facts.started_ticks if facts else 0,
        boot_id=processes.boot_id(),
        space=space(),
        nonce=secrets.token_hex(3),
    ).to_text()


def is_dead(text: str, *, is_single_host: bool) -> bool:
    """Whether the process that wrote `text` into its claims is provably gone.

    Of another machine or container nothing is known here, so its leases stand; with a database for a single host
    (`is_single_host`) another boot can only be an earlier one of the same machine.
    """
    owner = Owner.from_text(text)
    if owner is None:
        return False
    if owner.boot_id != processes.boot_id():
        return is_single_host
    return owner.space == space() and not _is_alive(owner)


def space() -> str:
    """Names the pids this process can see. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html"""
    with contextlib.suppress(OSError):
        return os.readlink("/proc/self/ns/pid")
    return ""


def _is_alive(owner: Owner) -> bool:
    facts = processes.look(owner.pid)
    return facts is not None and facts.is_alive and facts.started_ticks == owner.started_ticks
