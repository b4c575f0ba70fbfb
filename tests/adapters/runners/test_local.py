"""The local runner with real processes: what a command gets of us, and that its end is told."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.adapters.runners.boxes import Ground, is_running, output_of, until

CANARIES = {
    "GITHUB_TOKEN": "ghp_canary0123456789",
    "BELLHOP_REDIS_URL": "redis://:canary-redis@127.0.0.1:1",
    "BELLHOP_DATABASE_URL": "postgresql://canary-database@127.0.0.1:1/x",
    "AWS_SECRET_ACCESS_KEY": "canary-aws",
}
LOOK_AROUND = """
import json, os, sys
links = {}
for name in os.listdir("/proc/self/fd"):
    try:
        links[int(name)] = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        pass
print(json.dumps({
    "env": dict(os.environ), "cmdline": open("/proc/self/cmdline").read(), "fds": links,
    "pgid": os.getpgid(0), "sid": os.getsid(0), "pid": os.getpid(), "cwd": os.getcwd(), "stdin": sys.stdin.read(),
}))
"""
ONE_RUN = """
import asyncio, sys
from pathlib import Path
from tests.adapters.runners.boxes import Ground, output_of
async def main():
    ground = Ground(Path(sys.argv[1]))
    async with ground.box() as box:
        running = await box.start(ground.shell(sys.argv[2]))
        print(ground.started[0][0], flush=True)
        print(*await output_of(running), await running.wait(), flush=True)
asyncio.run(main())
"""
UVLOOP_RUN = """
import asyncio, os, sys, uvloop
from pathlib import Path
from tests.adapters.runners.boxes import Ground, output_of
async def main():
    ground = Ground(Path(sys.argv[1]))
    async with ground.box() as box:
        running = await box.start(ground.shell(sys.argv[2]))
        print(await output_of(running), await running.wait(), running.stop_reason, flush=True)
assert any(each.resolve().name == "ours" for each in Path("/proc/self/fd").iterdir())
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
"""
# Somebody else who may read what root installed, and no more; whoever is not root is somebody else already.
CAPABILITIES = "+dac_read_search,+dac_override"
NOBODY = (
    ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
     f"--inh-caps={CAPABILITIES}", f"--ambient-caps={CAPABILITIES}")
    if os.getuid() == 0
    else ()
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


async def look_around(ground: Ground) -> dict[str, object]:
    async with ground.box() as box:
        running = await box.start(ground.python(LOOK_AROUND))
        [line] = await output_of(running)
        assert await running.wait() == 0
    seen: dict[str, object] = json.loads(line)
    return seen


async def test_a_command_gets_the_allow_listed_environment_and_nothing_else(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    seen = await look_around(ground)
    env = seen["env"]
    assert isinstance(env, dict)
    names = {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "TERM", "CI", "PYTHONDONTWRITEBYTECODE", "BOX_ID"}
    assert set(env) - {"LC_CTYPE"} == names  # Python itself adds LC_CTYPE when it coerces the C locale
    assert env["HOME"] == env["TMPDIR"] == str(ground.home)
    assert not any(value in json.dumps(seen) for value in CANARIES.values())


async def test_a_command_inherits_three_descriptors_none_of_them_ours(ground: Ground) -> None:
    with tempfile.NamedTemporaryFile() as ours:
        os.set_inheritable(ours.fileno(), True)
        seen = await look_around(ground)
    fds = seen["fds"]
    assert isinstance(fds, dict)
    assert {"0", "1", "2"} <= set(fds)
    others = {number: link for number, link in fds.items() if int(number) > 2 and "/proc/" not in link}
    assert others == {}
    assert fds["0"].endswith("(deleted)")  # a file without a name: nobody waits for input that never comes
    assert fds["1"] == fds["2"]


async def test_a_command_has_its_own_session_home_and_folder_and_its_standard_input_ends(
    ground: Ground,
) -> None:
    seen = await look_around(ground)
    assert seen["pgid"] == seen["sid"] == seen["pid"] == ground.started[0][0]
    assert seen["pgid"] != os.getpgid(0)
    assert seen["cwd"] == str(ground.tree)
    assert seen["stdin"] == ""


async def test_what_is_given_arrives_on_standard_input_whatever_its_size(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.spec("/usr/bin/env", "wc", "-c", stdin=b"x" * 3_000_000))
        assert [line.strip() for line in await output_of(running)] == ["3000000"]
        assert await running.wait() == 0


async def test_the_command_begins_only_when_its_start_was_recorded(ground: Ground) -> None:
    proof = ground.tree / "began"
    seen: list[bool] = []

    async def slow(pid: int, role: str) -> None:
        await asyncio.sleep(0.5)
        seen.append(proof.exists())

    ground.on_start = slow  # type: ignore[method-assign]
    async with ground.box() as box:
        running = await box.start(ground.shell("touch began"))
        assert await running.wait() == 0
    assert seen == [False]
    assert proof.exists()


async def test_a_command_whose_start_could_not_be_recorded_never_begins(ground: Ground) -> None:
    async def refuse(pid: int, role: str) -> None:
        ground.started.append((pid, role))
        raise RuntimeError("the database is away")

    ground.on_start = refuse  # type: ignore[method-assign]
    async with ground.box() as box:
        with pytest.raises(RuntimeError, match="away"):
            await box.start(ground.shell("touch began"))
    await until(lambda: not is_running(ground.started[0][0]), "the launcher to leave")
    assert not (ground.tree / "began").exists()


@pytest.mark.parametrize(
    ("line", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", -9), ("kill -TERM $$", -15)]
)
async def test_the_exit_code_is_told_a_signal_as_its_negative(ground: Ground, line: str, code: int) -> None:
    async with ground.box() as box:
        running = await box.start(ground.shell(line))
        assert await running.wait() == code
        assert running.stop_reason == "end"


async def test_a_program_that_is_not_there_says_so(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.spec("no-such-program-anywhere", "x"))
        assert await output_of(running) == ["starting no-such-program-anywhere: No such file or directory"]
        assert await running.wait() == 127


async def test_both_streams_come_line_by_line_the_last_one_without_an_end_too(ground: Ground) -> None:
    async with ground.box() as box:
        running = await box.start(ground.shell("echo one; echo two >&2; echo; printf 'th\\303\\244nks'"))
        assert await output_of(running) == ["one", "two", "", "thänks"]


async def test_a_line_of_16_mib_comes_whole(ground: Ground) -> None:
    size = 16 * 1024 * 1024
    async with ground.box() as box:
        running = await box.start(ground.python(f"print('x' * {size}); print('after')"))
        lengths = [len(line) async for line in running.lines()]
    assert lengths == [size, len("after")]


async def test_it_works_the_same_on_the_loop_that_workers_use(tmp_path: Path) -> None:
    with (tmp_path / "ours").open("w") as ours:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", UVLOOP_RUN, str(tmp_path), "ls -l /proc/self/fd | grep -c ours; sleep 60 & exit 3",
            cwd=ROOT, stdout=subprocess.PIPE, pass_fds=(ours.fileno(),),
        )  # fmt: skip
        told, _ = await process.communicate()
    assert told.decode().strip() == "['0'] 3 end"


async def test_a_parent_that_is_killed_takes_the_command_with_it(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ONE_RUN, str(tmp_path), "exec sleep 300", cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    assert is_running(pid)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await until(lambda: not is_running(pid), "the command to die with its parent")


async def test_nobody_in_particular_can_run_it() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        process = await asyncio.create_subprocess_exec(
            *NOBODY, sys.executable, "-c", ONE_RUN, folder, "id -u; sleep 60 & exit 5",
            cwd=ROOT, stdout=subprocess.PIPE,
        )  # fmt: skip
        told, _ = await process.communicate()
    assert told.decode().split()[1:] == [str(os.getuid() or 65534), "5"]
