"""The one client (OAuth app) that is registered here, and the codes given to it: what signing in needs to remember.

docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
"""

from __future__ import annotations

import base64
import hashlib
import random
import secrets
import string
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playground.github.records import User

CODE_SECONDS = 600  # "The temporary code will expire after 10 minutes."
TOKEN_ALPHABET = string.ascii_letters + string.digits


@dataclass(eq=False)
class Grant:
    """A code that was handed out: to whom, for which address, with which PKCE challenge."""

    user: User
    redirect_uri: str
    challenge: str
    made_at: float
    is_used: bool = False


@dataclass(eq=False)
class Client:
    """A registered client. Without a callback URL it is none: GitHub registers nobody without one."""

    client_id: str
    client_secret: str
    callback_url: str
    name: str = "Bellhop"
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, User] = field(default_factory=dict)

    def takes(self, redirect_uri: str) -> bool:
        """ "The host (excluding sub-domains) and port must exactly match", the path be that one or one below it."""
        given, own = urlsplit(redirect_uri), urlsplit(self.callback_url)
        is_there = (given.scheme, given.netloc) == (own.scheme, own.netloc)
        folder = own.path.rstrip("/")
        return is_there and (given.path.rstrip("/") == folder or given.path.startswith(f"{folder}/"))

    def grant(self, user: User, redirect_uri: str, challenge: str) -> str:
        """A new code: 20 hexadecimal digits."""
        code = secrets.token_hex(10)
        self.grants[code] = Grant(user, redirect_uri, challenge, time.time())
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> User | None:
        """Who said yes; None for a code that is wrong, used, too old, or not this browser's."""
        grant = self.grants.get(code)
        if grant is None or grant.is_used or time.time() - grant.made_at > CODE_SECONDS:
            return None
        grant.is_used = True
        is_same = redirect_uri in ("", grant.redirect_uri)
        return grant.user if is_same and _is_proven(grant.challenge, verifier) else None


def register(seed: int, callback_url: str) -> Client:
    """The client of this seed. Chance of its own, so that what the seeds plant stays as it was."""
    chance = random.Random(f"oauth:{seed}")
    number = "".join(chance.choices(TOKEN_ALPHABET, k=14))
    return Client(f"Ov23li{number}", "".join(chance.choices("0123456789abcdef", k=40)), callback_url)


def make_token() -> str:
    """`gho_` and 36 characters."""
    return "gho_" + "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(36))


def _is_proven(challenge: str, verifier: str) -> bool:
    """PKCE, S256: datatracker.ietf.org/doc/html/rfc7636#section-4.6"""
    if not challenge:
        return True
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    return hashed.rstrip(b"=").decode() == challenge
