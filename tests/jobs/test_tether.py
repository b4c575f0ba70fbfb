"""The pipe that tells everybody below a worker host that it is gone, whoever forked them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

PROGRAM = """
import os, time
from jobs import tether
told = [tether.is_cut()]
tether.hold()
if os.fork() == 0:
    tether.let_go()
    if os.fork() == 0:
        told.append(tether.is_cut())
        print(os.getppid(), *told, flush=True)
        while not tether.is_cut():
            time.sleep(0.02)
        print("cut", flush=True)
    time.sleep(600)
time.sleep(600)
"""


def test_a_grandchild_sees_the_end_of_the_host_though_its_parent_lives() -> None:
    host = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, start_new_session=True)
    assert host.stdout is not None
    try:
        parent, *told = host.stdout.readline().split()
        assert told == [b"False", b"False"]
        host.kill()
        host.wait()
        assert host.stdout.readline() == b"cut\n"
        os.kill(int(parent), 0)  # it lives
    finally:
        os.killpg(host.pid, signal.SIGKILL)
        host.stdout.close()
