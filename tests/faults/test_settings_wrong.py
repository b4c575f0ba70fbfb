"""Missing, empty or contradictory settings stop the start: exit code 2 and one line that names setting and remedy."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import httpx
import pytest

from playground.demo import clean_environment
from tests.e2e.town import APP
from tests.services.ports import free_port

GITHUB = {
    "GITHUB_TOKEN": "ghp_of_nobody",
    "GITHUB_WEBHOOK_SECRET": "a secret",
    "GITHUB_API_URL": "http://127.0.0.1:9",
}
CLIENT = {"GITHUB_APP_CLIENT_ID": "Ov23li", "GITHUB_APP_CLIENT_SECRET": "a-secret"}


async def start(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code, and what was said on standard error."""
    base = {
        "BELLHOP_DATA_DIR": str(folder / "data"),
        "BELLHOP_PORT": str(free_port()),
        "BELLHOP_WORKERS": "0",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, *(arguments or ("all",)), env=clean_environment() | base | settings, cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            _, said = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError("it started all the same") from None
    return process.returncode or 0, said.decode()


async def one_line(folder: Path, names: str, *arguments: str, **settings: str) -> str:
    code, said = await start(folder, *arguments, **settings)
    assert code == 2, said
    lines = said.strip().splitlines()
    assert len(lines) == 1, said
    assert names in lines[0], said
    _, _, remedy = lines[0].partition(names)
    assert len(remedy.strip(": ")) > 10, f"a remedy follows the setting: {said}"
    return lines[0]


WRONG: dict[str, tuple[str, dict[str, str]]] = {
    "an empty webhook secret": ("GITHUB_WEBHOOK_SECRET", GITHUB | {"GITHUB_WEBHOOK_SECRET": ""}),
    "a blank webhook secret": ("GITHUB_WEBHOOK_SECRET", GITHUB | {"GITHUB_WEBHOOK_SECRET": "   "}),
    "no token": ("GITHUB_TOKEN", {"GITHUB_WEBHOOK_SECRET": "a secret"}),
    "an empty token": ("GITHUB_TOKEN", GITHUB | {"GITHUB_TOKEN": ""}),
    "an address that is none": ("GITHUB_API_URL", GITHUB | {"GITHUB_API_URL": "api.github.com"}),
    "an unknown kind of database": ("BELLHOP_DATABASE_URL", GITHUB | {"BELLHOP_DATABASE_URL": "mysql://x/y"}),
    "a database URL that is none": ("BELLHOP_DATABASE_URL", GITHUB | {"BELLHOP_DATABASE_URL": "bellhop.db"}),
    "a Redis URL that is none": ("BELLHOP_REDIS_URL", GITHUB | {"BELLHOP_REDIS_URL": "localhost"}),
    "a port that is none": ("BELLHOP_PORT", GITHUB | {"BELLHOP_PORT": "70000"}),
    "a port in words": ("BELLHOP_PORT", GITHUB | {"BELLHOP_PORT": "http"}),
    "a renewal slower than the lease": (
        "BELLHOP_RENEW_SECONDS",
        GITHUB | {"BELLHOP_LEASE_SECONDS": "5", "BELLHOP_RENEW_SECONDS": "5"},
    ),
    "a renewal too near to the lease": (
        "BELLHOP_RENEW_SECONDS",
        GITHUB | {"BELLHOP_LEASE_SECONDS": "5", "BELLHOP_RENEW_SECONDS": "3"},
    ),
    "a client without its secret": ("GITHUB_APP_CLIENT_SECRET", GITHUB | {"GITHUB_APP_CLIENT_ID": "Ov23li"}),
    "a client's secret alone": ("GITHUB_APP_CLIENT_ID", GITHUB | {"GITHUB_APP_CLIENT_SECRET": "x"}),
    "signing in without a way back": ("BELLHOP_PUBLIC_URL", GITHUB | CLIENT),
    "a way back in clear text": (
        "BELLHOP_PUBLIC_URL",
        GITHUB | CLIENT | {"BELLHOP_PUBLIC_URL": "http://bellhop.example.com"},
    ),
    "a name nobody can mention": ("BELLHOP_NAME", GITHUB | {"BELLHOP_NAME": "bell hop"}),
    "an unknown log format": ("BELLHOP_LOG_FORMAT", GITHUB | {"BELLHOP_LOG_FORMAT": "xml"}),
}


QUICK = {
    "an empty webhook secret",
    "no token",
    "an unknown kind of database",
    "a renewal slower than the lease",
}
KINDS = [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow) for kind in WRONG]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_setting_is_named_with_its_remedy(tmp_path: Path, kind: str) -> None:
    names, settings = WRONG[kind]
    said = await one_line(tmp_path, names, **settings)
    assert "ghp_of_nobody" not in said
    assert "Traceback" not in said


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        await one_line(tmp_path, "BELLHOP_PORT", **GITHUB, BELLHOP_PORT=str(taken.getsockname()[1]))


async def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    await one_line(tmp_path, "BELLHOP_DATA_DIR", **GITHUB, BELLHOP_DATA_DIR=str(tmp_path / "file" / "data"))


async def test_check_names_the_first_thing_wrong_without_starting_anything(tmp_path: Path) -> None:
    await one_line(tmp_path, "GITHUB_WEBHOOK_SECRET", "check", GITHUB_TOKEN="ghp_of_nobody")
    code, _ = await start(tmp_path, "check", **GITHUB)
    assert code == 0


async def test_a_worker_without_an_app_says_what_to_start_first(tmp_path: Path) -> None:
    await one_line(tmp_path, "BELLHOP_REDIS_URL", "worker", **GITHUB)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["web", "worker", "all", "migrate", "deliveries"])
async def test_every_command_refuses_an_empty_secret(tmp_path: Path, command: str) -> None:
    arguments = (command, "list") if command == "deliveries" else (command,)
    await one_line(tmp_path, "GITHUB_WEBHOOK_SECRET", *arguments, **(GITHUB | {"GITHUB_WEBHOOK_SECRET": ""}))


async def test_an_installation_without_platforms_starts_and_says_404_with_a_hint(tmp_path: Path) -> None:
    port = free_port()
    settings = {"BELLHOP_DATA_DIR": str(tmp_path / "data"), "BELLHOP_PORT": str(port), "BELLHOP_WORKERS": "0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, "all", env=clean_environment() | settings, cwd=tmp_path, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{port}") as http:
            for _ in range(200):
                try:
                    answer = await http.post("/webhooks/github", content=b"{}")
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
            else:
                raise AssertionError("it never listened")
            other = await http.post("/webhooks/gitea", content=b"{}")
        assert answer.status_code == 404
        told = answer.json()["detail"]
        assert "set GITHUB_TOKEN and GITHUB_WEBHOOK_SECRET" in told
        assert other.json()["detail"].startswith("no platform 'gitea' is configured here;")
    finally:
        process.terminate()
        assert await process.wait() == 0
