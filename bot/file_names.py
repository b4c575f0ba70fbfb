"""Names for files of strangers: one part of a path, of letters, digits and little else, each unlike the others."""

from __future__ import annotations

import re
import unicodedata

LONGEST_BYTES = 120  # file systems take 255
NAMELESS = "file"
UNSAFE = re.compile(r"[^\w.-]+")
BEGINS_BADLY = "._-"  # a hidden file, or an option of a command


class Names:
    """Those that were given so far. Case makes no difference: on some file systems it makes none either."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """A name like `name`, safe and not given before."""
        stem, dot, suffix = safe(name).rpartition(".")
        stem, suffix = (stem, f"{dot}{suffix}") if stem else (suffix, "")
        found, number = f"{stem}{suffix}", 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{stem}-{number}{suffix}"
        self._taken.add(found.casefold())
        return found


def safe(name: str) -> str:
    """`name` without folders, blanks and whatever else is no letter, digit, dot, dash or underscore."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    cleaned = UNSAFE.sub("_", last).lstrip(BEGINS_BADLY).rstrip(".")
    stem, dot, suffix = cleaned.rpartition(".")
    if not dot:
        return _cut(cleaned, LONGEST_BYTES) or NAMELESS
    ending = f".{_cut(suffix, 20)}"
    return (_cut(stem, LONGEST_BYTES - len(ending.encode())) or NAMELESS) + ending


def _cut(text: str, most_bytes: int) -> str:
    return text.encode("utf-8", "ignore")[:most_bytes].decode("utf-8", "ignore")
