"""What git says on its error output, as errors of ours: refused, not found, unreachable, disk full; masked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.errors import AuthenticationError, IntegrationError, NetworkError, NotFoundError

MASK = "***"
MOST_CHARACTERS = 500
USER_IN_URL = re.compile(r"(https?://)[^/@\s]+@")
NOISE = re.compile(
    r"^(hint|warning|Cloning|From|To|remote: (Enumerating|Counting|Compressing|Total|Resolving))\b"
)

# In git's and libcurl's own words (LC_ALL=C): http.c, remote-curl.c, transport.c; curl.se/libcurl/c/libcurl-errors.html
DISK_FULL = re.compile(
    r"No space left on device|Disk quota exceeded|unable to write .*file|cannot store pack file",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"Authentication failed|could not read (Username|Password)|terminal prompts disabled"
    r"|returned error: 40[13]|HTTP 40[13]|Permission to .* denied|Invalid username or (password|token)",
    re.IGNORECASE,
)
NOT_FOUND = re.compile(
    r"returned error: 404|repository '.*' not found|Repository not found|does not appear to be a git",
    re.IGNORECASE,
)
REDIRECTED = re.compile(r"unable to update url base from redirection|returned error: 30\d", re.IGNORECASE)
UNREACHABLE = re.compile(
    r"Could not resolve (host|proxy)|Failed to connect|Couldn't connect|Connection (refused|reset|timed out)"
    r"|Recv failure|Send failure|Empty reply from server|early EOF|hung up unexpectedly|unexpected disconnect"
    r"|RPC failed|returned error: (429|5\d\d)|Operation too slow|transfer closed|Timeout was reached|timed out"
    r"|bad line length|the remote end hung up|expected flush after|invalid server response"
    r"|unexpected end of file|unable to access",
    re.IGNORECASE,
)

NOT_ALLOWED_REDIRECT = "the server redirects elsewhere, which is not followed"
DISK = "the disk is full"


class OutputTooLong(Exception):
    """More output than any honest repository gives."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"git printed more than {limit} bytes")


def masked(text: str, secrets: Sequence[str]) -> str:
    """`text` without secrets and without user names in URLs."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return USER_IN_URL.sub(r"\1", text)


def said(errors: str, secrets: Sequence[str] = ()) -> str:
    """The lines that say why, on one line."""
    lines = [line.strip() for line in errors.replace("\r", "\n").splitlines() if line.strip()]
    telling = [line for line in lines if not NOISE.match(line)] or lines
    text = "; ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in telling[-6:])
    return masked(text, secrets)[:MOST_CHARACTERS] or "git said nothing"


def explain(what: str, errors: str, secrets: Sequence[str] = ()) -> IntegrationError:
    """The error for a git that failed while doing `what`."""
    text = f"{what}: {said(errors, secrets)}"
    if DISK_FULL.search(errors):
        return IntegrationError(f"{what}: {DISK}", "disk_full")
    if REDIRECTED.search(errors):
        return IntegrationError(f"{what}: {NOT_ALLOWED_REDIRECT}", "redirect")
    if REFUSED.search(errors):
        return AuthenticationError(text)
    if NOT_FOUND.search(errors):
        return NotFoundError(text)
    if UNREACHABLE.search(errors):
        return NetworkError(text)
    return IntegrationError(text, "git")
