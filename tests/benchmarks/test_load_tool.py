import subprocess
from pathlib import Path

import pytest

from benchmarks.load_tool import Load, LoadFailed, run
from benchmarks.requests import Batch, write_requests
from tests.benchmarks.conftest import Listener


def make_file(path: Path, count: int, secret: bytes = b"s3cret") -> Path:
    write_requests(path, Batch(b'{"id": 1000000000, "text": "' + b"x" * 14_000 + b'"}', secret, 1, count))
    return path


def test_every_request_of_the_file_is_sent_once(tool: Path, listener: Listener, tmp_path: Path) -> None:
    file = make_file(tmp_path / "r", 300)
    outcome = run(tool, listener.port, Load(file, connections=8))
    assert outcome.is_clean
    assert outcome.requests == len(listener.ids) == len(set(listener.ids)) == len(set(listener.bodies)) == 300


def test_a_count_and_a_place_to_begin_are_kept(tool: Path, listener: Listener, tmp_path: Path) -> None:
    file = make_file(tmp_path / "r", 20)
    outcome = run(tool, listener.port, Load(file, connections=2, count=5, first=18, is_looping=True))
    assert outcome.requests == 5
    assert [body[7:17] for body in sorted(listener.bodies)] == [
        b"1000000001", b"1000000002", b"1000000003", b"1000000019", b"1000000020",
    ]  # fmt: skip


def test_percentiles_rise(tool: Path, listener: Listener, tmp_path: Path) -> None:
    latency = run(tool, listener.port, Load(make_file(tmp_path / "r", 200), connections=4)).latency_us
    assert 0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"]


def test_wrong_signatures_are_counted_as_such(tool: Path, listener: Listener, tmp_path: Path) -> None:
    outcome = run(tool, listener.port, Load(make_file(tmp_path / "r", 30, b"wrong"), connections=2))
    assert outcome.status["4xx"] == 30
    assert not outcome.is_clean


def test_a_server_that_hangs_up_is_called_again(tool: Path, listener: Listener, tmp_path: Path) -> None:
    listener.closing = 7
    outcome = run(tool, listener.port, Load(make_file(tmp_path / "r", 100), connections=3))
    assert outcome.is_clean
    assert outcome.requests == 100


@pytest.mark.parametrize("is_poisson", [False, True])
def test_a_planned_rate_is_kept_and_not_exceeded(
    tool: Path, listener: Listener, tmp_path: Path, is_poisson: bool
) -> None:
    file = make_file(tmp_path / "r", 10)
    load = Load(file, connections=8, seconds=1.0, rate=200, is_poisson=is_poisson, is_looping=True)
    outcome = run(tool, listener.port, load)
    assert outcome.requests + outcome.unsent == pytest.approx(200, rel=0.3)


def test_nothing_but_this_machine_is_ever_loaded(tool: Path, tmp_path: Path) -> None:
    file = make_file(tmp_path / "r", 1)
    options = ["--host=192.0.2.1", "--port=80", f"--requests={file}"]
    done = subprocess.run([tool, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "only 127.0.0.1" in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--connections=4096"],
        ["--seconds=100000"],
        ["--count=999999999"],
        ["--loop"],
        ["--rate=5"],
        ["--first=9"],
    ],
)
def test_a_load_without_bounds_is_refused(tool: Path, tmp_path: Path, options: list[str]) -> None:
    argv = [tool, "--port=1", f"--requests={make_file(tmp_path / 'r', 1)}", *options]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""


def test_a_file_that_is_cut_short_is_refused(tool: Path, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"\xff\x00\x00\x00GET")
    with pytest.raises(LoadFailed, match="cut short"):
        run(tool, 1, Load(tmp_path / "r", connections=1))


def test_a_server_that_is_not_there_is_a_failure(tool: Path, tmp_path: Path) -> None:
    with pytest.raises(LoadFailed, match="loading port 1"):
        run(tool, 1, Load(make_file(tmp_path / "r", 1), connections=1))
