"""Signature schemes of webhooks. Pure; each platform's `webhook.py` says which header and which bytes are signed.

Comparisons are of bytes and take the same time whatever differs. No text says what the right signature would be.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from bot.errors import SignatureError

UNTRUSTED = "verifying the signature: no secret is configured, so nobody can be trusted"
MISSING = "verifying the signature: it is missing"
WRONG_SCHEME = "verifying the signature: it does not start with {prefix!r}"
WRONG = "verifying the signature: it is not that of this body"
NO_MOMENT = "verifying the signature: the moment it was made is missing or no number of seconds"
STALE = "verifying the signature: it was made {seconds:.0f} s away from now, and {most:.0f} s are allowed"

# [0-9] only: isdigit() accepts other scripts' digits, which int() then refuses.
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def sign_sha256(secret: bytes, body: bytes, prefix: str = "") -> str:
    """HMAC-SHA256 of `body` as lower-case hex behind `prefix`."""
    return prefix + hmac.digest(secret, body, hashlib.sha256).hex()


def check_sha256(secret: bytes, body: bytes, given: str, prefix: str = "") -> None:
    """Raise SignatureError unless `given` is `prefix` and the hex HMAC-SHA256 of exactly these bytes.

    An empty secret trusts nobody: anybody could sign with it.
    """
    if not secret:
        raise SignatureError(UNTRUSTED)
    if not given:
        raise SignatureError(MISSING)
    if not given.startswith(prefix):
        raise SignatureError(WRONG_SCHEME.format(prefix=prefix))
    # As bytes: compare_digest refuses text outside ASCII, and a header may hold anything.
    if not hmac.compare_digest(
        given.encode("utf-8", "replace"), sign_sha256(secret, body, prefix).encode("ascii")
    ):
        raise SignatureError(WRONG)


def sign_v0(secret: bytes, body: bytes, timestamp: str) -> str:
    """`v0=` and the hex HMAC-SHA256 of `v0:{timestamp}:{body}`."""
    return sign_sha256(secret, b"v0:" + timestamp.encode("utf-8", "replace") + b":" + body, "v0=")


def check_moment(timestamp: str, now_seconds: float, most_seconds: float) -> None:
    """Raise SignatureError unless `timestamp` (seconds since 1970, as a header says) is near now, before or after."""
    if not _SECONDS.fullmatch(timestamp):
        raise SignatureError(NO_MOMENT)
    away = abs(now_seconds - int(timestamp))
    if away > most_seconds:
        raise SignatureError(STALE.format(seconds=away, most=most_seconds))


def check_v0(secret: bytes, body: bytes, given: str, timestamp: str) -> None:
    """Raise SignatureError unless `given` is the `v0` signature of exactly these bytes at that moment."""
    check_sha256(secret, b"v0:" + timestamp.encode("utf-8", "replace") + b":" + body, given, "v0=")
