"""Whoever reads the log is stuck, and its pipe full: the app goes on receiving, and ends when it is told to."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from playground.demo import clean_environment
from tests.e2e.installation import APP
from tests.services.ports import free_port

pytestmark = pytest.mark.slow

REQUESTS = 300
PATIENCE_SECONDS = 30


def full_pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"-" * 4096)
    except BlockingIOError:
        os.set_blocking(writing, True)
    return reading, writing


async def test_a_log_that_is_not_read_holds_up_no_request_and_no_shutdown(tmp_path: Path) -> None:
    port = free_port()
    reading, writing = full_pipe()
    environment = clean_environment() | {
        "BELLHOP_DATA_DIR": str(tmp_path / "data"),
        "BELLHOP_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, "web", env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=writing, start_new_session=True,
    )  # fmt: skip
    os.close(writing)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while b"listening" not in (line := await process.stdout.readline()):
                assert line, "it ended before it listened"
        url = f"http://127.0.0.1:{port}/no-such-page"
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            statuses = [(await client.get(url)).status_code for _ in range(REQUESTS)]
        assert statuses == [404] * REQUESTS
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        os.close(reading)
