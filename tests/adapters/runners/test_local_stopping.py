"""Stopping commands of the local runner: by a person, by a watchdog, by their own end. Nobody is left."""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path

import pytest

from adapters.runners import local
from tests.adapters.runners.boxes import Ground, is_running, output_of, until

# Says which signals came, as they come, and goes on.
DEAF = """
import os, signal, sys, time
def heard(number, frame): os.write(1, signal.Signals(number).name.encode() + b"\\n")
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, heard)
print("ready", flush=True)
while True: time.sleep(0.1)
"""
# A child that ignores everything it can, and a grandchild in a session of its own, with our output closed or open.
TRIBE = """
import signal, subprocess, sys, time
out = None if sys.argv[1:] == ["open"] else subprocess.DEVNULL
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
sleep = [sys.executable, "-c", "import time; time.sleep(300)"]
child = subprocess.Popen(sleep, stdout=out, stderr=out)
far = subprocess.Popen(sleep, start_new_session=True, stdout=out, stderr=out)
print(child.pid, far.pid, flush=True)
if sys.argv[1:]: sys.exit(4)
time.sleep(300)
"""


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


@pytest.fixture(autouse=True)
def _short_graces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "GRACES_SECONDS", tuple((number, 0.4) for number, _ in local.GRACES_SECONDS))


async def test_a_stop_asks_twice_and_then_does_not_ask(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.python(DEAF))
        heard: list[bytes] = []
        async for line in running.lines():
            heard.append(line)
            if line == b"ready":
                stopping = asyncio.create_task(running.stop())
        await stopping
        assert heard == [b"ready", b"SIGINT", b"SIGTERM"]
        assert await running.wait() == -9
        assert running.stop_reason == "stopped"


async def test_a_polite_command_is_asked_once(ground: Ground) -> None:
    polite = DEAF.replace('b"\\n")', 'b"\\n"); os._exit(0)')
    assert polite != DEAF
    async with ground.box() as box:
        running = await box.start(ground.python(polite))
        lines = running.lines()
        assert await anext(lines) == b"ready"
        await running.stop()
        assert [line async for line in lines] == [b"SIGINT"]
        assert await running.wait() == 0


async def are_gone(pids: list[int]) -> None:
    """What was killed dies when it is its turn on a core. Raises TimeoutError for who lives on."""
    async with asyncio.timeout(10):
        while any(map(is_running, pids)):  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.01)


async def test_child_and_fled_grandchild_that_ignore_signals_go_too(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.python(TRIBE))
        lines = running.lines()
        family = [int(pid) for pid in (await anext(lines)).split()]
        assert all(map(is_running, family))
        await running.stop()
        await are_gone([running.pid, *family])


async def test_left_overs_that_hold_the_output_open_keep_nobody_waiting(ground: Ground) -> None:
    async with ground.box() as box:
        spec = ground.python(TRIBE)
        running = await box.start(spec.model_copy(update={"argv": (*spec.argv, "open")}))
        [line] = await output_of(running)
        assert await running.wait() == 4
        assert running.stop_reason == "end"
        await are_gone([int(pid) for pid in line.split()])


async def test_a_left_over_that_goes_on_talking_keeps_nobody_waiting(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "LINGER_SECONDS", 0.5)
    async with ground.box() as box:
        running = await box.start(ground.shell("yes & exit 2"))
        async for _ in running.lines():
            pass
        assert await running.wait() == 2


async def test_a_command_that_says_nothing_is_ended_by_the_idle_watchdog(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.shell("echo hello; sleep 300", idle=0.6))
        assert await output_of(running) == ["hello"]
        assert await running.wait() < 0
        assert running.stop_reason == "idle"


async def test_a_command_that_talks_for_ever_is_ended_by_the_time_limit(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.shell("yes", timeout=0.8, idle=30))
        count = 0
        async for _ in running.lines():
            count += 1
        await running.wait()
        assert count > 100
        assert running.stop_reason == "timeout"


@pytest.mark.parametrize(("limits", "reason"), [({"timeout": 0.6}, "timeout"), ({"idle": 0.6}, "idle")])
async def test_a_command_that_closed_its_output_is_still_watched(
    ground: Ground, limits: dict[str, float], reason: str
) -> None:
    async with ground.box() as box:
        running = await box.start(ground.shell("exec >/dev/null 2>&1; sleep 300", **limits))
        assert await output_of(running) == []
        assert await running.wait() < 0
        assert running.stop_reason == reason


async def test_slow_listeners_do_not_make_a_command_idle(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.shell("for i in 1 2 3; do echo $i; sleep 0.2; done", idle=0.6))
        heard = []
        async for line in running.lines():
            heard.append(line)
            await asyncio.sleep(0.8)
        assert heard == [b"1", b"2", b"3"]
        assert running.stop_reason == "end"


async def test_everybody_may_stop_it_at_once(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.python(DEAF))
        lines = running.lines()
        await anext(lines)
        impatient = asyncio.create_task(running.stop())
        await asyncio.sleep(0.1)
        impatient.cancel()
        await asyncio.gather(box.stop_all(), running.stop(), running.wait())
        assert [line async for line in lines] == [b"SIGINT", b"SIGTERM"]
        assert not is_running(running.pid)


async def test_what_ended_by_itself_is_not_called_stopped(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.shell("exit 3"))
        assert await running.wait() == 3
        await running.stop()
        assert running.stop_reason == "end"


async def test_closing_the_box_ends_what_runs_in_it(ground: Ground) -> None:
    async with ground.box() as box:
        running = [await box.start(ground.shell("sleep 300")) for _ in range(3)]
    assert [each.pid for each in running if is_running(each.pid)] == []


async def test_boxes_and_commands_do_not_end_each_other(tmp_path: Path) -> None:
    one, other = Ground(tmp_path / "1"), Ground(tmp_path / "2")
    async with one.box() as mine, other.box() as theirs:
        stays = await theirs.start(other.python(TRIBE))
        family = [int(pid) for pid in (await anext(stays.lines())).split()]
        beside = await mine.start(one.shell("sleep 300"))
        short = await mine.start(one.shell("exit 0"))
        await short.wait()
        assert is_running(beside.pid)
        await mine.stop_all()
        assert not is_running(beside.pid)
        assert all(map(is_running, (stays.pid, *family)))


@pytest.mark.slow
async def test_a_hundred_megabytes_without_a_line_end_are_bounded(ground: Ground) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with ground.box() as box:
        writer = "import sys\nfor _ in range(100): sys.stdout.write('x' * 1_000_000)"
        running = await box.start(ground.python(writer))
        lengths = [len(line) async for line in running.lines()]
    assert sum(lengths) == 100_000_000
    assert max(lengths) <= 16 * 1024 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80 * 1024  # kB


async def test_the_stop_of_a_command_that_is_still_at_the_start_line(ground: Ground) -> None:
    held = asyncio.Event()

    async def slow(pid: int, role: str) -> None:
        ground.started.append((pid, role))
        await held.wait()

    ground.on_start = slow  # type: ignore[method-assign]
    async with ground.box() as box:
        starting = asyncio.create_task(box.start(ground.shell("touch began; sleep 300")))
        await until(lambda: ground.started, "the launcher")
        await box.stop_all()
        held.set()
        running = await starting
        assert await running.wait() < 0
    assert not (ground.tree / "began").exists()
