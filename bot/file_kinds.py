"""Which files an agent is handed: text, images and PDF. The name says the kind, the first bytes must agree.

Text is handed over as UTF-8, which is what tools read. What has no mark of its encoding and is no UTF-8 is read as
Windows-1252, as browsers do: every byte is a character there, so the reader is told.
https://www.iana.org/assignments/media-types (image/png, image/jpeg, image/gif, image/webp, application/pdf)
https://encoding.spec.whatwg.org/#names-and-labels (latin1 is a name of windows-1252)
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

SIGNATURES = {
    ".png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    ".jpg": re.compile(rb"\xff\xd8\xff"),
    ".jpeg": re.compile(rb"\xff\xd8\xff"),
    ".gif": re.compile(rb"GIF8[79]a"),
    ".webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    ".pdf": re.compile(rb"%PDF-\d"),
}
PAGES = frozenset({".html", ".htm", ".xhtml"})
PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,200}(?:<!--.{0,2000}?-->\s{0,200})?<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
# What a chat may call a text; "" and octet-stream: it does not know.
TEXTS = re.compile(
    r"|text/.+|.+\+(json|xml)"
    r"|application/(octet-stream|json|xml|x?-?yaml|toml|sql|(x-)?(javascript|typescript|sh|ndjson|python|php|ruby|perl))",
    re.IGNORECASE,
)
BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")  # no text holds these; a log may hold ESC
# The longer marks first: one begins with another.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
FALLBACK = "Windows-1252"
# Where it differs from Latin-1. Five bytes have no character; they are the controls that they are there.
WINDOWS = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


@dataclass(frozen=True)
class Readable:
    """A file as tools can read it. `charset` is what its text was taken for; "" when it is as it came."""

    content: bytes
    charset: str = ""

    @property
    def is_guess(self) -> bool:
        """Nothing said so: some of its characters may be others."""
        return self.charset == FALLBACK


def may_be_taken(name: str, media_type: str) -> bool:
    """Whether it can be of a kind that is handed over, by what is said of it."""
    if _suffix(name) in SIGNATURES:
        return True
    return TEXTS.fullmatch(media_type.partition(";")[0].strip()) is not None


def readable(name: str, content: bytes) -> Readable | None:
    """`content`, if it is what `name` says: an image or PDF of that kind, else text; None for anything else."""
    signature = SIGNATURES.get(_suffix(name))
    if signature:
        return Readable(content) if signature.match(content) else None
    if any(each.match(content) for each in SIGNATURES.values()):
        return None
    found = _text(content)
    return None if found is None or BINARY.search(found.content) else found


def is_page(content: bytes) -> bool:
    """Whether it is a web page: so a page for signing in, or an error, comes in a file's place."""
    return PAGE.match(content) is not None


def is_page_name(name: str) -> bool:
    """Whether a web page may have that name."""
    return _suffix(name) in PAGES


def _suffix(name: str) -> str:
    return PurePosixPath(name.strip()).suffix.lower()


def _text(content: bytes) -> Readable | None:
    for mark, codec, charset in MARKS:
        if content.startswith(mark):
            return _decoded(content, codec, charset)
    return _decoded(content, "utf-8", "") or Readable(
        content.decode("latin-1").translate(WINDOWS).encode(), FALLBACK
    )


def _decoded(content: bytes, codec: str, charset: str) -> Readable | None:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return None
    return Readable(text.encode() if charset else content, charset)
