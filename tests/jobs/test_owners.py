"""A claim's process is held for dead only when that is certain."""

from __future__ import annotations

import signal
import subprocess
import sys

from jobs import owners, processes
from models.owner import Owner

TELLER = """
import sys
from jobs import owners
print(owners.name(), flush=True)
sys.stdin.read()
"""


def own() -> Owner:
    owner = Owner.from_text(owners.name())
    assert owner is not None
    return owner


def is_dead(owner: Owner, *, is_single_host: bool = False) -> bool:
    return owners.is_dead(owner.to_text(), is_single_host=is_single_host)


def test_each_is_another() -> None:
    assert owners.name() != owners.name()


def test_a_killed_process_is_dead_also_as_a_zombie_and_a_living_one_is_not() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", TELLER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    assert not owners.is_dead(name, is_single_host=True)
    child.send_signal(signal.SIGKILL)
    child.stdout.read()  # it ends when the process has; nobody has waited for it yet
    while (facts := processes.look(child.pid)) is not None and facts.is_alive:
        pass
    assert owners.is_dead(name, is_single_host=False)
    child.communicate()
    assert owners.is_dead(name, is_single_host=False)


def test_whoever_got_its_pid_is_another() -> None:
    assert not is_dead(own())
    assert is_dead(own().model_copy(update={"started_ticks": 1}))


def test_of_another_machine_nothing_is_known() -> None:
    elsewhere = own().model_copy(update={"boot_id": "another", "started_ticks": 1})
    assert not is_dead(elsewhere)


def test_another_boot_of_the_only_host_is_over() -> None:
    assert is_dead(own().model_copy(update={"boot_id": "an earlier one"}), is_single_host=True)


def test_of_another_container_nothing_is_known() -> None:
    """Its pids are others: that ours has none of that number says nothing."""
    inside = own().model_copy(update={"space": "pid:[1]", "started_ticks": 1})
    assert not is_dead(inside, is_single_host=True)


def test_who_tells_nothing_is_not_held_for_dead() -> None:
    assert not owners.is_dead("box-7-a1b2c3", is_single_host=True)
