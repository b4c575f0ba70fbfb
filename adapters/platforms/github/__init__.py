"""GitHub: github.com, Enterprise Server and data residency, by token."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.authorities import check_authorities
from adapters.platforms.github.platform import GitHub
from adapters.platforms.github.settings import load

NEEDS = ("GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET")


def advise() -> Sequence[str]:
    """What is unwise in GitHub's settings, a sentence each. Raises ConfigurationError."""
    settings = load()
    return () if settings is None else settings.advice


def open_platform(*, bot_name: str = "", http_proxy: str = "", ca_bundle: str = "") -> GitHub | None:
    """The GitHub of the environment; None without settings. Raises ConfigurationError.

    Its comments hold the bot's name as it was typed, so `bot_name` changes nothing here.
    """
    settings = load()
    if ca_bundle:
        check_authorities(ca_bundle)
    return None if settings is None else GitHub(settings, http_proxy=http_proxy, ca_bundle=ca_bundle)
