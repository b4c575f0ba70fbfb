"""The command line beside `bellhop all --playground`: the tools know the pretend platform too."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from playground.demo import clean_environment
from tests.e2e.installation import APP
from tests.services import require_service

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.1


async def bellhop(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a tool with that data folder."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, *arguments, env=clean_environment() | {"BELLHOP_DATA_DIR": str(folder)},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE_SECONDS):
        said, wrong = await process.communicate()
    return process.returncode or 0, said.decode(), wrong.decode()


@pytest.fixture
async def data(tmp_path: Path) -> AsyncIterator[Path]:
    """The data folder of an installation that plays, and has received a comment."""
    require_service("redis")
    folder = tmp_path / "data"
    environment = {"BELLHOP_DATA_DIR": str(folder), "BELLHOP_PORT": "0", "BELLHOP_WORKERS": "0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, "all", "--playground", env=clean_environment() | environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await comment(folder / "playground" / "ready.json")
        yield folder
    finally:
        process.terminate()
        await process.wait()


def read(ready: Path) -> tuple[dict[str, Any], str]:
    """What the playground told when it was ready, and somebody's token."""
    told = json.loads(ready.read_text())
    return told, json.loads(Path(told["tokens_file"]).read_text())["writer"]["token"]


async def comment(ready: Path) -> None:
    while not ready.is_file():  # noqa: ASYNC110, ASYNC240 - another process writes it
        await asyncio.sleep(LOOK_SECONDS)
    told, token = read(ready)
    url = f"{told['api_url']}/repos/{told['repositories'][0]}/issues/1/comments"
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as http:
        while True:
            try:
                (await http.get(f"{told['app_url']}/readyz")).raise_for_status()
                break
            except httpx.HTTPError:
                await asyncio.sleep(LOOK_SECONDS)
        (await http.post(url, json={"body": "@bellhop status"})).raise_for_status()


async def test_a_dry_replay_beside_the_playground_says_what_would_be_done(data: Path) -> None:
    folder = data / "playground"
    rows: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not rows:
            _, said, _ = await bellhop(folder, "deliveries", "list", "--json", "--disposition", "answered")
            rows = json.loads(said)
    found = str(rows[0]["id"])
    code, said, wrong = await bellhop(folder, "deliveries", "replay", found, "--dry-run")
    assert (code, wrong) == (0, "")
    assert "`status`" in said
    code, said, wrong = await bellhop(data, "deliveries", "replay", found, "--dry-run")
    assert (code, said) == (1, "")
    assert f"BELLHOP_DATA_DIR={folder}" in wrong, "where to look instead"
