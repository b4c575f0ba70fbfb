"""Signing in on a forge: the one way to be told by the forge itself who sits at a browser.

RFC 6749, section 4.1 (the code), RFC 7636 (PKCE): https://www.rfc-editor.org/rfc/rfc7636
"""

from __future__ import annotations

from typing import Protocol

from models.message import Actor


class SignIn(Protocol):
    """What a forge offers where a client of ours is registered there."""

    def address(self, back: str, state: str, challenge: str) -> str:
        """Where a browser is sent to say who it is; from there it comes back to `back`, with `state`. Pure.

        `challenge` is the S256 code challenge of the verifier that `account` is given.
        """

    async def account(self, back: str, code: str, verifier: str) -> Actor:
        """Who said so, by the code it came back with; nothing that would let us act as them is kept.

        Raises Refused for a code that is none, or is used or too old; IntegrationError when the forge says nothing, or
        does not take our client.
        """
