"""The dead man's switch, in a process that hangs."""

import subprocess
import sys

from tests.jobs.yard import is_gone

PROGRAM = """
import subprocess, sys, time
from bot.run import uptime
from jobs import processes
from jobs.guard import Guard
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
renewals = int(sys.argv[1])
end = [uptime() + 0.5]
guard = Guard(lambda: end[0])
guard.started.append(processes.record("job", 1, child.pid, "agent"))
guard.start()
print(child.pid, flush=True)
for _ in range(renewals):
    time.sleep(0.2)
    end[0] = uptime() + 0.5
if sys.argv[2] == "off":
    guard.off()
    time.sleep(1.2)
    child.kill()
    sys.exit(0)
if sys.argv[2] == "leave":
    guard.leave_within(0.3)
time.sleep(600)
"""


def play(renewals: int, end: str) -> tuple[int, int]:
    """How the process ended, and its child's pid."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(renewals), end], stdout=subprocess.PIPE, timeout=60, check=False
    )
    return done.returncode, int(done.stdout)


def test_it_ends_a_process_that_does_not_renew_with_all_it_started() -> None:
    code, child = play(0, "hang")
    assert code == -9
    assert is_gone(child)


def test_renewing_keeps_it_quiet_and_off_ends_it() -> None:
    assert play(5, "off")[0] == 0


def test_a_process_that_does_not_leave_is_ended() -> None:
    assert play(0, "leave")[0] == -9
