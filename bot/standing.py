"""How we stand with each platform: does it take our credential, does it answer at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.errors import AuthenticationError
from bot.platform import Platform

OK = "ok"
UNREACHABLE = "unreachable"
REFUSED = "refused: set {setting} to one that {name} takes, and start again"
A_CREDENTIAL = "its credential"


class Standing:
    """What platforms said when they were last asked who we are. Filled by `introduction`, read by whoever tells it."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()

    def note(self, platform: Platform, error: Exception) -> None:
        """It did not tell who we are."""
        key = platform.name, platform.integration
        (self._refused.add if isinstance(error, AuthenticationError) else self._refused.discard)(key)

    def refusals(self, needs: Mapping[str, tuple[str, ...]], platforms: Iterable[Platform]) -> list[str]:
        """A line for each of them that refuses our credential."""
        told = {f"{each.name}/{each.integration}": self.of(each, needs) for each in platforms}
        return [f"{name} {line}" for name, line in told.items() if line not in {OK, UNREACHABLE}]

    def of(self, platform: Platform, needs: Mapping[str, tuple[str, ...]]) -> str:
        """`ok`, `unreachable`, or that it refuses our credential and which setting that is: the first of its needs.

        For anybody: no word of the platform's own is in it.
        """
        if platform.is_introduced:
            return OK
        if (platform.name, platform.integration) not in self._refused:
            return UNREACHABLE
        return REFUSED.format(
            setting=next(iter(needs.get(platform.name, ())), A_CREDENTIAL), name=platform.name
        )
