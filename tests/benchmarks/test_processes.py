import sys
from pathlib import Path

import pytest

from benchmarks.processes import NotReady, cpu_seconds, environment, free_port, resident_bytes, start

SERVE = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()
"""


def test_a_server_is_started_measured_and_stopped(tmp_path: Path) -> None:
    port = free_port()
    server = start("it", [sys.executable, "-c", SERVE, str(port)], port, tmp_path / "log")
    try:
        assert cpu_seconds(server.pid) >= 0
        assert resident_bytes(server.pid) > 1_000_000
    finally:
        server.stop()
    assert server.process.returncode is not None


def test_a_server_that_ends_at_once_leaves_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no such thing"):
        start(
            "it", [sys.executable, "-c", "raise SystemExit('no such thing')"], free_port(), tmp_path / "log"
        )


def test_a_developers_own_settings_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLHOP_WORKERS", "9")
    monkeypatch.setenv("GITHUB_TOKEN", "mine")
    found = environment({"BELLHOP_PORT": "1"})
    assert "BELLHOP_WORKERS" not in found
    assert "GITHUB_TOKEN" not in found
    assert found["BELLHOP_PORT"] == "1"
