"""The platforms: one folder and one line each."""

from __future__ import annotations

from collections.abc import Mapping
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


class Entry(NamedTuple):
    """How a platform is opened, and the settings without which it is not."""

    open: Opener
    needs: tuple[str, ...]


PLATFORMS: Mapping[str, Entry] = {
    "github": Entry(github.open_platform, github.NEEDS),
    "slack": Entry(slack.open_platform, slack.NEEDS),
}
