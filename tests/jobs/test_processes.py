"""Which process is which, and that none but the recorded one is ever killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from jobs import processes
from models.worker import ProcessRecord

LEADER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
sys.stdin.read()
"""

# Runs below a subreaper: its own child starts one in another session, and dies.
ADOPTER = """
import subprocess, sys, time
from jobs import processes
processes.adopt_orphans()
inner = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']," \\
        " start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); print(p.pid, flush=True)"
fled = int(subprocess.run([sys.executable, "-c", inner], stdout=subprocess.PIPE, check=True).stdout)
processes.kill_descendants()
facts = processes.look(fled)
print("gone" if facts is None or not facts.is_alive else "there")
"""


@pytest.fixture
def leader() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", LEADER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def record(pid: int) -> ProcessRecord:
    made = processes.record("job", 1, pid, "agent")
    assert made is not None
    return made


def member(leader: subprocess.Popen[str]) -> int:
    assert leader.stdout is not None
    return int(leader.stdout.readline())


def is_alive(pid: int) -> bool:
    facts = processes.look(pid)
    return facts is not None and facts.is_alive


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_recorded_group_is_killed_whole(leader: subprocess.Popen[str]) -> None:
    child, known = member(leader), record(leader.pid)
    assert processes.is_running(known)
    processes.kill(known)
    leader.wait(timeout=20)
    assert processes.wait_gone(known)
    until(lambda: not is_alive(child))


def test_what_a_dead_leader_left_is_killed_too(leader: subprocess.Popen[str]) -> None:
    child, known = member(leader), record(leader.pid)
    leader.kill()
    leader.wait(timeout=20)
    assert not processes.is_running(known)
    assert processes.is_left(known)
    processes.kill(known)
    until(lambda: not is_alive(child))
    assert not processes.is_left(known)


@pytest.mark.parametrize("change", [{"started_ticks": 1}, {"boot_id": "another boot"}])
def test_a_pid_that_was_given_out_again_is_left_alone(
    leader: subprocess.Popen[str], change: dict[str, object]
) -> None:
    child, known = member(leader), record(leader.pid).model_copy(update=change)
    assert not processes.is_running(known)
    assert not processes.is_left(known)
    processes.kill(known)
    time.sleep(0.2)
    assert is_alive(leader.pid)
    assert is_alive(child)


def test_a_zombie_counts_as_dead(leader: subprocess.Popen[str]) -> None:
    child, known = member(leader), record(leader.pid)
    os.kill(child, signal.SIGKILL)
    os.kill(leader.pid, signal.SIGKILL)
    until(lambda: (facts := processes.look(leader.pid)) is not None and facts.state == "Z")
    until(lambda: not processes.is_left(known))


def test_nobody_is_recorded_who_is_gone() -> None:
    done = subprocess.Popen(["true"])
    done.wait()
    assert processes.record("job", 1, done.pid, "agent") is None


def test_a_descendant_that_fled_is_found_and_killed() -> None:
    told = subprocess.run(
        [sys.executable, "-c", ADOPTER], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "gone"


# A worker host: a fork that stays, and what a dead child of a child left behind in a session of its own.
HOST = """
import os, subprocess, sys, time
from jobs import processes
processes.adopt_orphans()
fork = os.fork()
if not fork:
    os.setpgid(0, 0)
    time.sleep(600)
inner = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']," \\
        " start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); print(p.pid, flush=True)"
fled = int(subprocess.run([sys.executable, "-c", inner], stdout=subprocess.PIPE, check=True).stdout)
processes.kill_strays(os.getpid())
os.waitpid(fled, 0)
print("there" if processes.look(fork).is_alive else "gone", flush=True)
os.kill(fork, 9)
"""


def test_what_a_dead_horse_left_to_its_host_is_killed_and_forks_are_not() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOST], stdout=subprocess.PIPE, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "there"
