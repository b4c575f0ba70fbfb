"""What a change may not be: too large, too powerful, not a change of files at all, or the bearer of a secret.

Pure: it reads what git on the host says (`Diff`), never the tree. Every violation is listed in words, none is mended.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.workshop import Diff, FileChange, Leak

#: What decides how a change is judged or what runs with rights, and so may not come from an agent.
FORBIDDEN = (
    ".github/workflows/*",
    ".github/actions/*",
    ".gitlab-ci.yml",
    ".bellhop.yml",
    ".gitmodules",
    ".git/*",
    "*/.git/*",
    "CODEOWNERS",
    ".github/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    "docs/CODEOWNERS",
)
#: Names that are devices on Windows, whatever follows their first dot.
#: learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE)

TOO_MANY_FILES = "{count} files changed, {limit} are allowed"
TOO_MANY_LINES = "{count} lines changed, {limit} are allowed"
TOO_MANY_BYTES = "{count} bytes in changed files, {limit} are allowed"
TOO_LARGE = "`{path}` has {count} bytes, {limit} are allowed"
OFF_LIMITS = "`{path}` may not be changed by a job"
REPOSITORY = "`{path}` is another repository"
LINK = "`{path}` is a link that leaves the repository (to `{target}`)"
DEVICE = "`{path}` is a device's name on some systems"
ODD = "`{path}` has characters that no file name should have"
COLLISION = "`{path}` and `{other}` differ in case only"
SHAPE = "`{path}` adds what looks like a secret ({what})"
KNOWN = "`{path}` adds a secret"
UNSEARCHED = "`{path}` is too large to be searched for secrets"


@dataclass(frozen=True)
class Limits:
    """The largest change that is still accepted."""

    max_files: int = 100
    max_lines: int = 5000
    max_bytes: int = 20 * 1024 * 1024
    max_file_bytes: int = 5 * 1024 * 1024
    forbidden: tuple[str, ...] = FORBIDDEN


def violations(diff: Diff, limits: Limits, leaks: Sequence[Leak] = ()) -> list[str]:
    """Every reason, in words, why `diff` may not be pushed. Empty: it may. `leaks` are the secrets found in it."""
    found = list(_sizes(diff, limits))
    for file in diff.files:
        found.extend(_file(file, limits))
    found.extend(_collisions(diff.files))
    found.extend(_leak(leak) for leak in leaks)
    return list(dict.fromkeys(found))


def is_searchable(diff: Diff, limits: Limits) -> bool:
    """Whether `diff` is small enough to be searched for secrets. One that is not has a violation that says so."""
    return not any(_sizes(diff, limits))


def _sizes(diff: Diff, limits: Limits) -> Iterator[str]:
    lines = diff.added_lines + diff.deleted_lines
    size = sum(file.size_bytes for file in diff.files)
    if len(diff.files) > limits.max_files:
        yield TOO_MANY_FILES.format(count=len(diff.files), limit=limits.max_files)
    if lines > limits.max_lines:
        yield TOO_MANY_LINES.format(count=lines, limit=limits.max_lines)
    if size > limits.max_bytes:
        yield TOO_MANY_BYTES.format(count=size, limit=limits.max_bytes)


def _file(file: FileChange, limits: Limits) -> Iterator[str]:
    path = _shown(file.path)
    if is_forbidden(file.path, limits.forbidden):
        yield OFF_LIMITS.format(path=path)
    if file.status == "D":
        return
    if file.mode == "160000":
        yield REPOSITORY.format(path=path)
    if file.mode == "120000" and leaves_the_tree(file.path, file.link_target):
        yield LINK.format(path=path, target=_shown(file.link_target))
    if file.size_bytes > limits.max_file_bytes:
        yield TOO_LARGE.format(path=path, count=file.size_bytes, limit=limits.max_file_bytes)
    yield from _names(file.path, path)


def is_forbidden(path: str, patterns: Sequence[str] = FORBIDDEN) -> bool:
    """Whether `path` is off limits. Case is ignored: some file systems do."""
    name = path.lower()
    return any(fnmatchcase(name, pattern.lower()) for pattern in patterns)


def leaves_the_tree(path: str, target: str) -> bool:
    """Whether a link at `path` points outside the repository, into `.git`, or nowhere that can be told."""
    if not target or target.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", target) or "\0" in target:
        return True
    # Step by step: `a/../..` is judged by its worst moment, not by where it ends.
    steps = posixpath.dirname(path).split("/") if "/" in path else []
    for part in target.replace("\\", "/").split("/"):
        if part == "..":
            if not steps:
                return True
            steps.pop()
        elif part not in ("", "."):
            steps.append(part)
    return ".git" in [step.lower() for step in steps]


def _names(path: str, shown: str) -> Iterator[str]:
    parts = path.split("/")
    if any(DEVICES.fullmatch(part.rstrip(". ")) for part in parts):
        yield DEVICE.format(path=shown)
    if any(not char.isprintable() or char == "\\" for char in path) or any(
        p != p.rstrip(". ") for p in parts
    ):
        yield ODD.format(path=shown)


def _collisions(files: Sequence[FileChange]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for file in files:
        if file.status == "D":
            continue
        other = seen.setdefault(file.path.casefold(), file.path)
        if other != file.path:
            yield COLLISION.format(path=_shown(file.path), other=_shown(other))


def _leak(leak: Leak) -> str:
    path = _shown(leak.path)
    if not leak.is_searched:
        return UNSEARCHED.format(path=path)
    return SHAPE.format(path=path, what=leak.what) if leak.what else KNOWN.format(path=path)


def _shown(text: str) -> str:
    """A name as it may be shown: harmless inside backticks, of a length to read."""
    plain = "".join(char if char.isprintable() and char != "`" else "?" for char in text)
    return plain if len(plain) <= 200 else f"{plain[:199]}…"
