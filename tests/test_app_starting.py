"""The program when it starts to serve: what it says to whoever has not set it up whole."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.settings import search_path
from tests.house.tree import ROOT
from tests.test_app import GITHUB, SECRET


class Refusing(BaseHTTPRequestHandler):
    """A GitHub that takes no token."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


def started(data: Path, **settings: str) -> tuple[str, str]:
    """What `web` says, and logs, until it serves."""
    clean = {
        "PATH": search_path(),
        "HOME": str(data.parent),
        "BELLHOP_DATA_DIR": str(data),
        "BELLHOP_PORT": "0",
    }
    with subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "web"],
        env=clean | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "http://127.0.0.1:" in line:
                break
        process.terminate()
        rest, log = process.communicate(timeout=60)
        return said + rest, log


def test_a_start_without_a_platform_says_what_to_set(tmp_path: Path) -> None:
    said, _ = started(tmp_path / "data")
    assert "  github: GITHUB_TOKEN and GITHUB_WEBHOOK_SECRET" in said


def test_a_start_with_a_refused_token_names_the_setting_once(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        given = GITHUB | {"GITHUB_WEBHOOK_SECRET": "short"}
        said, log = started(
            tmp_path / "data", **given, GITHUB_API_URL=f"http://127.0.0.1:{server.server_port}"
        )
        server.shutdown()
    assert "Nobody can ask" not in said
    [line] = [line for line in log.splitlines() if "GITHUB_TOKEN" in line]
    assert '"warning"' in line
    assert "github/default refused: set GITHUB_TOKEN" in line
    assert "GITHUB_WEBHOOK_SECRET is shorter" in log
    assert SECRET not in said + log
