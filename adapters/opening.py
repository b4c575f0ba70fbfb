"""Every platform that has settings, opened; what the others need; and the secrets that this process holds by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from adapters.platforms import PLATFORMS
from bot.platform import Platform
from bot.settings import Settings

SHORTEST_SECRET = 6  # shorter values would mask ordinary words

NEEDS: Mapping[str, tuple[str, ...]] = {name: entry.needs for name, entry in PLATFORMS.items()}


def open_platforms(settings: Settings) -> dict[tuple[str, str], Platform]:
    """Every platform that has settings. Raises ConfigurationError when they do not agree."""
    opened = {}
    for name, entry in PLATFORMS.items():
        platform = entry.open(
            bot_name=settings.name, http_proxy=settings.http_proxy, ca_bundle=settings.ca_bundle
        )
        if platform is not None:
            opened[name, "default"] = platform
    return opened


def advice() -> tuple[str, ...]:
    """What is allowed and unwise in the platforms' settings, a sentence each. Raises ConfigurationError."""
    return tuple(sentence for entry in PLATFORMS.values() for sentence in entry.advise())


def known_secrets(settings: Settings, platforms: Iterable[Platform]) -> tuple[str, ...]:
    """Every secret value this process holds: masked wherever it would appear."""
    urls = (settings.redis_url.get_secret_value(), settings.database)
    passwords = [urlsplit(url).password or "" for url in urls]
    own = (*passwords, *map(unquote, passwords))
    theirs = [secret for platform in platforms for secret in platform.secrets]
    return tuple(value for value in (*own, *theirs) if len(value) >= SHORTEST_SECRET)
