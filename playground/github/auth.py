"""Who asks: the person behind a token, as `token X`, `Bearer X` or the password of Basic."""

import base64
import binascii

from playground.github.records import User
from playground.github.store import Store


def user_of(store: Store, header: str) -> User | None:
    """The token's owner, or None for a token nobody has."""
    scheme, _, value = header.partition(" ")
    token = _password(value) if scheme.lower() == "basic" else value.strip()
    return store.tokens.get(token) if scheme.lower() in ("token", "bearer", "basic") else None


def client_of(header: str) -> tuple[str, str]:
    """A client's id and secret from Basic; empty ones from anything else."""
    scheme, _, value = header.partition(" ")
    name, _, secret = _decoded(value).partition(":") if scheme.lower() == "basic" else ("", "", "")
    return name, secret


def _password(value: str) -> str:
    return _decoded(value).partition(":")[2]


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
