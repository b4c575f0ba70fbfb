"""The playground and the demo need no network: cut off from everything but loopback, all of it happens all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.installation import ROOT
from tests.e2e.offline import WAYS, Cut, guarded, namespaced
from tests.services import require_service

# An address that is nobody's (https://www.rfc-editor.org/rfc/rfc5737), a name that is nobody's (RFC 2606), and our own.
ASKING = """
import socket
near = socket.create_server(("127.0.0.1", 0))
socket.create_connection(near.getsockname(), timeout=5).close()
for host in ("192.0.2.1", "bellhop.invalid"):
    try:
        socket.create_connection((host, 9), timeout=20).close()
    except TimeoutError:
        print("sent")
    except OSError:
        print("cut off")
"""
DEMO_SECONDS = 110


def run(cut: Cut, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python, cut off."""
    return subprocess.run(
        [*cut.prefix, sys.executable, *arguments],
        cwd=ROOT, env={**os.environ, **cut.environment}, check=False,
        capture_output=True, text=True, timeout=DEMO_SECONDS,
    )  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_who_is_cut_off_reaches_loopback_and_nothing_else(way: str, tmp_path: Path) -> None:
    cut = WAYS[way](tmp_path)
    if cut is None:
        assert way != "a guard", "which needs nothing"
        return
    asked = run(cut, "-c", ASKING)
    assert asked.stdout.split("\n")[:2] == ["cut off", "cut off"], asked.stderr
    assert len(cut.tried) == (2 if way == "a guard" else 0)


@pytest.mark.slow
def test_the_demo_comes_off_without_a_network(tmp_path: Path) -> None:
    require_service("redis")
    cut = namespaced(tmp_path) or guarded(tmp_path)
    played = run(cut, "-m", "playground.demo")
    assert played.returncode == 0, played.stderr
    assert "all of it happened" in played.stdout
    assert cut.tried == []


@pytest.mark.slow
def test_the_demo_asks_nobody_outside(tmp_path: Path) -> None:
    """The guard tells what a namespace would only let fail: a try whose failure nobody minds."""
    require_service("redis")
    cut = guarded(tmp_path)
    played = run(cut, "-m", "playground.demo")
    assert cut.tried == []
    assert played.returncode == 0, played.stderr
