"""Every platform that has settings, opened; what the others need; and the secrets that this process holds by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from adapters import clear_text
from adapters.platforms import PLATFORMS
from bot.errors import ConfigurationError
from bot.platform import Platform
from bot.services import is_forge
from bot.settings import Settings

NO_WAY_BACK = (
    "set it to the address people reach, for example https://bellhop.example.com; whoever signs in on {name} "
    "comes back there"
)
NOT_SAFE = "set it to an https address; over http the links it gives people would travel in clear text"
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
    _check_way_back(settings, opened)
    return opened


def _check_way_back(settings: Settings, opened: Mapping[tuple[str, str], Platform]) -> None:
    """Raises ConfigurationError where people would be sent to sign in and could not come back, or not safely."""
    if settings.public_url and not clear_text.is_safe(settings.public_url):
        raise ConfigurationError("BELLHOP_PUBLIC_URL", NOT_SAFE)
    for (name, _), platform in opened.items():
        if is_forge(platform) and platform.sign_in is not None and not settings.public_url:
            raise ConfigurationError("BELLHOP_PUBLIC_URL", NO_WAY_BACK.format(name=name))


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
