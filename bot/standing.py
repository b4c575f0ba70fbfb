"""How we stand with each platform: does it take our credential, does it answer at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.errors import AuthenticationError, IntegrationError
from bot.platform import Platform

OK = "ok"
UNREACHABLE = "unreachable"
REFUSED = "refused: set {setting} to one that {name} takes, and start again"
A_CREDENTIAL = "its credential"
ELSEWHERE = (
    "misplaced: what answers at its address is no {name}'s API; correct that setting (its name ends in _URL), and "
    "start again"
)


class Standing:
    """What platforms said when they were last asked who we are. Filled by `introduction`, read by whoever tells it."""

    def __init__(self) -> None:
        self._errors: dict[tuple[str, str], Exception] = {}

    def note(self, platform: Platform, error: Exception) -> None:
        """It did not tell who we are."""
        self._errors[platform.name, platform.integration] = error

    def refusals(self, needs: Mapping[str, tuple[str, ...]], platforms: Iterable[Platform]) -> list[str]:
        """A line for each of them that refuses our credential, or is none of its kind."""
        told = {f"{each.name}/{each.integration}": self.of(each, needs) for each in platforms}
        return [f"{name} {line}" for name, line in told.items() if line not in {OK, UNREACHABLE}]

    def of(self, platform: Platform, needs: Mapping[str, tuple[str, ...]]) -> str:
        """`ok`, `unreachable`, that it refuses our credential and which setting that is (the first of its needs), or
        that something else is at its address.

        For anybody: no word of the platform's own is in it.
        """
        if platform.is_introduced:
            return OK
        error = self._errors.get((platform.name, platform.integration))
        if isinstance(error, AuthenticationError):
            setting = next(iter(needs.get(platform.name, ())), A_CREDENTIAL)
            return REFUSED.format(setting=setting, name=platform.name)
        is_final = isinstance(error, IntegrationError) and not error.retryable
        return ELSEWHERE.format(name=platform.name) if is_final else UNREACHABLE
