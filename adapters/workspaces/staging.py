"""From a tree that anybody may have written to a git tree object, without running or believing anything in it.

`git add` is not used: it looks into a folder that became a repository (git-scm.com/docs/git-submodule, `ignore`), and
it stops at one without a commit. Instead every path is looked at here, and only plain files and links are handed to
`git update-index`. What is another repository is named, never entered.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from adapters.git import Git, Place
from bot.workshop import FileChange

GITLINK = "160000"
MOST_NEW_BYTES = 64 * 1024 * 1024
#: What agents and test programs leave behind, in gitignore's words. Only untracked files are ever ignored.
LEFTOVERS = (
    ".aider*", "__pycache__/", "*.py[co]", ".pytest_cache/", ".mypy_cache/", ".ruff_cache/", ".hypothesis/", ".tox/",
    ".nox/", ".venv/", "*.egg-info/", ".coverage", "node_modules/", ".DS_Store", "*.swp", "core.[0-9]*",
)  # fmt: skip
#: No driver of any kind, whatever the repository's attributes ask for. gitattributes(5): this file wins over theirs.
ATTRIBUTES = "* !filter !diff !merge !working-tree-encoding\n"


@dataclass(frozen=True)
class Staged:
    """A tree object, and what could not become part of it: other repositories and files too large to take."""

    tree: str
    left_out: tuple[FileChange, ...] = ()


@dataclass(frozen=True)
class Look:
    """The tree's paths by what they are now."""

    present: tuple[str, ...]
    gone: tuple[str, ...]
    left_out: tuple[FileChange, ...]


async def stage(git: Git, place: Place, root: Path, what: str) -> Staged:
    """The tree object of the work tree at `root` as it is now."""
    tracked, links = await _tracked(git, place, what)
    others = await _others(git, place, what)
    look = await asyncio.to_thread(_look, root, tracked, others, frozenset(links))
    await _remove(git, place, what, look.gone)
    await _add(git, place, what, look.present)
    tree = await git.text(what, place, "write-tree")
    return Staged(tree, look.left_out)


async def _tracked(git: Git, place: Place, what: str) -> tuple[list[str], list[str]]:
    """Paths in the index: files and links, and those that are other repositories."""
    files: list[str] = []
    links: list[str] = []
    for entry in _split(await git.run(what, place, "ls-files", "-z", "--stage")):
        head, _, path = entry.partition("\t")
        (links if head.startswith(GITLINK) else files).append(path)
    return files, links


async def _others(git: Git, place: Place, what: str) -> list[str]:
    """Untracked paths that nobody ignores. A folder that is another repository ends with a slash."""
    return _split(await git.run(what, place, "ls-files", "-z", "--others", "--exclude-standard"))


async def _remove(git: Git, place: Place, what: str, paths: Iterable[str]) -> None:
    lines = b"".join(b"0 %s\t%s\0" % (b"0" * 40, os.fsencode(path)) for path in paths)
    if lines:
        await git.run(what, place, "update-index", "-z", "--index-info", stdin=lines)


async def _add(git: Git, place: Place, what: str, paths: Iterable[str]) -> None:
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    if names:
        # --replace: a file may now stand where a folder was.
        await git.run(what, place, "update-index", "-z", "--add", "--replace", "--stdin", stdin=names)


def _split(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _look(root: Path, tracked: list[str], others: list[str], links: frozenset[str]) -> Look:
    """Look at each path without following a link. Blocks."""

    @cache
    def is_real_folder(folder: str) -> bool:
        """A folder reached through folders only, none of them another repository."""
        if not folder:
            return True
        if folder in links or not is_real_folder(os.path.dirname(folder)):
            return False
        full = root / folder
        return _mode(full) == stat.S_IFDIR and not (full / ".git").exists()

    def is_file(path: str) -> bool:
        return is_real_folder(os.path.dirname(path)) and _mode(root / path) in {stat.S_IFREG, stat.S_IFLNK}

    present = [path for path in tracked if is_file(path)]
    gone = [path for path in tracked if not is_file(path)]
    left_out = [
        FileChange(path=p, status="A", mode=GITLINK, size_bytes=0)
        for p in _repositories(root, tracked, others, links)
    ]
    for path in others:
        if not is_file(path):
            continue
        size = (root / path).lstat().st_size
        if size > MOST_NEW_BYTES:
            left_out.append(FileChange(path=path, status="A", mode="100644", size_bytes=size))
        else:
            present.append(path)
    return Look(tuple(present), tuple(gone), tuple(left_out))


def _repositories(root: Path, tracked: list[str], others: list[str], links: frozenset[str]) -> list[str]:
    """Folders that hold a `.git` of their own and did not before."""
    folders = {path.rstrip("/") for path in others if path.endswith("/")}
    for path in (*tracked, *others):
        folders.update(_parents(path))
    is_new = {folder for folder in folders - links if folder and os.path.lexists(root / folder / ".git")}
    return sorted(is_new)


@cache
def _parents(path: str) -> frozenset[str]:
    folder = os.path.dirname(path.rstrip("/"))
    return frozenset({folder}) | _parents(folder) if folder else frozenset()


def _mode(path: Path) -> int:
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except OSError:
        return 0
