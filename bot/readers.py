"""Who may read a repository, remembered for some minutes: what is told there every minute need not be asked each time.

Only for telling. Whatever somebody asks for is looked up anew.
"""

from __future__ import annotations

from time import monotonic

from bot.errors import IntegrationError
from bot.platform import Platform
from models.identity import Account, Role
from models.message import Actor

FRESH_SECONDS = 300.0
MOST_KNOWN = 10_000
ASKING = "asking whether they may still read {repository}: {error}"


class Readers:
    """One process's memory of it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, str], tuple[float, bool]] = {}

    async def may_read(self, forge: Platform, account: Account, repository: str) -> bool:
        """As of some minutes ago at most. Raises IntegrationError (retryable) when nobody can tell."""
        key = (forge.name, forge.integration, account.id, repository.lower())
        known = self._known.get(key)
        if known is not None and monotonic() - known[0] < FRESH_SECONDS:
            return known[1]
        role = await self._ask(forge, account, repository)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key] = (monotonic(), role >= Role.READ)
        return role >= Role.READ

    async def _ask(self, forge: Platform, account: Account, repository: str) -> Role:
        try:
            return await forge.role_of(Actor(id=account.id, login=account.login), repository)
        except IntegrationError as error:
            # The forge does not answer; the chat, whose courier asks, is well: its pace is not to change.
            text = ASKING.format(repository=repository, error=error)
            raise IntegrationError(text, "right_unknown", retryable=True) from error
