"""A workspace from checkout to push, against a real git host."""

# ruff: noqa: ASYNC221 - what these block is a loop that waits for them

import os
import subprocess
from pathlib import Path

import pytest

from adapters.workspaces.host import GitWorkspaces
from bot.errors import JobFailed
from bot.workshop import Checkout, Commit, Leak
from models.job import Failure
from tests.services.git_server import GitServer


async def test_a_change_is_seen_committed_and_pushed(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    start = server.tip("main")
    async with workspaces.open("job", 1, checkout) as workspace:
        assert (workspace.base_sha, workspace.head_sha, workspace.head_message) == (start, "", "")
        assert (await workspace.diff()).is_empty
        (workspace.path / "shop/cart.py").write_text("a = 1\nb = 20\nc = 3\n")
        (workspace.path / "new.txt").write_text("new\n")
        (workspace.path / "run.sh").unlink()
        os.symlink("README.md", workspace.path / "link")
        diff = await workspace.diff()
        sha = await workspace.commit(commit)
        assert await workspace.push() == sha
        assert workspace.head_sha == sha
    files = {file.path: (file.status, file.mode, file.size_bytes, file.link_target) for file in diff.files}
    assert files == {
        "shop/cart.py": ("M", "100644", 19, ""),
        "new.txt": ("A", "100644", 4, ""),
        "run.sh": ("D", "100755", 0, ""),
        "link": ("A", "120000", 9, "README.md"),
    }
    assert (diff.added_lines, diff.deleted_lines) == (3, 2)
    assert server.tip("bellhop/J-7K3Q") == sha
    assert (
        server.git("log", "-1", "--format=%P %an <%ae> %cn", sha) == f"{start} bell <bell@example.com> bell"
    )
    message = "Fix it\n\nBecause.\n\nBellhop-Job: J-7K3Q\nCo-authored-by: Ana <ana@example.com>"
    assert server.git("log", "-1", "--format=%B", sha) == message
    assert server.git("log", "-1", "--format=%(trailers:key=Bellhop-Job,valueonly)", sha) == "J-7K3Q"


async def test_a_follow_up_continues_on_the_branch(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    start = server.tip("main")
    async with workspaces.open("one", 1, checkout) as workspace:
        (workspace.path / "first.txt").write_text("1")
        first = await workspace.commit(commit)
        await workspace.push()
    server.commit("main", {"elsewhere.txt": "other work"})
    async with workspaces.open("two", 1, checkout) as workspace:
        assert (workspace.base_sha, workspace.head_sha) == (start, first)
        assert "Bellhop-Job: J-7K3Q" in workspace.head_message.splitlines()
        assert (workspace.path / "first.txt").read_text() == "1"
        (workspace.path / "second.txt").write_text("2")
        assert [file.path for file in (await workspace.diff()).files] == ["second.txt"]
        second = await workspace.commit(commit)
        await workspace.push()
    assert server.git("rev-list", "bellhop/J-7K3Q").split() == [second, first, start]


async def test_what_was_judged_is_what_is_committed(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "good.txt").write_text("good")
        await workspace.diff()
        (workspace.path / "slipped-in.txt").write_text("while the checks ran")
        await workspace.commit(commit)
        await workspace.push()
    assert server.git("ls-tree", "--name-only", "bellhop/J-7K3Q").split() == [
        "README.md",
        "good.txt",
        "run.sh",
        "shop",
    ]


async def test_texts_are_the_bases_own_whatever_earlier_work_did_to_them(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.commit("main", {"Makefile": "test:\n\tpytest\n"})
    async with workspaces.open("one", 1, checkout) as workspace:
        (workspace.path / "Makefile").write_text("test:\n\ttrue\n")
        (workspace.path / "setup.cfg").write_text("ours")
        await workspace.commit(commit)
        await workspace.push()
    async with workspaces.open("two", 1, checkout) as workspace:
        assert (workspace.path / "setup.cfg").read_text() == "ours"
        assert await workspace.texts(("Makefile", "setup.cfg")) == {"Makefile": "test:\n\tpytest\n"}


async def test_texts_are_those_that_were_checked_out(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    server.commit(
        "main",
        {
            ".bellhop.yml": "run: pytest\n",
            "tests/test_a.py": "A",
            "tests/deep/test_b.py": "B",
            "big.py": "x" * 300_000,
        },
    )
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / ".bellhop.yml").write_text("run: 'true'\n")
        (workspace.path / "setup.cfg").write_text("new")
        texts = await workspace.texts((".bellhop.yml", "setup.cfg", "*/test_*.py", "big.py"))
    assert texts == {".bellhop.yml": "run: pytest\n", "tests/test_a.py": "A", "tests/deep/test_b.py": "B"}


async def test_leftovers_of_agents_and_tests_are_no_change(
    workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        for name in (
            ".aider.chat.history.md",
            "shop/__pycache__/cart.pyc",
            ".pytest_cache/x",
            "node_modules/a/index.js",
        ):
            (workspace.path / name).parent.mkdir(parents=True, exist_ok=True)
            (workspace.path / name).write_text("left over")
        assert (await workspace.diff()).is_empty


async def test_a_tracked_file_with_a_leftovers_name_is_a_file(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    server.commit("main", {"node_modules/kept.js": "1"})
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "node_modules/kept.js").write_text("2")
        assert [file.path for file in (await workspace.diff()).files] == ["node_modules/kept.js"]


async def test_files_and_folders_may_change_places(
    workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "shop/cart.py").unlink()
        (workspace.path / "shop").rmdir()
        (workspace.path / "shop").write_text("a file now")
        (workspace.path / "README.md").unlink()
        (workspace.path / "README.md").mkdir()
        (workspace.path / "README.md/inside").write_text("a folder now")
        found = {file.path: file.status for file in (await workspace.diff()).files}
        assert await workspace.commit(commit)
    assert found == {"shop": "A", "shop/cart.py": "D", "README.md": "D", "README.md/inside": "A"}


async def test_the_agent_has_a_repository_of_its_own(workspaces: GitWorkspaces, checkout: Checkout) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "README.md").write_text("changed\n")

        def git(*arguments: str) -> str:
            command = ["git", *arguments]
            return subprocess.run(
                command, cwd=workspace.path, check=True, capture_output=True, timeout=30, text=True
            ).stdout

        assert git("status", "--short") == " M README.md\n"
        assert git("remote") == ""
        assert git("log", "--format=%s").splitlines() == ["As it was checked out."]
        assert not (workspace.path / ".git/objects/info/alternates").exists()
        git("commit", "-qam", "An agent's own commit")
        assert [file.path for file in (await workspace.diff()).files] == ["README.md"]


async def test_secrets_are_found_in_content_base64_names_and_links(
    workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "plain").write_bytes(b"\0\1 hunter2-hunter2 \xff")
        (workspace.path / "coded").write_text("key: aHVudGVyMi1odW50ZXIy\n")
        (workspace.path / "hunter2-hunter2.txt").write_text("x")
        os.symlink("hunter2-hunter2", workspace.path / "link")
        (workspace.path / "token").write_text(f"t={checkout.remote.token.get_secret_value()}")
        (workspace.path / "harmless").write_text("hunter, short")
        found = await workspace.secrets_in(["hunter2-hunter2", "short", ""])
    known = ("coded", "hunter2-hunter2.txt", "link", "plain", "token")
    assert found == [*(Leak(path=name) for name in known), Leak(path="token", what="GitHub token")]


async def test_a_start_that_moved_is_refused(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    seen = server.tip("main")
    server.commit("main", {"pushed-meanwhile.txt": "x"})
    with pytest.raises(JobFailed, match="not the commit any more") as caught:
        async with workspaces.open("job", 1, checkout.model_copy(update={"start_sha": seen})):
            pass
    assert caught.value.failure is Failure.CONFLICT


async def test_a_tag_and_a_commit_are_starts_too(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    sha = server.tip("main")
    server.git("tag", "v1", sha)
    server.commit("main", {"later.txt": "x"})
    for start in ("v1", sha):
        async with workspaces.open("job", 1, checkout.model_copy(update={"start": start})) as workspace:
            assert workspace.base_sha == sha
            assert not (workspace.path / "later.txt").exists()


async def test_a_start_that_is_nowhere_is_said(workspaces: GitWorkspaces, checkout: Checkout) -> None:
    with pytest.raises(JobFailed, match="there is no branch, tag or commit `nowhere`") as caught:
        async with workspaces.open("job", 1, checkout.model_copy(update={"start": "nowhere"})):
            pass
    assert caught.value.failure is Failure.SETUP


async def test_a_branch_in_a_fork_is_continued_there(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    server.path("bell/shop").parent.mkdir()
    subprocess.run(["cp", "-r", server.path(), server.path("bell/shop")], check=True, timeout=30)
    forked = checkout.model_copy(update={"branch_remote": server.remote("bell/shop")})
    for job in ("one", "two"):
        async with workspaces.open(job, 1, forked) as workspace:
            (workspace.path / f"{job}.txt").write_text(job)
            await workspace.commit(commit)
            await workspace.push()
    assert server.tip("bellhop/J-7K3Q") == ""
    assert len(server.git("rev-list", "bellhop/J-7K3Q", name="bell/shop").split()) == 3


async def test_a_fork_that_was_made_meanwhile_takes_the_push(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "ours.txt").write_text("ours")
        await workspace.commit(commit)
        server.path("bell/shop").parent.mkdir()
        subprocess.run(["cp", "-r", server.path(), server.path("bell/shop")], check=True, timeout=30)
        pushed = await workspace.push(server.remote("bell/shop"))
    assert server.tip("bellhop/J-7K3Q") == ""
    assert server.tip("bellhop/J-7K3Q", name="bell/shop") == pushed


async def test_everything_is_gone_afterwards_but_mirror_and_home(
    data: Path, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.home / "session").write_text("kept")
        locked = workspace.path / "locked"
        locked.mkdir()
        (locked / "file").write_text("x")
        locked.chmod(0)
    assert list((data / "work").iterdir()) == []
    assert (data / "homes/thread1/session").read_text() == "kept"
    assert len(list((data / "repos").glob("*/acme/shop.git"))) == 1
