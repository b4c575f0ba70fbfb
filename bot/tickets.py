"""What one browser holds while it is on its way to the forge and back: a ticket, in a cookie.

All that must agree later (OAuth's `state`, PKCE's verifier, the confirmation's seal) is worked out from the ticket's
secret, so nothing is kept before the browser comes back, and whoever opens a link without this cookie cannot go on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

SECRET_BYTES = 32
PART = r"[A-Za-z0-9_-]{43}"
COOKIE = re.compile(rf"({PART})\.({PART})")
TOKEN = re.compile(PART)


@dataclass(frozen=True)
class Ticket:
    """`token` is what the link ends with, `secret` this browser's own."""

    token: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def cookie(self) -> str:
        """As the browser keeps it."""
        return f"{self.token}.{self.secret}"

    @property
    def id(self) -> str:
        """By which it is known when it comes back; nobody finds the ticket from it."""
        return digest(self._derive("id"))

    @property
    def state(self) -> str:
        """What the forge hands back: it comes from this browser, for this link."""
        return self._derive("state")

    @property
    def seal(self) -> str:
        """What a form must hold so that nobody else's page sends it in this browser's name."""
        return self._derive("seal")

    @property
    def verifier(self) -> str:
        """43 unreserved characters. https://www.rfc-editor.org/rfc/rfc7636#section-4.1"""
        return self._derive("verifier")

    @property
    def challenge(self) -> str:
        """S256. https://www.rfc-editor.org/rfc/rfc7636#section-4.2"""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    def _derive(self, purpose: str) -> str:
        told = f"{purpose}:{self.token}".encode()
        return _text(hmac.new(self.secret.encode(), told, hashlib.sha256).digest())


def fresh(token: str) -> Ticket:
    """A ticket for a browser that opens the link which ends with `token`."""
    return Ticket(token, make())


def read(cookie: str) -> Ticket | None:
    """The ticket in a cookie; None when it is none of ours."""
    found = COOKIE.fullmatch(cookie)
    return Ticket(found[1], found[2]) if found else None


def make() -> str:
    """256 random bits as 43 characters that may stand in a URL."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def agrees(given: str, expected: str) -> bool:
    """Whether they are the same, in a time that tells nothing of either."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
