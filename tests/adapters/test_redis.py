"""The embedded redis-server, with a real one: it starts, stays, keeps its secret and survives its app."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr
from redis.exceptions import AuthenticationError, RedisError

from adapters.redis import EmbeddedRedis, connect, find_embedded
from bot.errors import ConfigurationError
from tests.services import require_service
from tests.services.ports import free_port

STARTER = """
import asyncio, sys, uvloop
from pathlib import Path
from adapters.redis import EmbeddedRedis
async def main():
    server = EmbeddedRedis(Path(sys.argv[1]))
    await server.start()
    print(server.pid or 0, flush=True)
    await asyncio.sleep(600)
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
"""


async def until(is_so: Callable[[], bool], within_seconds: float = 20.0) -> None:
    async with asyncio.timeout(within_seconds):
        while not is_so():  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.05)


def answers(url: SecretStr) -> bool:
    try:
        with connect(url) as client:
            return bool(client.ping())
    except RedisError:
        return False


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    require_service("redis")
    embedded = EmbeddedRedis(tmp_path)
    await embedded.start()
    yield embedded
    await embedded.stop()


async def test_it_answers_to_its_password_only(server: EmbeddedRedis) -> None:
    assert answers(server.url)
    password = server.url.get_secret_value().partition("://:")[2].partition("@")[0]
    assert len(password) > 30
    stranger = SecretStr(server.url.get_secret_value().replace(password, "wrong"))
    with connect(stranger) as client, pytest.raises(AuthenticationError):
        client.ping()


async def test_its_password_shows_in_no_argument_and_no_readable_file(server: EmbeddedRedis) -> None:
    password = server.url.get_secret_value().partition("://:")[2].partition("@")[0]
    process = psutil.Process(server.pid)
    assert password not in " ".join(process.cmdline())
    assert password not in " ".join(process.environ().values())
    holding = [
        path
        for path in server.files.folder.iterdir()
        if path.is_file() and password in path.read_text("latin-1")
    ]
    assert {path.name for path in holding} == {"redis.conf", "url"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in holding)
    assert stat.S_IMODE(server.files.folder.stat().st_mode) == 0o700


async def test_it_inherits_no_environment(server: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PATH" not in psutil.Process(server.pid).environ()


async def test_it_listens_on_no_port(server: EmbeddedRedis) -> None:
    assert psutil.Process(server.pid).net_connections(kind="inet") == []


async def test_it_keeps_what_was_written_and_starts_again_when_it_dies(server: EmbeddedRedis) -> None:
    client = connect(server.url)
    client.set("kept", "yes")
    await asyncio.sleep(1.2)  # everysec
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: server.pid != first and answers(server.url))
    assert client.get("kept") == b"yes"  # the same client, which saw its connection die
    client.close()


async def test_it_ends_with_stop_and_says_goodbye_first(server: EmbeddedRedis) -> None:
    with connect(server.url) as client:
        client.set("kept", "yes")
    process = psutil.Process(server.pid)
    await server.stop()
    assert not process.is_running()
    again = EmbeddedRedis(server.files.folder.parent)
    await again.start()
    with connect(again.url) as client:
        assert client.get("kept") == b"yes"
    assert again.url == server.url
    await again.stop()


async def test_a_damaged_file_is_set_aside_and_it_starts_empty(server: EmbeddedRedis) -> None:
    with connect(server.url) as client:
        client.set("kept", "yes")
    await server.stop()
    folder = server.files.folder
    files = [path for path in folder.rglob("*.aof") if path.is_file()]
    assert files
    for path in files:
        path.write_bytes(b"*3\r\n$3\r\nSET\r\nthis is no append-only file\r\n" * 3)
    await server.start()
    with connect(server.url) as client:
        assert client.get("kept") is None
    assert [path.name for path in folder.iterdir() if path.name.endswith(".broken")]


def _start(data_dir: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(data_dir)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


async def test_a_killed_app_leaves_no_server_and_the_next_one_starts(tmp_path: Path) -> None:
    require_service("redis")
    app, pid = await asyncio.to_thread(_start, tmp_path)
    left = psutil.Process(pid)
    app.kill()
    app.wait()
    next_app = EmbeddedRedis(tmp_path)
    await next_app.start()
    assert answers(next_app.url)
    assert next_app.pid != pid
    await until(lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE)
    await next_app.stop()
    assert app.stdout is not None
    app.stdout.close()


async def test_an_orphaned_server_is_stopped_by_who_comes_next(server: EmbeddedRedis) -> None:
    orphan = psutil.Process(server.pid)
    record = (server.files.folder / "process.json").read_text()
    server.files.unlock()  # as if its app had died and it had not noticed
    heir = EmbeddedRedis(server.files.folder.parent)
    (server.files.folder / "process.json").write_text(record)
    assert server._keeper is not None
    server._keeper.cancel()
    await heir.start()
    await until(lambda: heir.pid is not None and answers(heir.url))
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
    await heir.stop()


async def test_a_recorded_pid_that_is_somebody_else_now_is_left_alone(tmp_path: Path) -> None:
    require_service("redis")
    bystander = await asyncio.create_subprocess_exec("sleep", "600")
    embedded = EmbeddedRedis(tmp_path)
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "process.json").write_text(f'{{"pid": {bystander.pid}, "created": 12345.0}}')
    await embedded.start()
    assert bystander.returncode is None
    await embedded.stop()
    bystander.kill()
    await bystander.wait()


async def test_a_second_app_uses_the_first_one_s_server_and_takes_over(server: EmbeddedRedis) -> None:
    second = EmbeddedRedis(server.files.folder.parent)
    await second.start()
    assert second.pid is None
    assert second.url == server.url
    await server.stop()
    await until(lambda: second.pid is not None and answers(second.url))
    await second.stop()


async def test_a_data_folder_with_a_long_path_works(tmp_path: Path) -> None:
    require_service("redis")
    embedded = EmbeddedRedis(tmp_path / ("long" * 30))
    await embedded.start()
    assert answers(embedded.url)
    await embedded.stop()


async def test_a_server_that_cannot_start_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / "redis-server"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'no such luck' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("adapters.redis.START_SECONDS", 1.5)
    with pytest.raises(ConfigurationError, match=r"BELLHOP_REDIS_URL: .*no such luck"):
        await EmbeddedRedis(tmp_path / "data").start()


async def test_a_worker_finds_it_by_its_data_folder(server: EmbeddedRedis, tmp_path: Path) -> None:
    assert find_embedded(tmp_path) == server.url
    with pytest.raises(ConfigurationError, match="BELLHOP_REDIS_URL"):
        find_embedded(tmp_path / "elsewhere")


def test_a_client_gives_up_when_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel accepts, nobody reads
        port = silent.getsockname()[1]
        with connect(SecretStr(f"redis://127.0.0.1:{port}/0")) as client, pytest.raises(RedisError):
            client.ping()
    with connect(SecretStr(f"redis://127.0.0.1:{free_port()}/0")) as client, pytest.raises(RedisError):
        client.ping()


def test_a_url_that_is_none_names_its_setting() -> None:
    with pytest.raises(ConfigurationError, match="BELLHOP_REDIS_URL"):
        connect(SecretStr("gibberish"))
