"""What happened in a bare repository: commits, changed files, patches and merges."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from playground.github.git import Git, GitFailure

SEPARATOR, END = "\x1f", "\x1e"
LOG_FORMAT = SEPARATOR.join(["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"]) + END
STATUS_NAMES = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True)
class Signature:
    """Who and when; `date` is ISO 8601."""

    name: str
    email: str
    date: str

    @property
    def utc(self) -> str:
        """The date as REST writes it."""
        return datetime.fromisoformat(self.date).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Commit:
    """One commit."""

    sha: str
    tree: str
    parents: list[str]
    author: Signature
    committer: Signature
    message: str


@dataclass
class Change:
    """One changed file between two trees; `patch` holds hunks only, as REST shows it."""

    status: str
    path: str
    previous_path: str | None
    sha: str
    additions: int = 0
    deletions: int = 0
    patch: str | None = field(default=None, repr=False)


async def commits(git: Git, repository_id: int, *revisions: str) -> list[Commit]:
    """The commits that `git log <revisions>` lists, newest first."""
    listing = await git.text(repository_id, "log", f"--format={LOG_FORMAT}", *revisions, "--")
    return [_read_commit(entry.lstrip("\n")) for entry in listing.split(END) if entry.strip()]


def _read_commit(entry: str) -> Commit:
    sha, tree, parents, *people, message = entry.split(SEPARATOR, 9)
    author, committer = Signature(*people[:3]), Signature(*people[3:])
    return Commit(sha, tree, parents.split(), author, committer, message.rstrip("\n"))


async def commit(git: Git, repository_id: int, sha: str) -> Commit:
    """One commit."""
    return (await commits(git, repository_id, "-1", sha))[0]


async def merge_base(git: Git, repository_id: int, base: str, head: str) -> str | None:
    """The best common ancestor, or None when the histories are unrelated."""
    try:
        return await git.text(repository_id, "merge-base", base, head)
    except GitFailure:
        return None


async def changes(git: Git, repository_id: int, old: str, new: str) -> list[Change]:
    """The changed files between two commits or trees, in git's order, with their patches."""
    raw = (await git.run(repository_id, "diff", "--raw", "-z", "-M", "--abbrev=40", old, new)).decode()
    found = _read_raw(raw)
    whole = (await git.run(repository_id, "diff", "-M", "--full-index", old, new)).decode("utf-8", "replace")
    sections = re.split(r"^diff --git .*\n", whole, flags=re.MULTILINE)[1:]
    for change, section in zip(found, sections, strict=True):
        _add_patch(change, section)
    return found


def _read_raw(raw: str) -> list[Change]:
    """`:mode mode sha sha status NUL path [NUL path]` repeated."""
    fields, found = iter(raw.split("\0")), []
    for header in fields:
        if not header:
            break
        *_, old_sha, new_sha, letter = header.split(" ")
        first = next(fields)
        path, previous = (next(fields), first) if letter[0] in "RC" else (first, None)
        sha = old_sha if letter[0] == "D" else new_sha
        found.append(Change(STATUS_NAMES[letter[0]], path, previous, sha))
    return found


def _add_patch(change: Change, section: str) -> None:
    hunk = HUNK.search(section)
    if not hunk:
        return
    change.patch = section[hunk.start() :].rstrip("\n")
    lines = change.patch.splitlines()
    change.additions = sum(line.startswith("+") for line in lines)
    change.deletions = sum(line.startswith("-") for line in lines)


async def count(git: Git, repository_id: int, revisions: str) -> int:
    """How many commits a range has."""
    return int(await git.text(repository_id, "rev-list", "--count", revisions))


async def merged_tree(git: Git, repository_id: int, base: str, head: str) -> str | None:
    """The tree of a merge without conflicts, or None when there are conflicts."""
    if await git.is_ancestor(repository_id, base, head):
        return await git.text(repository_id, "rev-parse", f"{head}^{{tree}}")
    try:
        return (await git.text(repository_id, "merge-tree", "--write-tree", base, head)).splitlines()[0]
    except GitFailure:
        return None
