"""What a host keeps and clears: sweeping, deleting branches, refusing names, and where the token never is."""

import asyncio
import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from adapters.workspaces.host import GitWorkspaces
from bot.errors import AuthenticationError, JobFailed
from bot.workshop import Checkout, Commit
from tests.services.git_server import NAME, TOKEN, GitServer

BRANCH = "bellhop/J-7K3Q"
CODED = base64.b64encode(f"x-access-token:{TOKEN}".encode())


async def test_a_sweep_takes_what_the_dead_left_and_nothing_else(
    data: Path, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    for name in ("dead-one-1", "live-one-2"):
        (data / "work" / name / "tree").mkdir(parents=True)
    async with workspaces.open("held-one", 1, checkout):
        assert await workspaces.sweep(frozenset({"live-one"})) == 1
        assert sorted(folder.name for folder in (data / "work").iterdir()) == ["held-one-1", "live-one-2"]
    assert await workspaces.sweep(frozenset()) == 1


async def test_a_tree_left_by_a_killed_worker_is_replaced(
    data: Path, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    left = data / "work" / "job-1" / "tree"
    left.mkdir(parents=True)
    (left / "old.txt").write_text("x")
    async with workspaces.open("job", 1, checkout) as workspace:
        assert not (workspace.path / "old.txt").exists()


async def test_a_sweep_of_nothing_is_nothing(workspaces: GitWorkspaces) -> None:
    assert await workspaces.sweep(frozenset()) == 0


async def test_a_branch_is_deleted_once_and_for_all(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    server.commit(BRANCH, {"x": "x"}, parent=server.tip("main"))
    await workspaces.delete_branch(NAME, checkout.remote, BRANCH)
    assert server.tip(BRANCH) == ""
    await workspaces.delete_branch(NAME, checkout.remote, BRANCH)


async def test_a_branch_of_others_is_never_deleted(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    with pytest.raises(JobFailed, match="not below `bellhop/`"):
        await workspaces.delete_branch(NAME, checkout.remote, "main")
    assert server.seen == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"branch": "main"},
        {"start": "--upload-pack=x"},
        {"start_sha": "HEAD"},
        {"repository": "../x"},
        {"home_key": "../x"},
    ],
)
async def test_an_odd_name_stops_before_anything_is_asked(
    wrong: dict[str, str], server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    with pytest.raises(JobFailed):
        async with workspaces.open("job", 1, checkout.model_copy(update=wrong)):
            pass
    assert server.seen == []


async def test_the_token_is_on_no_disk_and_in_no_argv(
    data: Path, server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    looked: list[bytes] = []

    async def look() -> None:
        while True:
            looked.extend(arguments())
            await asyncio.sleep(0.005)

    looking = asyncio.create_task(look())
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "new.txt").write_text("x")
        await workspace.commit(commit)
        await workspace.push()
        found = holding_token(data)
    looking.cancel()
    assert found == []
    assert any(b"fetch" in line for line in looked), "git was seen at work"
    assert not any(holds_token(line) for line in looked)
    assert all(TOKEN not in path for _, path, _ in server.seen)


def holding_token(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and holds_token(path.read_bytes())]


def holds_token(content: bytes) -> bool:
    return TOKEN.encode() in content or CODED in content


def arguments() -> Iterator[bytes]:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield process.read_bytes()


async def test_no_error_shows_the_token(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    server.fault = lambda request: web.Response(status=403, text=f"denied for {TOKEN}")
    with pytest.raises(AuthenticationError) as caught:
        async with workspaces.open("job", 1, checkout):
            pass
    assert not holds_token(repr(caught.value).encode())


async def test_a_cancelled_open_leaves_nothing(
    data: Path, server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    entered = asyncio.Event()

    async def work() -> None:
        async with workspaces.open("job", 1, checkout):
            entered.set()
            await asyncio.sleep(60)

    working = asyncio.create_task(work())
    await asyncio.wait_for(entered.wait(), 30)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert list((data / "work").iterdir()) == []
