"""The platforms: one folder and one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from adapters.platforms import github, slack
from bot.platform import Platform


class Opener(Protocol):
    """Makes a platform from its own settings in the environment."""

    def __call__(self, *, bot_name: str, http_proxy: str = "", ca_bundle: str = "") -> Platform | None:
        """The default instance; None when it is not configured. Raises ConfigurationError.

        `bot_name` is what people call the bot, whatever its account is called.
        `http_proxy` is a URL, `ca_bundle` the path of a PEM file with additional certificate authorities.
        """


def no_advice() -> Sequence[str]:
    """Of a platform whose settings are either right or refused."""
    return ()


class Entry(NamedTuple):
    """How a platform is opened, the settings without which it is not (first the credential), and what is allowed and
    unwise in them, a sentence each.
    """

    open: Opener
    needs: tuple[str, ...]
    advise: Callable[[], Sequence[str]] = no_advice


PLATFORMS: Mapping[str, Entry] = {
    "github": Entry(github.open_platform, github.NEEDS, github.advise),
    "slack": Entry(slack.open_platform, slack.NEEDS),
}
