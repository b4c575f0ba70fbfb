"""Pushing against a host that moves, refuses, fails and forgets to answer."""

# ruff: noqa: ASYNC221 - what these block is a loop that waits for them

from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from adapters.workspaces.commits import Signing
from adapters.workspaces.host import GitWorkspaces
from bot.errors import AuthenticationError, JobFailed, NetworkError
from bot.workshop import Checkout, Commit
from models.job import Failure
from tests.services import require_service
from tests.services.git_server import TOKEN, GitServer

BRANCH = "bellhop/J-7K3Q"


def is_push(request: web.Request) -> bool:
    return request.path.endswith("git-receive-pack") and request.method == "POST"


def times(count: int, answer: Callable[[], web.Response]) -> Callable[[web.Request], web.Response | None]:
    """Answer so for the first `count` pushes."""
    left = [count]

    def decide(request: web.Request) -> web.Response | None:
        if not is_push(request) or not left[0]:
            return None
        left[0] -= 1
        return answer()

    return decide


async def test_a_moved_branch_is_rebased_upon(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    before = server.commit(BRANCH, {"base.txt": "x"}, parent=server.tip("main"))
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "shop/cart.py").write_text("a = 1\nb = 2\nc = 30\n")
        ours = await workspace.commit(commit)
        theirs = server.commit(BRANCH, {"README.md": "# Shop, renamed\n", "t": "x"})
        pushed = await workspace.push()
    assert pushed not in {before, ours, theirs}
    assert server.git("rev-list", BRANCH, f"^{before}").split() == [pushed, theirs]
    assert server.show(BRANCH, "shop/cart.py") == "a = 1\nb = 2\nc = 30"
    assert server.show(BRANCH, "t") == "x"
    assert "Bellhop-Job: J-7K3Q" in server.git("log", "-1", "--format=%B", BRANCH)


async def test_a_rewritten_branch_gets_our_change_alone(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.commit(BRANCH, {"dropped.txt": "x"}, parent=server.tip("main"))
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        await workspace.commit(commit)
        server.git("update-ref", f"refs/heads/{BRANCH}", server.tip("main"))
        await workspace.push()
    assert server.git("ls-tree", "--name-only", BRANCH).split() == ["README.md", "ours.txt", "run.sh", "shop"]


async def test_the_same_lines_are_a_conflict_that_names_the_file(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.commit(BRANCH, {"base.txt": "x"}, parent=server.tip("main"))
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "shop/cart.py").write_text("a = 2\nb = 2\nc = 3\n")
        await workspace.commit(commit)
        theirs = server.commit(BRANCH, {"shop/cart.py": "a = 3\nb = 2\nc = 3\n"})
        with pytest.raises(JobFailed, match=r"same lines \(shop/cart\.py\)") as caught:
            await workspace.push()
    assert caught.value.failure is Failure.CONFLICT
    assert server.tip(BRANCH) == theirs


async def test_a_branch_that_appeared_meanwhile_is_not_overwritten(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        await workspace.commit(commit)
        theirs = server.commit(BRANCH, {"theirs.txt": "x"}, parent=server.tip("main"))
        pushed = await workspace.push()
    assert server.git("rev-list", "-2", BRANCH).split() == [pushed, theirs]


async def test_a_branch_that_was_deleted_meanwhile_is_not_brought_back(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.commit(BRANCH, {"base.txt": "x"}, parent=server.tip("main"))
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        await workspace.commit(commit)
        server.git("update-ref", "-d", f"refs/heads/{BRANCH}")
        with pytest.raises(JobFailed, match="deleted meanwhile") as caught:
            await workspace.push()
    assert caught.value.failure is Failure.CONFLICT
    assert server.tip(BRANCH) == ""


async def test_a_refusal_is_told_in_the_hosts_words(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    hook = server.path() / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho 'error: GH006: Protected branch update failed. {TOKEN}' >&2\nexit 1\n")
    hook.chmod(0o755)
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        await workspace.commit(commit)
        with pytest.raises(JobFailed, match="GH006: Protected branch update failed") as caught:
            await workspace.push()
    assert caught.value.failure is Failure.PUBLISH
    assert TOKEN not in f"{caught.value} {caught.value.detail}"


async def test_a_push_that_failed_on_the_way_is_tried_again(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.fault = times(2, lambda: web.Response(status=502))
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        sha = await workspace.commit(commit)
        assert await workspace.push() == sha
    assert server.tip(BRANCH) == sha
    assert (
        len([path for method, path, _ in server.seen if method == "POST" and path.endswith("receive-pack")])
        == 3
    )


async def test_a_push_whose_answer_was_lost_happens_once(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.after = times(1, lambda: web.Response(status=504))
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        sha = await workspace.commit(commit)
        assert await workspace.push() == sha
    assert server.tip(BRANCH) == sha
    assert (
        len([path for method, path, _ in server.seen if method == "POST" and path.endswith("receive-pack")])
        == 1
    )


async def test_after_three_failures_it_gives_up_and_may_be_tried_later(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.fault = times(99, lambda: web.Response(status=500))
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        await workspace.commit(commit)
        with pytest.raises(NetworkError, match=f"pushing {BRANCH} to acme/shop: ") as caught:
            await workspace.push()
    assert caught.value.retryable
    assert (
        len([path for method, path, _ in server.seen if method == "POST" and path.endswith("receive-pack")])
        == 3
    )


async def test_a_push_without_the_right_is_said_at_once(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        await workspace.commit(commit)
        server.seen.clear()
        server.fault = lambda request: web.Response(status=403) if "receive-pack" in request.path_qs else None
        with pytest.raises(AuthenticationError, match=f"pushing {BRANCH} to acme/shop: "):
            await workspace.push()
    assert len(server.seen) == 1


async def test_nothing_is_pushed_before_a_commit(workspaces: GitWorkspaces, checkout: Checkout) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        with pytest.raises(JobFailed, match="nothing is committed"):
            await workspace.push()


async def test_commits_are_signed_with_an_ssh_key(
    server: GitServer, data: Path, checkout: Checkout, commit: Commit, tmp_path: Path
) -> None:
    import subprocess

    require_service("ssh-keygen")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=30)
    signers = tmp_path / "signers"
    signers.write_text(f"bell@example.com {key.with_suffix('.pub').read_text()}")
    async with GitWorkspaces(data, signing=Signing(str(key))).open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        sha = await workspace.commit(commit)
        await workspace.push()
    seen = server.git(
        "-c",
        "gpg.format=ssh",
        "-c",
        f"gpg.ssh.allowedSignersFile={signers}",
        "log",
        "-1",
        "--format=%G? %GS",
        sha,
    )
    assert seen == "G bell@example.com"
