"""Signature schemes of webhooks. Pure; each platform's `webhook.py` says which header and which bytes are signed.

Comparisons are of bytes and take the same time whatever differs. No text says what the right signature would be.
"""

from __future__ import annotations

import hashlib
import hmac

from bot.errors import SignatureError

UNTRUSTED = "verifying the signature: no secret is configured, so nobody can be trusted"
MISSING = "verifying the signature: it is missing"
WRONG_SCHEME = "verifying the signature: it does not start with {prefix!r}"
WRONG = "verifying the signature: it is not that of this body"


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
