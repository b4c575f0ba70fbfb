"""Reading git's objects: two trees compared, blobs, files by pattern. Nothing here looks at a work tree."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from adapters.git import Git, Place
from bot.workshop import Diff, FileChange

MOST_TEXT_BYTES = 256 * 1024
MOST_MATCHES = 20
LINK = "120000"
GITLINK = "160000"
COMPARE = ("-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "--no-color")


class Entry(FileChange):
    """A changed path with its blob, and the one it had."""

    blob: str
    blob_before: str


async def changes(git: Git, place: Place, what: str, before: str, after: str) -> list[Entry]:
    """What changed between two trees, path by path, with sizes and link targets."""
    output = await git.run(what, place, "diff-tree", "-z", "--raw", "--no-abbrev", *COMPARE, before, after)
    fields = [os.fsdecode(part) for part in output.split(b"\0")]
    raw = [(head.split(" "), path) for head, path in zip(fields[::2], fields[1::2], strict=False)]
    sizes = await _sizes(git, place, what, [head[3] for head, _ in raw if _has_blob(head)])
    found = []
    for head, path in raw:
        mode = head[0].lstrip(":") if head[4] == "D" else head[1]
        size = sizes.get(head[3], 0) if _has_blob(head) else 0
        target = await _link(git, place, what, head[3]) if mode == LINK and _has_blob(head) else ""
        entry = Entry(
            path=_plain(path),
            status=head[4][:1],
            mode=mode,
            size_bytes=size,
            link_target=target,
            blob=head[3],
            blob_before=head[2],
        )
        found.append(entry)
    return found


def _has_blob(head: list[str]) -> bool:
    return head[4] != "D" and head[1] != GITLINK


def _plain(path: str) -> str:
    """A name that is no UTF-8 is shown with what cannot be shown replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


async def _sizes(git: Git, place: Place, what: str, blobs: Sequence[str]) -> dict[str, int]:
    if not blobs:
        return {}
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    output = await git.run(what, place, "cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
    pairs = (line.split(" ") for line in output.decode().splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if pair[1].isdigit()}


async def _link(git: Git, place: Place, what: str, name: str) -> str:
    return (await blob(git, place, what, name))[:4096].decode("utf-8", "replace")


async def compare(git: Git, place: Place, what: str, before: str, after: str) -> Diff:
    """The difference between two trees."""
    entries = await changes(git, place, what, before, after)
    added = deleted = 0
    for line in (await git.run(what, place, "diff-tree", "--numstat", *COMPARE, before, after)).splitlines():
        plus, minus, _ = line.split(b"\t", 2)
        added, deleted = added + _number(plus), deleted + _number(minus)
    files = tuple(FileChange(**entry.model_dump(exclude={"blob", "blob_before"})) for entry in entries)
    return Diff(files=files, added_lines=added, deleted_lines=deleted)


def _number(field: bytes) -> int:
    return int(field) if field.isdigit() else 0  # "-" for binary files


async def blob(git: Git, place: Place, what: str, name: str) -> bytes:
    """A blob's content. Raises IntegrationError when it is larger than git's output may be."""
    return await git.run(what, place, "cat-file", "blob", name)


async def size_of(git: Git, place: Place, what: str, name: str) -> int:
    """A blob's size in bytes."""
    return int(await git.run(what, place, "cat-file", "-s", name))


async def texts(git: Git, place: Place, what: str, commit: str, patterns: Sequence[str]) -> Mapping[str, str]:
    """The files of `commit` whose path matches a pattern (`*` also matches `/`), 20 a pattern, large ones left out."""
    listing = await git.run(what, place, "ls-tree", "-r", "-z", "--long", commit)
    sizes: dict[str, tuple[str, int]] = {}
    for line in listing.split(b"\0"):
        head, _, path = os.fsdecode(line).partition("\t")
        fields = head.split()
        if len(fields) == 4 and fields[0].startswith("100") and int(fields[3]) <= MOST_TEXT_BYTES:
            sizes[path] = fields[2], int(fields[3])
    found: dict[str, str] = {}
    for pattern in patterns:
        for path in [path for path in sizes if fnmatchcase(path, pattern)][:MOST_MATCHES]:
            if path not in found:
                found[path] = (await git.run(what, place, "cat-file", "blob", sizes[path][0])).decode(
                    "utf-8", "replace"
                )
    return found
