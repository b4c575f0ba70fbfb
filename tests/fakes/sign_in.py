"""Signing in on a forge in memory: whoever comes back with a code is the person it was given to."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

from bot import visits
from bot.errors import IntegrationError, Refused
from bot.tickets import Ticket
from models.base import now
from models.message import Actor
from tests.fakes.chat import ChatBench

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


ADA, BO = Actor(id="101", login="ada"), Actor(id="102", login="bo")
URL = "https://bellhop.example"


class Town(ChatBench):
    """A chat and a forge on which people can sign in."""

    def __init__(self, url: str = URL) -> None:
        super().__init__(public_url=f"{url}/")
        self.signing = self.forge.sign_in = FakeSignIn()

    async def token(self, user: str = "U1", text: str = "@bellhop link") -> str:
        """What the link ends with that somebody is told."""
        await self.say(text, user=user)
        return self.last_token()

    def last_token(self) -> str:
        found = re.search(
            rf"\({re.escape(self.services.settings.public_url)}/link/([\w-]+)\)", self.whispers[-1].text
        )
        assert found is not None, self.whispers[-1].text
        return found[1]

    async def opened(self, token: str, held: Ticket | None = None) -> Ticket:
        ticket, self.sent_to = await visits.begin(self.services, token, held)
        return ticket

    async def returned(self, ticket: Ticket | None, who: Actor = ADA, **given: str) -> None:
        """The forge sends the browser back."""
        self.signing.people["c-1"] = who
        told = {"state": ticket.state if ticket else "", "code": "c-1", "error": ""} | given
        await visits.come_back(self.services, ticket, told["state"], told["code"], told["error"])

    def let_pass(self, minutes: float) -> None:
        """The database's clock is that far on."""
        moment = now() + timedelta(minutes=minutes)
        self.storage.clock = lambda: moment

    async def confirmed(self, ticket: Ticket, seal: str | None = None) -> visits.Pair:
        pair = await visits.confirm(self.services, ticket, ticket.seal if seal is None else seal, "r-1")
        await self.dispatch()
        await self.deliver_answers()
        return pair
