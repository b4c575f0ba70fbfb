"""Signing in on a forge in memory: whoever comes back with a code is the person it was given to."""

from __future__ import annotations

from urllib.parse import urlencode

from bot.errors import IntegrationError, Refused
from models.message import Actor

NO_CODE = "that code is none"


class FakeSignIn:
    """Implements `SignIn`. `people` are those who said yes, by code; `failures` are raised first, one a call."""

    def __init__(self) -> None:
        self.people: dict[str, Actor] = {}
        self.failures: list[IntegrationError] = []
        self.asked: list[tuple[str, str, str]] = []

    def address(self, back: str, state: str, challenge: str) -> str:
        return f"https://git.example/authorize?{urlencode({'back': back, 'state': state, 'challenge': challenge})}"

    async def account(self, back: str, code: str, verifier: str) -> Actor:
        self.asked.append((back, code, verifier))
        if self.failures:
            raise self.failures.pop(0)
        if code not in self.people:
            raise Refused(NO_CODE)
        return self.people.pop(code)
