"""Signing a delivery by hand: the platform's own headers, or one line that says which file is wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.house.tree import ROOT


def sign(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "playground.sign", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "body.json").write_bytes(b'{"a": 1}')
    (tmp_path / "secret").write_bytes(b"a secret\n")
    (tmp_path / "empty").write_bytes(b"\n")
    return tmp_path


def test_the_headers_prove_the_body(folder: Path) -> None:
    done = sign(folder, "body.json", "--secret-file", "secret", "--event", "ping")
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    digest = hmac.new(b"a secret", b'{"a": 1}', hashlib.sha256).hexdigest()
    assert (done.returncode, told["X-Hub-Signature-256"]) == (0, f"sha256={digest}")
    assert told["X-GitHub-Event"] == "ping"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nosuch", "--secret-file", "secret"), "reading nosuch: No such file or directory\n"),
        ((".", "--secret-file", "secret"), "reading .: Is a directory\n"),
        (
            ("body.json",),
            "reading data/playground/webhook-secret: No such file or directory; "
            "`make run` makes it, or name another with --secret-file\n",
        ),
        (("body.json", "--secret-file", "empty"), "reading empty: there is no secret in it\n"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = sign(folder, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


class Playground(BaseHTTPRequestHandler):
    """Takes one request, and keeps where it went and its body."""

    told: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        self.told.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(("event", "is_shown"), [("issue_comment", True), ("ping", False)])
def test_a_playground_is_shown_the_comment_first(folder: Path, event: str, is_shown: bool) -> None:
    told: list[tuple[str, bytes]] = []
    handler = type("Handler", (Playground,), {"told": told})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        url = f"http://127.0.0.1:{server.server_port}/_playground"
        (folder / "ready.json").write_text(json.dumps({"control_url": url}))
        done = sign(folder, "body.json", "--secret-file", "secret", "--event", event)
        server.shutdown()
        serving.join()
    assert (done.returncode, done.stderr) == (0, "")
    assert told == ([("/_playground/said", b'{"a": 1}')] if is_shown else [])


def test_without_a_playground_it_signs_all_the_same(folder: Path) -> None:
    (folder / "ready.json").write_text(json.dumps({"control_url": "http://127.0.0.1:1/_playground"}))
    done = sign(folder, "body.json", "--secret-file", "secret")
    assert (done.returncode, "X-Hub-Signature-256" in done.stdout) == (0, True)
