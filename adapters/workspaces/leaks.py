"""Looking for secrets in what changed: file by file, never more than one in memory, and nothing past a cap unseen."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable, Sequence

from adapters.git import Git, Place
from adapters.workspaces import objects
from adapters.workspaces.objects import Entry
from bot import secret_shapes
from bot.workshop import Leak

SHORTEST_SECRET_CHARACTERS = 8
MOST_SEARCHED_BYTES = 16 * 1024 * 1024  # of one file; a larger one is named as not searched


async def find(
    git: Git, place: Place, what: str, changed: Sequence[Entry], values: Iterable[str]
) -> list[Leak]:
    """The leaks of `changed`: known `values`, plain or in base 64, in contents, link targets and names; and shapes."""
    wanted = _needles(values)
    found = []
    for entry in changed:
        if entry.status == "D" or entry.mode == objects.GITLINK:
            continue
        found += [Leak(path=entry.path, what=name) for name in _in_content(entry.path.encode(), wanted)]
        if entry.size_bytes > MOST_SEARCHED_BYTES:
            found.append(Leak(path=entry.path, is_searched=False))
            continue
        names = await _in_file(git, place, what, entry, wanted)
        found += [Leak(path=entry.path, what=name) for name in names]
    return sorted(set(found), key=lambda leak: (leak.path, leak.what))


async def _in_file(git: Git, place: Place, what: str, entry: Entry, wanted: Sequence[bytes]) -> list[str]:
    content = await objects.blob(git, place, what, entry.blob)
    names = await asyncio.to_thread(_in_content, content, wanted)
    shapes = [name for name in names if name]
    if not shapes or entry.status == "A":
        return names
    before = await _before(git, place, what, entry)
    # A known value counts wherever it stands: one that was there before is pushed again.
    return names[: len(names) - len(shapes)] + await asyncio.to_thread(secret_shapes.added, content, before)


async def _before(git: Git, place: Place, what: str, entry: Entry) -> bytes:
    """What the file was. Too large to be read it is nothing: then everything in the new one counts as added."""
    if await objects.size_of(git, place, what, entry.blob_before) > MOST_SEARCHED_BYTES:
        return b""
    return await objects.blob(git, place, what, entry.blob_before)


def _in_content(content: bytes, wanted: Sequence[bytes]) -> list[str]:
    """ "" first when a known value is there, then the names of the shapes."""
    known = [""] if any(needle in content for needle in wanted) else []
    return known + secret_shapes.added(content)


def _needles(values: Iterable[str]) -> tuple[bytes, ...]:
    plain = [value.encode() for value in values if len(value) >= SHORTEST_SECRET_CHARACTERS]
    return tuple(dict.fromkeys([*plain, *(base64.b64encode(value).rstrip(b"=") for value in plain)]))
