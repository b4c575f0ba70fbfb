"""Mirrors: one fetch of what is new, under a lock between processes, with errors that say what is wrong."""

# ruff: noqa: ASYNC220, ASYNC221 - what these block is a loop that waits for them

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web

from adapters.workspaces import locks
from adapters.workspaces.host import GitWorkspaces
from bot.errors import AuthenticationError, IntegrationError, NetworkError, NotFoundError
from bot.workshop import Checkout
from tests.services.git_server import NAME, TOKEN, GitServer


async def opened(workspaces: GitWorkspaces, checkout: Checkout, job: str = "job") -> str:
    async with workspaces.open(job, 1, checkout) as workspace:
        return workspace.base_sha


async def test_the_second_fetch_brings_only_what_is_new(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    await opened(workspaces, checkout)
    server.seen.clear()
    await opened(workspaces, checkout)
    assert [path for method, path, _ in server.seen if method == "POST" and "upload-pack" in path] == [
        f"/{NAME}.git/git-upload-pack"
    ]
    new = server.commit("main", {"new.txt": "x"})
    assert await opened(workspaces, checkout) == new


async def test_a_branch_gone_there_is_gone_here(
    data: Path, server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    server.commit("old", {"x": "x"}, parent=server.tip("main"))
    await opened(workspaces, checkout)
    server.git("update-ref", "-d", "refs/heads/old")
    server.commit("old/now-a-folder", {"x": "x"}, parent=server.tip("main"))
    await opened(workspaces, checkout)
    [mirror] = (data / "repos").glob("*/acme/shop.git")
    heads = subprocess.run(
        ["git", "-C", mirror, "branch", "--format=%(refname:short)"],
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert heads.stdout.decode().split() == ["main", "old/now-a-folder"]


async def test_many_at_once_share_one_mirror(
    workspaces: GitWorkspaces, server: GitServer, checkout: Checkout
) -> None:
    found = await asyncio.gather(*(opened(workspaces, checkout, f"job{n}") for n in range(4)))
    assert set(found) == {server.tip("main")}


async def test_locks_hold_across_processes_and_die_with_their_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    take = f"import fcntl, time; f = open({str(path)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX)"
    code = f"{take}; print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        await asyncio.to_thread(holder.stdout.readline)
        with pytest.raises(IntegrationError, match="fetching x: waited") as caught:
            async with locks.locked(path, "fetching x", 0.2):
                pass
        assert caught.value.retryable
    finally:
        holder.kill()
        holder.communicate()
    async with locks.locked(path, "fetching x", 5):
        assert locks.take(path) is None


async def test_what_a_killed_git_left_behind_is_no_obstacle(
    data: Path, server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    await opened(workspaces, checkout)
    [mirror] = (data / "repos").glob("*/acme/shop.git")
    for name in ("packed-refs.lock", "HEAD.lock", "refs/heads/main.lock"):
        (mirror / name).touch()
    (mirror.with_name("shop.git.new")).mkdir()
    new = server.commit("main", {"new.txt": "x"})
    assert await opened(workspaces, checkout) == new


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (500, NetworkError),
        (429, NetworkError),
    ],
)
async def test_each_refusal_has_its_error(
    status: int,
    error: type[IntegrationError],
    server: GitServer,
    workspaces: GitWorkspaces,
    checkout: Checkout,
) -> None:
    server.fault = lambda request: web.Response(status=status, text="no")
    with pytest.raises(error, match=r"^cloning acme/shop: ") as caught:
        await opened(workspaces, checkout)
    assert TOKEN not in str(caught.value)
    assert len(server.seen) == (3 if caught.value.retryable else 1)


async def test_a_wrong_token_is_told_as_such(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    with pytest.raises(AuthenticationError, match=r"^cloning acme/shop: "):
        await opened(workspaces, checkout.model_copy(update={"remote": server.remote(token="wrong")}))


async def test_nobody_listening_is_a_network_error(workspaces: GitWorkspaces, checkout: Checkout) -> None:
    nowhere = checkout.remote.model_copy(update={"url": "http://127.0.0.1:1/acme/shop.git"})
    with pytest.raises(NetworkError) as caught:
        await opened(workspaces, checkout.model_copy(update={"remote": nowhere}))
    assert caught.value.retryable


async def test_the_token_follows_no_redirect(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response(status=404)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", elsewhere)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    target = f"http://127.0.0.1:{runner.addresses[0][1]}"
    server.fault = lambda request: web.Response(
        status=302, headers={"Location": f"{target}{request.path_qs}"}
    )
    try:
        with pytest.raises(IntegrationError, match=r"^cloning acme/shop: "):
            await opened(workspaces, checkout)
    finally:
        await runner.cleanup()
    assert asked == []


async def test_half_an_answer_is_tried_again(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    halves = [1]

    def cut(request: web.Request) -> web.Response | None:
        if request.method != "POST" or not halves:
            return None
        halves.pop()
        return web.Response(body=b"0008NAK\nPACK", content_type="application/x-git-upload-pack-result")

    server.after = cut
    assert await opened(workspaces, checkout) == server.tip("main")


async def test_a_full_disk_is_called_so(data: Path, workspaces: GitWorkspaces, checkout: Checkout) -> None:
    (data / "work").parent.mkdir(parents=True)
    (data / "work").write_text("a file where the folder should be")
    with pytest.raises(IntegrationError, match=r"^opening a workspace of acme/shop: "):
        await opened(workspaces, checkout)
