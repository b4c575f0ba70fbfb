"""Which files an agent is handed: text, images and PDF. The name says the kind, the first bytes must agree.

https://www.iana.org/assignments/media-types (image/png, image/jpeg, image/gif, image/webp, application/pdf)
"""

from __future__ import annotations

import re
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
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def may_be_taken(name: str, media_type: str) -> bool:
    """Whether it can be of a kind that is handed over, by what is said of it."""
    if _suffix(name) in SIGNATURES:
        return True
    return TEXTS.fullmatch(media_type.partition(";")[0].strip()) is not None


def fits(name: str, content: bytes) -> bool:
    """Whether `content` is what `name` says: an image or PDF of that kind, else text."""
    signature = SIGNATURES.get(_suffix(name))
    return signature.match(content) is not None if signature else _is_text(content)


def is_page(content: bytes) -> bool:
    """Whether it is a web page: so a page for signing in, or an error, comes in a file's place."""
    return PAGE.match(content) is not None


def is_page_name(name: str) -> bool:
    """Whether a web page may have that name."""
    return _suffix(name) in PAGES


def _suffix(name: str) -> str:
    return PurePosixPath(name.strip()).suffix.lower()


def _is_text(content: bytes) -> bool:
    if any(each.match(content) for each in SIGNATURES.values()):
        return False
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return BINARY.search(text.encode("utf-8", "replace")) is None
