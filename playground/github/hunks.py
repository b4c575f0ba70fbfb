"""Lines in patches: where a comment stands in a diff, and where it stands after the next push.

docs.github.com/rest/pulls/comments (`line` and `side`; `position` counts lines below the first hunk header)
"""

import re
from dataclasses import dataclass

from playground.github.history import HUNK

SHIFT = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """A line of a diff: its number on its side, its position in the patch, the hunk down to it."""

    line: int | None
    position: int | None
    hunk: str


def locate(patch: str, line: int | None, side: str) -> Place | None:
    """The place of a line of the new (`RIGHT`) or old (`LEFT`) file, or None outside the diff."""
    for place, sides in _walk(patch):
        if line is not None and sides.get(side) == line:
            return Place(line, place.position, place.hunk)
    return None


def locate_position(patch: str, position: int) -> Place | None:
    """The place at a position of the patch."""
    for place, sides in _walk(patch):
        if place.position == position and sides:
            return Place(sides.get("RIGHT", sides.get("LEFT")), position, place.hunk)
    return None


def _walk(patch: str) -> list[tuple[Place, dict[str, int]]]:
    """Every line below the first header with its number on each side it is on."""
    found: list[tuple[Place, dict[str, int]]] = []
    old = new = 0
    hunk: list[str] = []
    for position, text in enumerate(patch.split("\n")):
        header = HUNK.match(text)
        if header:
            old, new, hunk = int(header[1]), int(header[3]), [text]
            continue
        hunk.append(text)
        sides = ({"LEFT": old} if text[:1] in " -" else {}) | ({"RIGHT": new} if text[:1] in " +" else {})
        found.append((Place(None, position, "\n".join(hunk)), sides))
        old, new = old + ("LEFT" in sides), new + ("RIGHT" in sides)
    return found


def moved(line: int, patch: str) -> int | None:
    """The number of an old line after a patch made with no context, or None when the patch touched it."""
    shift = 0
    for hunk in SHIFT.finditer(patch):
        start, removed, added = int(hunk[1]), int(hunk[2] or 1), int(hunk[4] or 1)
        first = start if removed else start + 1
        if line < first:
            break
        if removed and line < start + removed:
            return None
        shift += added - removed
    return line + shift
