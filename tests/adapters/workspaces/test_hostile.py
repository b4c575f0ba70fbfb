"""Trees whose author wants git on the host to run something. Each trap leaves a mark when it does."""

# ruff: noqa: ASYNC240 - what these block is a loop that waits for them

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.workspaces.host import GitWorkspaces
from bot.diff_policy import Limits, violations
from bot.workshop import Checkout, Commit, Leak, Workspace
from tests.services.git_server import GitServer

Trap = Callable[[Workspace, str], None]


def shell(folder: Path, command: str) -> None:
    subprocess.run(["/bin/sh", "-ec", command], cwd=folder, check=True, timeout=30, capture_output=True)


def own_repository(workspace: Workspace, bait: str) -> None:
    """The throw-away `.git` gets everything that runs commands."""
    shell(
        workspace.path,
        f"""
        git config core.fsmonitor '{bait}; false'
        git config core.sshCommand '{bait}'
        git config core.pager '{bait}'
        git config filter.x.clean '{bait}; cat'; git config filter.x.smudge '{bait}; cat'
        git config filter.x.required true
        git config diff.x.command '{bait}'; git config diff.x.textconv '{bait}; cat'
        git config merge.x.driver '{bait}'
        git config url.http://127.0.0.1:1/.insteadOf http://127.0.0.1
        git config credential.helper '!{bait}'
        git config gpg.program '{bait}'
        git remote add origin http://127.0.0.1:1/
        printf '* filter=x diff=x merge=x\\n' > .gitattributes
        mkdir -p .git/hooks
        for hook in pre-commit commit-msg post-commit pre-push post-checkout reference-transaction post-index-change; do
          printf '#!/bin/sh\\n{bait}\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook
        done
        """,
    )


def attributes_only(workspace: Workspace, bait: str) -> None:
    (workspace.path / ".gitattributes").write_text("[attr]evil filter=lfs diff=x merge=x -text\n* evil\n")


def nested_repository(workspace: Workspace, bait: str) -> None:
    shell(
        workspace.path,
        f"""
        mkdir sub && cd sub && git init -q . && echo x > file && git add file
        git -c user.name=x -c user.email=x@example.com commit -qm x
        git config core.fsmonitor '{bait}; false'
        """,
    )


def tracked_folder_becomes_a_repository(workspace: Workspace, bait: str) -> None:
    shell(
        workspace.path,
        f"cd shop && git init -q . && git config core.fsmonitor '{bait}; false' && echo x >> cart.py",
    )


def submodule_becomes_a_repository(workspace: Workspace, bait: str) -> None:
    """`git status` would look into it, by its own settings."""
    shell(
        workspace.path,
        f"""
        mkdir -p vendor/lib && cd vendor/lib && git init -q . && echo x > file && git add file
        git -c user.name=x -c user.email=x@example.com commit -qm x
        git config core.fsmonitor '{bait}; false'
        """,
    )


def git_file_points_elsewhere(workspace: Workspace, bait: str) -> None:
    nested_repository(workspace, bait)
    shell(workspace.path, "mkdir other && echo 'gitdir: ../sub/.git' > other/.git && echo y > other/y")


def commands_in_submodule_settings(workspace: Workspace, bait: str) -> None:
    (workspace.path / ".gitmodules").write_text(
        f'[submodule "x"]\n\tpath = vendor/lib\n\turl = ext::sh -c {bait}\n\tupdate = !{bait}\n\tignore = none\n'
    )


TRAPS: list[Trap] = [
    own_repository, attributes_only, nested_repository, tracked_folder_becomes_a_repository,
    submodule_becomes_a_repository, git_file_points_elsewhere, commands_in_submodule_settings,
]  # fmt: skip


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """Is there once a trap has sprung."""
    return tmp_path / "sprung"


@pytest.fixture
def bait(mark: Path) -> str:
    """A command that leaves the mark."""
    return f"touch {mark}"


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
async def test_no_trap_springs(
    trap: Trap,
    bait: str,
    mark: Path,
    server: GitServer,
    workspaces: GitWorkspaces,
    checkout: Checkout,
    commit: Commit,
) -> None:
    server.commit("main", {"text.txt": "x\n"})
    add_gitlink(server)
    async with workspaces.open("job", 1, checkout) as workspace:
        trap(workspace, bait)
        mark.unlink(missing_ok=True)  # laying the trap may have sprung it
        (workspace.path / "text.txt").write_text("changed\n")
        diff = await workspace.diff()
        await workspace.secrets_in(["some-secret-value"])
        await workspace.commit(commit)
        server.commit(
            "bellhop/J-7K3Q", {"theirs.txt": "x"}, parent=server.tip("main")
        )  # the push has to rebase
        await workspace.push()
    assert not mark.exists()
    assert "text.txt" in {file.path for file in diff.files}
    assert server.show("bellhop/J-7K3Q", "text.txt") == "changed"
    assert server.git("ls-tree", "bellhop/J-7K3Q", "vendor/").split()[:3] == ["160000", "commit", GITLINK_SHA]


GITLINK_SHA = "1" * 40


def add_gitlink(server: GitServer) -> None:
    """The repository has a submodule."""
    head = "commit refs/heads/main\ncommitter S <s@example.com> 1700000000 +0000\ndata 1\nx\n"
    stream = f"{head}from {server.tip('main')}\n"
    server.git("fast-import", "--quiet", stdin=f"{stream}M 160000 {GITLINK_SHA} vendor/lib\n".encode())


def test_the_traps_spring_for_a_careless_git(tmp_path: Path, bait: str, mark: Path) -> None:
    shell(tmp_path, "git init -q careless")
    shell(tmp_path / "careless", f"git config core.fsmonitor '{bait}; false'; git status")
    assert mark.exists()


async def test_other_repositories_are_named_and_never_committed(
    bait: str, server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        nested_repository(workspace, bait)
        shell(workspace.path, "mkdir empty && git init -q empty && touch empty/file")
        shell(workspace.path, "mkdir deep deep/er && git init -q deep/er && touch deep/beside")
        tracked_folder_becomes_a_repository(workspace, bait)
        diff = await workspace.diff()
        await workspace.commit(commit)
        await workspace.push()
    others = sorted(file.path for file in diff.files if file.mode == "160000")
    assert others == ["deep/er", "empty", "shop", "sub"]
    assert any("`sub` is another repository" in words for words in violations(diff, Limits()))
    kept = server.git("ls-tree", "-r", "--name-only", "bellhop/J-7K3Q").split()
    assert kept == ["README.md", "deep/beside", "run.sh"]


async def test_links_are_kept_as_links_and_judged(workspaces: GitWorkspaces, checkout: Checkout) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        os.symlink("/etc/passwd", workspace.path / "passwd")
        os.symlink("../../../etc", workspace.path / "shop/etc")
        os.symlink("cart.py", workspace.path / "shop/fine")
        diff = await workspace.diff()
        assert await workspace.secrets_in(["root:x:0:0"]) == []
    targets = {file.path: file.link_target for file in diff.files}
    assert targets == {"passwd": "/etc/passwd", "shop/etc": "../../../etc", "shop/fine": "cart.py"}
    said = violations(diff, Limits())
    assert len(said) == 2


async def test_a_folder_swapped_for_a_link_is_not_followed(
    tmp_path: Path, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "cart.py").write_text("host's own secret file")
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / "shop/cart.py").unlink()
        (workspace.path / "shop").rmdir()
        os.symlink(outside, workspace.path / "shop")
        diff = await workspace.diff()
        assert await workspace.secrets_in(["host's own secret file"]) == []
    assert {(file.path, file.status, file.mode) for file in diff.files} == {
        ("shop", "A", "120000"),
        ("shop/cart.py", "D", "100644"),
    }


async def test_pipes_and_sockets_are_no_files_and_nobody_waits_for_them(
    workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        os.mkfifo(workspace.path / "pipe")
        (workspace.path / "README.md").unlink()
        os.mkfifo(workspace.path / "README.md")
        diff = await workspace.diff()
    assert [(file.path, file.status) for file in diff.files] == [("README.md", "D")]


async def test_odd_file_names_arrive_as_they_are(
    server: GitServer, workspaces: GitWorkspaces, checkout: Checkout, commit: Commit
) -> None:
    odd = [
        "with space",
        "-rf",
        "--all",
        'quo"te',
        "new\nline",
        ":(exclude)README.md",
        "*",
        "ünïcode",
        "tab\there",
    ]
    async with workspaces.open("job", 1, checkout) as workspace:
        for name in odd:
            (workspace.path / name).write_text("x\n")
        (Path(os.fsdecode(os.fsencode(workspace.path) + b"/raw\xff"))).write_text("x\n")
        diff = await workspace.diff()
        await workspace.commit(commit)
        await workspace.push()
    assert {file.path for file in diff.files} == {*odd, "raw\ufffd"}
    assert diff.added_lines == 10
    assert len(server.git("ls-tree", "-z", "--name-only", "bellhop/J-7K3Q").split("\0")) == 10 + 3 + 1


async def test_a_huge_new_file_is_named_and_not_read(
    monkeypatch: pytest.MonkeyPatch, workspaces: GitWorkspaces, checkout: Checkout
) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        with (workspace.path / "huge").open("wb") as huge:
            huge.truncate(200 * 1024**3)  # sparse: 200 GiB that take no room, but hours to read
        diff = await workspace.diff()
    assert [(file.path, file.size_bytes) for file in diff.files] == [("huge", 200 * 1024**3)]
    assert any("`huge` has" in words for words in violations(diff, Limits()))


async def test_attributes_hide_nothing_from_the_judges(workspaces: GitWorkspaces, checkout: Checkout) -> None:
    async with workspaces.open("job", 1, checkout) as workspace:
        (workspace.path / ".gitattributes").write_text("*.py binary -diff\n")
        (workspace.path / "shop/cart.py").write_text("token = 'ghp_" + "a" * 36 + "'\n")
        diff = await workspace.diff()
        found = await workspace.secrets_in([])
    assert diff.added_lines == 2
    assert found == [Leak(path="shop/cart.py", what="GitHub token")]
