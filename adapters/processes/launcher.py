"""Runs in the child before it becomes the command: limits, a tie to the parent, and a wait for the word to go.

It closes what it was not meant to inherit: not every event loop closes it for us (uvloop does not).

A `preexec_fn` would run Python between fork and exec of a process with threads; this is a small program of its own. It
imports nothing of ours, and `python -I -S` starts it in some 15 ms.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """`launcher.py GO-FD PARENT-PID COMMAND...`: nothing runs before the parent has recorded the group."""
    go, parent = int(sys.argv[1]), int(sys.argv[2])
    for inherited in [int(name) for name in os.listdir("/dev/fd")]:
        if inherited > 2 and inherited != go:
            with contextlib.suppress(OSError):  # the listing's own is closed by now
                os.close(inherited)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    word = os.read(go, 1)
    os.close(go)
    if not word or os.getppid() != parent:
        sys.exit(125)
    try:
        os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606 - becoming the command is what this is for
    except OSError as error:
        sys.stderr.write(f"starting {sys.argv[3]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main()
