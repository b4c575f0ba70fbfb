"""A git host, and workspaces of a host of ours."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from adapters.workspaces.host import GitWorkspaces
from bot.workshop import Checkout, Commit
from tests.services.git_server import NAME, GitServer

FILES: dict[str, str | bytes] = {
    "README.md": "# Shop\n",
    "shop/cart.py": "a = 1\nb = 2\nc = 3\n",
    "100755:run.sh": "#!/bin/sh\n",
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[GitServer]:
    host = GitServer(tmp_path / "served")
    host.create(NAME, FILES)
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{tail:.*}", host.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield host
    await runner.cleanup()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def workspaces(data: Path) -> GitWorkspaces:
    return GitWorkspaces(data, pause_seconds=0.01)


@pytest.fixture
def checkout(server: GitServer) -> Checkout:
    return Checkout(
        repository=NAME, remote=server.remote(), start="main", branch="bellhop/J-7K3Q", home_key="thread1"
    )


@pytest.fixture
def commit() -> Commit:
    trailers = (("Bellhop-Job", "J-7K3Q"), ("Co-authored-by", "Ana <ana@example.com>"))
    return Commit(
        message="Fix it\n\nBecause.", author_name="bell", author_email="bell@example.com", trailers=trailers
    )
